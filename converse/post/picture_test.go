package post_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"
	"time"

	"tribune/converse/post"
	"tribune/internal/fault"
	"tribune/know"
)

func drawing(t testing.TB, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side/2))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPictures(t *testing.T) {
	each(t, func(t *testing.T, s *stand) {
		ctx := t.Context()
		p, err := s.Begin(ctx, s.ada, post.NewPost{Title: "On paper", Body: "Look:"})
		if err != nil {
			t.Fatal(err)
		}
		add := func(a know.Actor, file []byte, alt string) (post.Picture, error) {
			return s.AddPicture(ctx, a, p.ID, bytes.NewReader(file), alt)
		}
		_, err = add(s.ada, drawing(t, 40), " ")
		want(t, "without words", err, fault.Invalid)
		_, err = add(s.ada, []byte("<svg onload=alert(1)>"), "A picture")
		want(t, "not a picture", err, fault.Invalid)
		_, err = add(s.ben, drawing(t, 40), "A picture")
		want(t, "a stranger's", err, fault.NotFound)
		one, err := add(s.ada, drawing(t, 4000), "A worn ] notebook")
		if err != nil || one.Width != 1600 || one.Height != 800 {
			t.Fatalf("%+v, %v", one, err)
		}
		if _, err = add(s.ada, drawing(t, 60), "Never shown"); err != nil {
			t.Fatal(err)
		}
		p, err = s.Save(ctx, s.ada, p.ID, post.Edit{Body: ptr(p.Body + "\n\n" + post.Line(one.ID, one.Alt))})
		if err != nil {
			t.Fatal(err)
		}
		if parts := post.Split(p.Body); len(parts) != 2 || parts[1].Picture != one.ID || parts[1].Alt != "A worn ) notebook" {
			t.Errorf("the text falls into %+v", parts)
		}
		_, _, _, err = s.PictureData(ctx, s.staff, p.ID, one.ID)
		want(t, "the picture of a draft", err, fault.NotFound)
		if _, err = s.Publish(ctx, s.ada, p.ID); err != nil {
			t.Fatal(err)
		}
		if data, kind, public, err := s.PictureData(ctx, s.visitor, p.ID, one.ID); err != nil || len(data) == 0 || kind != "image/jpeg" || !public {
			t.Errorf("%d bytes of %s, public %v, %v", len(data), kind, public, err)
		}
		_, _, _, err = s.PictureData(ctx, s.visitor, s.post(t, s.ben, post.NewPost{}).ID, one.ID)
		want(t, "by another post", err, fault.NotFound)
		s.at = s.at.Add(25 * time.Hour)
		// The text lets go of it, but its history does not.
		if _, err := s.Save(ctx, s.ada, p.ID, post.Edit{Body: ptr("Without a picture.")}); err != nil {
			t.Fatal(err)
		}
		want(t, "tidy", s.Tidy(ctx), fault.Internal)
		if n, files := s.number(t, `select count(*) from post_picture`), s.number(t, `select count(*) from blob`); n != 1 || files != 1 {
			t.Errorf("%d pictures and %d files are left, want the one that was shown", n, files)
		}
	})
}
