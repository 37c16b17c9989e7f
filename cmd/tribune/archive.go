package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"

	"tribune"
	"tribune/internal/fault"
	"tribune/storage"
)

type backupCommand struct {
	folder
	File    string `arg:"" help:"File to write; it appears whole or not at all."`
	Replace bool   `help:"Write over FILE if it is there."`
}

// Run writes a backup, also while the server runs.
func (c *backupCommand) Run(ctx context.Context, log *slog.Logger) error {
	if err := c.there(); err != nil {
		return err
	}
	if _, err := os.Lstat(c.File); err == nil && !c.Replace {
		return fault.New(fault.Conflict, "{file} is there already, and was left as it is. Give another name, or say --replace.", "file", c.File)
	}
	site, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer site.Close()
	m, err := site.Backup(ctx, c.File)
	if err != nil {
		return err
	}
	fmt.Printf("%s holds the whole site: %s.\n", c.File, counted(m))
	return nil
}

type restoreCommand struct {
	folder
	File string `arg:"" help:"Backup file." type:"existingfile"`
}

// Run makes a site of a backup.
func (c *restoreCommand) Run(ctx context.Context, log *slog.Logger) error {
	return restore(ctx, log, c.folder, c.File)
}

func restore(ctx context.Context, log *slog.Logger, f folder, from string) error {
	m, err := tribune.Restore(ctx, log, tribune.Config{Data: f.Data, DatabaseURL: f.DatabaseURL}, from)
	if err != nil {
		return err
	}
	fmt.Printf("The site of %s is here again: %s.\n", m.MadeAt.Format("2 January 2006, 15:04 UTC"), counted(m))
	return nil
}

type exportCommand struct {
	folder
	Dir string `arg:"" help:"Folder to write; it must be empty or new."`
}

// Run writes the site in open formats, also while the server runs.
func (c *exportCommand) Run(ctx context.Context, log *slog.Logger) error {
	if err := c.there(); err != nil {
		return err
	}
	site, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer site.Close()
	m, err := site.ExportTo(ctx, c.Dir)
	if err != nil {
		return err
	}
	fmt.Printf("%s holds the site in open formats: %s.\n", c.Dir, counted(m))
	return nil
}

// counted says what an archive holds; and what rests there unmatched, if any does.
func counted(m storage.Manifest) string {
	number := func(table, one, many string) string {
		if m.Rows[table] == 1 {
			return "1 " + one
		}
		return strconv.FormatInt(m.Rows[table], 10) + " " + many
	}
	all := []string{number("person", "person", "people"), number("mention", "mention", "mentions"), number("idea", "idea", "ideas"), number("vote", "vote", "votes")}
	if m.Rows["rest"] > 0 {
		all = append(all, number("rest", "post that no query matched and that rests", "posts that no query matched and that rest"))
	}
	return strings.Join(all, ", ")
}
