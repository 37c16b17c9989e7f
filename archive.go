package tribune

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"tribune/internal/fault"
	"tribune/storage"
)

// Backup writes the whole site, sessions included, into one file, while it is
// being used. The file appears whole or not at all.
func (s *Site) Backup(ctx context.Context, path string) (m storage.Manifest, err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), ".tribune-backup-*")
	if err != nil {
		return m, err
	}
	defer os.Remove(temp.Name())
	defer temp.Close()
	z := zip.NewWriter(temp)
	if m, err = s.DB.Export(ctx, zipWriter{z}, true, s.Now()); err != nil {
		return m, err
	}
	if err := errors.Join(z.Close(), temp.Sync(), temp.Close()); err != nil {
		return m, err
	}
	return m, os.Rename(temp.Name(), path)
}

// ExportTo writes the whole site into a folder, in open formats, to hand over
// or to move: without sessions and one-time links.
func (s *Site) ExportTo(ctx context.Context, dir string) (storage.Manifest, error) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return storage.Manifest{}, fault.New(fault.Conflict, "The folder {dir} is not empty. Nothing was written: give another.", "dir", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return storage.Manifest{}, err
	}
	return s.DB.Export(ctx, DirFolder(dir), false, s.Now())
}

// Restore makes a site of a backup file, or of a folder that was exported. The
// data folder (or database) must be empty: with SQLite the site is made beside
// it and takes its place at the end, so a broken copy leaves nothing behind.
func Restore(ctx context.Context, log *slog.Logger, c Config, from string) (m storage.Manifest, err error) {
	folder, closer, err := openArchive(from)
	if err != nil {
		return m, err
	}
	defer closer.Close()
	if c.DatabaseURL != "" {
		return load(ctx, log, c, folder)
	}
	final := filepath.Join(c.Data, "tribune.db")
	if _, err := os.Stat(final); err == nil {
		return m, fault.New(fault.Conflict, "There is a site in {dir} already, and nothing of it was changed. Give an empty folder.", "dir", c.Data)
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return m, err
	}
	temp, err := os.MkdirTemp(c.Data, ".restore-*")
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(temp)
	made := c
	made.Data = temp
	if m, err = load(ctx, log, made, folder); err != nil {
		return m, err
	}
	return m, os.Rename(filepath.Join(temp, "tribune.db"), final)
}

// load reads an archive into the site that c names, makes anew what archives
// leave out, and closes it.
func load(ctx context.Context, log *slog.Logger, c Config, from storage.Folder) (m storage.Manifest, err error) {
	site, err := Open(ctx, log, c, nil)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, site.DB.Scrub(ctx), site.Close()) }()
	if m, err = site.DB.Import(ctx, from); err != nil {
		return m, err
	}
	if err := site.Ideas.Reindex(ctx); err != nil {
		return m, fmt.Errorf("index ideas: %w", err)
	}
	if err := site.Radar.Reindex(ctx); err != nil {
		return m, fmt.Errorf("index mentions: %w", err)
	}
	if err := site.Posts.Reindex(ctx); err != nil {
		return m, fmt.Errorf("index posts: %w", err)
	}
	if err := site.Advocacy.CountDays(ctx); err != nil {
		return m, fmt.Errorf("count whom somebody brought: %w", err)
	}
	return m, nil
}

// openArchive opens a backup file or an exported folder.
func openArchive(from string) (storage.Folder, io.Closer, error) {
	info, err := os.Stat(from)
	if err != nil {
		return nil, nil, fault.New(fault.NotFound, "There is no {file} to read.", "file", from)
	}
	if info.IsDir() {
		return DirFolder(from), io.NopCloser(nil), nil
	}
	z, err := zip.OpenReader(from)
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "{file} is not a whole backup of a site. Nothing was changed.", "file", from).Because(err)
	}
	return zipReader{z}, z, nil
}

// DirFolder is an archive in a folder; its files are the owner's alone.
type DirFolder string

// Create makes a file that must not be there yet.
func (d DirFolder) Create(name string) (io.WriteCloser, error) {
	return os.OpenFile(filepath.Join(string(d), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// Open opens a file.
func (d DirFolder) Open(name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(string(d), name))
}

// zipWriter is an archive being written into one file.
type zipWriter struct{ *zip.Writer }

func (z zipWriter) Create(name string) (io.WriteCloser, error) {
	w, err := z.Writer.Create(name)
	return nopCloser{w}, err
}
func (zipWriter) Open(string) (io.ReadCloser, error) { return nil, fs.ErrInvalid }

// zipReader is an archive in one file.
type zipReader struct{ *zip.ReadCloser }

func (zipReader) Create(string) (io.WriteCloser, error)     { return nil, fs.ErrInvalid }
func (z zipReader) Open(name string) (io.ReadCloser, error) { return z.ReadCloser.Open(name) }

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }
