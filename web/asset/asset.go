// Package asset serves what a page's frame needs: the style sheet, put
// together from the shared layers and each page folder's own *.css, the
// scripts, and the fonts. Names carry a hash of the content, so browsers keep
// them for a year; each is compressed once.
package asset

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed files
var files embed.FS

// Set is all assets of a site. It does not change after New.
type Set struct {
	byPath map[string]file
	urls   map[string]string
}

type file struct {
	contentType string
	body        []byte
	gz          func() []byte // made when it is first asked for; nil for what is compressed already
}

// New puts the assets together. Each folder is a page's: its *.css goes into
// the square's style sheet, which every page loads, or, if it is named
// *.desk.css, into the desk's, which only the desk loads beside it, both inside
// @layer pages; its *.js goes into the one script, but for *.own.js, which is
// served alone for the pages that ask for it. All in the order given.
func New(folders ...fs.FS) (*Set, error) {
	s := &Set{byPath: map[string]file{}, urls: map[string]string{}}
	css, err := files.ReadFile("files/tribune.css")
	if err != nil {
		return nil, err
	}
	js, err := files.ReadFile("files/htmx.js")
	if err != nil {
		return nil, err
	}
	fonts, err := fs.Glob(files, "files/fonts/*.woff2")
	if err != nil {
		return nil, err
	}
	for _, name := range fonts {
		body, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		url := s.add("fonts/"+path.Base(name), "font/woff2", body)
		css = bytes.ReplaceAll(css, []byte("fonts/"+path.Base(name)), []byte(url))
	}
	var pages, desk, scripts bytes.Buffer
	for _, folder := range folders {
		for _, kind := range []struct {
			end, not string
			to       *bytes.Buffer
		}{{".css", ".desk.css", &pages}, {".desk.css", "", &desk}, {".js", ".own.js", &scripts}} {
			if err := gather(folder, kind.end, kind.not, kind.to); err != nil {
				return nil, err
			}
		}
		if err := s.addOwn(folder); err != nil {
			return nil, err
		}
	}
	css = fmt.Appendf(css, "\n@layer pages {\n%s}\n", pages.Bytes())
	s.add("tribune.css", "text/css; charset=utf-8", remarks.ReplaceAll(css, nil))
	s.add("desk.css", "text/css; charset=utf-8", remarks.ReplaceAll(fmt.Appendf(nil, "@layer pages {\n%s}\n", desk.Bytes()), nil))
	s.add("tribune.js", "text/javascript; charset=utf-8", append(append(js, '\n'), scripts.Bytes()...))
	return s, nil
}

// remarks are the comments of a style sheet: for who writes it, not for the wire.
var remarks = regexp.MustCompile(`(?s)/\*.*?\*/`)

// addOwn keeps the scripts of a folder that are served alone.
func (s *Set) addOwn(folder fs.FS) error {
	names, err := fs.Glob(folder, "*.own.js")
	for _, name := range names {
		body, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		s.add(name, "text/javascript; charset=utf-8", body)
	}
	return err
}

// gather appends the files of a folder that end so, and not otherwise, in the
// order of their names.
func gather(folder fs.FS, end, not string, to *bytes.Buffer) error {
	var names []string
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(name, end) && (not == "" || !strings.HasSuffix(name, not)) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		body, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		to.Write(body)
		to.WriteByte('\n')
	}
	return nil
}

// add keeps a file under a name with its hash, and gives its address.
func (s *Set) add(name, contentType string, body []byte) string {
	sum := sha256.Sum256(body)
	url := "/assets/" + hex.EncodeToString(sum[:6]) + "/" + path.Base(name)
	f := file{contentType: contentType, body: body}
	if !strings.HasPrefix(contentType, "font/") {
		f.gz = sync.OnceValue(func() []byte {
			var b bytes.Buffer
			w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
			w.Write(body)
			w.Close()
			return b.Bytes()
		})
	}
	s.byPath[url] = f
	s.urls[name] = url
	return url
}

// URL gives the address of an asset by its name ("tribune.css").
func (s *Set) URL(name string) string { return s.urls[name] }

// ServeHTTP serves /assets/.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := s.byPath[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := f.body
	if f.gz != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.gz()
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	w.Write(body)
}
