// Package segment packs posts that rest together: what the table rest has a
// row of. It is pure, and knows nothing of who may read them.
package segment

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"strconv"
	"sync"
)

// Post is a post as a segment keeps it, one line of JSON.
type Post struct {
	Identity    string `json:"identity"`
	ExternalID  string `json:"external_id,omitempty"`
	ReplyTo     string `json:"reply_to,omitempty"`
	URL         string `json:"url,omitempty"`
	Private     bool   `json:"private,omitempty"`
	Kind        string `json:"kind,omitempty"` // empty: post
	Name        string `json:"name,omitempty"` // of who speaks
	Handle      string `json:"handle,omitempty"`
	AuthorURL   string `json:"author_url,omitempty"`
	Email       string `json:"email,omitempty"` // only if nothing else says who speaks
	Text        string `json:"text"`
	Language    string `json:"language,omitempty"`
	Country     string `json:"country,omitempty"`
	Reach       int64  `json:"reach,omitempty"`
	HasImage    bool   `json:"has_image,omitempty"`
	PublishedAt int64  `json:"published_at"` // Unix microseconds
}

// Segment is posts of one source that rest together. Keys, Speakers and Posts
// run in parallel.
type Segment struct {
	ID       int64
	Source   int64
	Keys     []uint64   // by which a post is known to rest (Key)
	Speakers [][2]int64 // traces of who speaks, and of their page or 0
	Posts    []Post
}

// Key is what a resting post is known by: its source and identity, hashed (64
// bits of FNV-1a: of 600,000 that rest, two are alike with a chance of 1 in 10^8).
func Key(source int64, identity string) uint64 {
	h := fnv.New64a()
	h.Write(strconv.AppendInt(make([]byte, 0, 20), source, 10))
	h.Write([]byte{0})
	h.Write([]byte(identity))
	return h.Sum64()
}

// Cut takes posts out of the segment and reports whether there were any.
func (s *Segment) Cut(gone func(i int) bool) bool {
	n := 0
	for i := range s.Keys {
		if gone(i) {
			continue
		}
		s.Keys[n], s.Speakers[n], s.Posts[n] = s.Keys[i], s.Speakers[i], s.Posts[i]
		n++
	}
	all := len(s.Keys)
	s.Keys, s.Speakers, s.Posts = s.Keys[:n], s.Speakers[:n], s.Posts[:n]
	return n < all
}

// squeezers are reused: each holds 600 kB.
var squeezers = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(io.Discard, flate.BestSpeed) // the level is right
	return w
}}

// Pack gives the posts as lines of JSON, compressed (RFC 1951).
func (s *Segment) Pack() ([]byte, error) {
	var out bytes.Buffer
	w := squeezers.Get().(*flate.Writer)
	defer squeezers.Put(w)
	w.Reset(&out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range s.Posts {
		if err := enc.Encode(&s.Posts[i]); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// Unpack reads what Pack gave, for the keys that the segment has.
func (s *Segment) Unpack(data []byte) error {
	s.Posts = make([]Post, 0, len(s.Keys))
	d := json.NewDecoder(flate.NewReader(bytes.NewReader(data)))
	for {
		var p Post
		err := d.Decode(&p)
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("segment: what rests in %d cannot be read: %w", s.ID, err)
		}
		s.Posts = append(s.Posts, p)
	}
	if len(s.Posts) != len(s.Keys) {
		return fmt.Errorf("segment: %d has %d posts and %d keys", s.ID, len(s.Posts), len(s.Keys))
	}
	return nil
}

// PackKeys gives keys as a row keeps them: eight bytes each.
func PackKeys(keys []uint64) []byte {
	out := make([]byte, 0, 8*len(keys))
	for _, k := range keys {
		out = binary.BigEndian.AppendUint64(out, k)
	}
	return out
}

// UnpackKeys reads what PackKeys gave.
func UnpackKeys(data []byte) []uint64 {
	keys := make([]uint64, len(data)/8)
	for i := range keys {
		keys[i] = binary.BigEndian.Uint64(data[8*i:])
	}
	return keys
}

// PackSpeakers gives speakers as a row keeps them: sixteen bytes each.
func PackSpeakers(speakers [][2]int64) []byte {
	out := make([]byte, 0, 16*len(speakers))
	for _, s := range speakers {
		out = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(out, uint64(s[0])), uint64(s[1]))
	}
	return out
}

// UnpackSpeakers reads what PackSpeakers gave.
func UnpackSpeakers(data []byte) [][2]int64 {
	speakers := make([][2]int64, len(data)/16)
	for i := range speakers {
		speakers[i] = [2]int64{int64(binary.BigEndian.Uint64(data[16*i:])), int64(binary.BigEndian.Uint64(data[16*i+8:]))}
	}
	return speakers
}
