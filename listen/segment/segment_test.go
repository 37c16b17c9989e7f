package segment

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// What is packed is unpacked, without what was cut out.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		post := rapid.Custom(func(t *rapid.T) Post {
			return Post{Identity: rapid.String().Draw(t, "identity"), Text: rapid.String().Draw(t, "text"), Email: rapid.String().Draw(t, "email"),
				Private: rapid.Bool().Draw(t, "private"), PublishedAt: rapid.Int64().Draw(t, "at")}
		})
		s := Segment{Posts: rapid.SliceOfN(post, 1, 20).Draw(t, "posts")}
		for i, p := range s.Posts {
			s.Keys = append(s.Keys, Key(int64(i), p.Identity))
			s.Speakers = append(s.Speakers, [2]int64{int64(i), -int64(i)})
		}
		gone := rapid.SliceOfN(rapid.Bool(), len(s.Keys), len(s.Keys)).Draw(t, "gone")
		var want []Post
		for i, p := range s.Posts {
			if !gone[i] {
				want = append(want, p)
			}
		}
		if cut := s.Cut(func(i int) bool { return gone[i] }); cut != slices.Contains(gone, true) {
			t.Errorf("cut: %v", cut)
		}
		data, err := s.Pack()
		if err != nil {
			t.Fatal(err)
		}
		got := Segment{Keys: UnpackKeys(PackKeys(s.Keys)), Speakers: UnpackSpeakers(PackSpeakers(s.Speakers))}
		if err := got.Unpack(data); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.Keys, got.Keys); diff != "" && len(s.Keys)+len(got.Keys) > 0 {
			t.Error(diff)
		}
		if !slices.Equal(s.Speakers, got.Speakers) || !slices.Equal(want, got.Posts) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

// A damaged segment is an error, not a loss that nobody sees.
func TestDamaged(t *testing.T) {
	s := Segment{Keys: []uint64{1}, Posts: []Post{{Text: "x"}}}
	data, err := s.Pack()
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range [][]byte{nil, data[:len(data)/2], []byte("no such thing")} {
		if err := (&Segment{Keys: []uint64{1}}).Unpack(wrong); err == nil {
			t.Errorf("%q is read", wrong)
		}
	}
}
