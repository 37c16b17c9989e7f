package post

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"image"
	"io"
	"time"
	"unicode/utf8"

	"tribune/internal/fault"
	"tribune/internal/picture"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/storage"
)

// Picture is one that belongs to a post. Its text shows it by its Line.
type Picture struct {
	ID     int64
	Post   int64
	Width  int
	Height int
	Alt    string // what is seen on it, in words
	sha    string
}

const (
	pictureSide = 1600           // pixels of the longer side, at most
	unusedFor   = 24 * time.Hour // how long a picture stays that no wording shows
)

const selectPicture = `select id, post_id, sha256, width, height, alt from post_picture`

func scanPicture(row storage.Scanner) (p Picture, err error) {
	err = row.Scan(&p.ID, &p.Post, &p.sha, &p.Width, &p.Height, &p.Alt)
	return p, err
}

// AddPicture reads a JPEG, PNG, GIF or WebP file and keeps it, drawn anew and
// at most 1 MB, for one of the asker's own posts; alt says what is seen on it.
// The text shows it once it has its Line; what no wording shows is removed
// after a day.
func (s *Posts) AddPicture(ctx context.Context, a know.Actor, id int64, file io.Reader, alt string) (p Picture, err error) {
	was, err := s.Post(ctx, a, id)
	if err != nil {
		return p, err
	}
	if err := know.Require(a, know.Edit, was.Subject()); err != nil {
		return p, err
	}
	alt = plain.Line(alt)
	if n := utf8.RuneCountInString(alt); n == 0 || n > maxAlt {
		return p, fault.New(fault.Invalid, "Say in 1 to {most} characters what is seen on the picture: some readers cannot see it.", "most", maxAlt).On("alt")
	}
	data, kind, width, height, err := s.draw(file)
	if err != nil {
		return p, err
	}
	err = s.own(ctx, a, id, know.Edit, func(tx *storage.Tx, _ Post) error {
		var n int
		if err := tx.Row(ctx, `select count(*) from post_picture where post_id = $1`, id).Scan(&n); err != nil {
			return err
		}
		if n >= 3*maxPictures { // with those of earlier wordings, and those that wait to be removed
			return fault.New(fault.Invalid, "This post has had {most} pictures. Take some of the first ones again.", "most", 3*maxPictures).On("picture")
		}
		sha, err := s.people.PutBlob(ctx, tx, data, kind)
		if err != nil {
			return err
		}
		picture, err := tx.Insert(ctx, `insert into post_picture (post_id, sha256, width, height, alt, made_at) values ($1, $2, $3, $4, $5, $6) returning id`,
			id, sha, width, height, alt, storage.Micros(s.now()))
		p = Picture{picture, id, width, height, alt, sha}
		return err
	})
	return p, err
}

// draw draws a picture anew, one at a time.
func (s *Posts) draw(file io.Reader) (data []byte, kind string, width, height int, err error) {
	s.resizing.Lock()
	defer s.resizing.Unlock()
	data, kind, err = picture.Resize(file, pictureSide)
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return nil, "", 0, 0, f.On("picture")
	}
	if err != nil {
		return nil, "", 0, 0, err
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(data)) // of JPEG or PNG, which package picture has registered
	if err != nil {
		return nil, "", 0, 0, fmt.Errorf("post: size of a picture: %w", err)
	}
	return data, kind, config.Width, config.Height, nil
}

// Pictures gives the pictures of a post, by id.
func (s *Posts) Pictures(ctx context.Context, a know.Actor, id int64) (map[int64]Picture, error) {
	if _, err := s.Post(ctx, a, id); err != nil {
		return nil, err
	}
	return s.pictures(ctx, []int64{id})
}

// PicturesOf gives the pictures of posts that the asker was given, by id.
func (s *Posts) PicturesOf(ctx context.Context, a know.Actor, posts []Post) (map[int64]Picture, error) {
	if err := know.Require(a, know.Read, know.Subject{}); err != nil {
		return nil, err
	}
	var ids []int64
	for _, p := range posts {
		if mayRead(a, p) {
			ids = append(ids, p.ID)
		}
	}
	return s.pictures(ctx, ids)
}

func (s *Posts) pictures(ctx context.Context, posts []int64) (map[int64]Picture, error) {
	found := map[int64]Picture{}
	if len(posts) == 0 {
		return found, nil
	}
	holes, args := storage.Holes(1, posts)
	all, err := storage.All(ctx, s.db, scanPicture, selectPicture+` where post_id in (`+holes+`) order by id`, args...)
	for _, p := range all {
		found[p.ID] = p
	}
	return found, err
}

// PictureData gives the file of a picture of a post that the asker may see;
// public says that everybody may.
func (s *Posts) PictureData(ctx context.Context, a know.Actor, post, id int64) (data []byte, contentType string, public bool, err error) {
	p, err := s.Post(ctx, a, post)
	if err != nil {
		return nil, "", false, err
	}
	one, err := scanPicture(s.db.Row(ctx, selectPicture+` where id = $1 and post_id = $2`, id, post))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, "", false, fault.New(fault.NotFound, "There is no such picture.")
	}
	if err != nil {
		return nil, "", false, err
	}
	data, contentType, err = s.people.Picture(ctx, one.sha)
	return data, contentType, p.State == know.Visible && p.Audience == know.Public, err
}

// use notes which pictures a text shows. A published one keeps those of its
// earlier wordings, too, because its history shows them.
func (s *Posts) use(ctx context.Context, tx *storage.Tx, p Post) error {
	if p.State == Draft {
		if _, err := tx.Exec(ctx, `update post_picture set used = 0 where post_id = $1`, p.ID); err != nil {
			return err
		}
	}
	ids := references(p.Body)
	if len(ids) == 0 {
		return nil
	}
	holes, args := storage.Holes(2, ids)
	_, err := tx.Exec(ctx, `update post_picture set used = 1 where post_id = $1 and id in (`+holes+`)`, append([]any{p.ID}, args...)...)
	return err
}

// dropPictures removes pictures that hold a condition, and their files if
// nothing else shows them.
func (s *Posts) dropPictures(ctx context.Context, tx *storage.Tx, where string, args ...any) error {
	files, err := storage.All(ctx, tx, storage.Scalar[string], `delete from post_picture where `+where+` returning sha256`, args...)
	if err != nil {
		return err
	}
	for _, sha := range files {
		if err := s.people.DropBlob(ctx, tx, sha); err != nil {
			return err
		}
	}
	return nil
}

// Tidy removes pictures that no wording shows, a day after they came. It is
// run now and then.
func (s *Posts) Tidy(ctx context.Context) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		return s.dropPictures(ctx, tx, `used = 0 and made_at < $1`, storage.Micros(s.now().Add(-unusedFor)))
	})
}
