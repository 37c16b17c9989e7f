package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"tribune"
	"tribune/internal/fault"
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
	fmt.Printf("%s holds the whole site: %d people, %d mentions, %d ideas, %d votes.\n", c.File, m.Rows["person"], m.Rows["mention"], m.Rows["idea"], m.Rows["vote"])
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
	fmt.Printf("The site of %s is here again: %d people, %d mentions, %d ideas, %d votes.\n", m.MadeAt.Format("2 January 2006, 15:04 UTC"),
		m.Rows["person"], m.Rows["mention"], m.Rows["idea"], m.Rows["vote"])
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
	fmt.Printf("%s holds the site in open formats: %d people, %d mentions, %d ideas, %d votes.\n", c.Dir, m.Rows["person"], m.Rows["mention"], m.Rows["idea"], m.Rows["vote"])
	return nil
}
