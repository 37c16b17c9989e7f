package radar

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"slices"
	"sync"
	"time"
)

// How long a file that was checked waits for its import, and how much all that
// wait may hold.
const (
	keptFor = 30 * time.Minute
	keptAll = 4 * maxImport
)

// kept is a file that was checked and may be imported by whoever checked it.
// It has no name in the file system: what is open is all there is of it, so
// that nothing is left when the program ends.
type kept struct {
	person int64
	sum    string // SHA-256 of what is in it, hex
	name   string // as it was called
	format string
	size   int64
	until  time.Time
	file   *os.File
	path   string // where an open file cannot lose its name
	end    *time.Timer
}

// reader reads the file from its beginning.
func (k *kept) reader() io.Reader { return io.NewSectionReader(k.file, 0, k.size) }

func (k *kept) close() {
	k.end.Stop()
	k.file.Close()
	if k.path != "" {
		os.Remove(k.path)
	}
}

// shelf holds the files that were checked: one a person, none for long. Safe
// for concurrent use.
type shelf struct {
	now func() time.Time

	mu    sync.Mutex
	files []*kept // the oldest first
}

// put keeps a file for a person, in place of the one before.
func (s *shelf) put(person int64, name, format string, from io.Reader) (*kept, error) {
	file, err := os.CreateTemp("", "tribune-import-*")
	if err != nil {
		return nil, err
	}
	k := &kept{person: person, name: name, format: format, file: file, until: s.now().Add(keptFor)}
	if os.Remove(file.Name()) != nil {
		k.path = file.Name()
	}
	k.end = time.AfterFunc(keptFor, func() { s.drop(k) })
	hash := sha256.New()
	if k.size, err = io.Copy(file, io.TeeReader(io.LimitReader(from, maxImport+1), hash)); err == nil && k.size > maxImport {
		err = io.ErrShortBuffer
	}
	if err != nil {
		k.close()
		return nil, err
	}
	k.sum = hex.EncodeToString(hash.Sum(nil))
	s.back(k)
	return k, nil
}

// back puts a file on the shelf. What is too old or too much has to go.
func (s *shelf) back(k *kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, left := s.now(), keptAll-k.size
	for i := len(s.files) - 1; i >= 0; i-- { // the newest stay
		if left -= s.files[i].size; left < 0 || s.files[i].person == k.person || !now.Before(s.files[i].until) {
			s.files[i].close()
			s.files = slices.Delete(s.files, i, i+1)
		}
	}
	s.files = append(s.files, k)
}

// take gives a person the file of this sum that they checked, and takes it off
// the shelf: it is theirs to close, or to put back.
func (s *shelf) take(person int64, sum string) (*kept, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.files, func(k *kept) bool { return k.person == person && k.sum == sum })
	if i < 0 {
		return nil, false
	}
	k := s.files[i]
	s.files = slices.Delete(s.files, i, i+1)
	if !s.now().Before(k.until) {
		k.close()
		return nil, false
	}
	return k, true
}

// drop forgets a file, unless somebody took it.
func (s *shelf) drop(k *kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.files, k); i >= 0 {
		s.files = slices.Delete(s.files, i, i+1)
		k.close()
	}
}
