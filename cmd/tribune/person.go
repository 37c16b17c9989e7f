package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"tribune"
	"tribune/internal/fault"
	"tribune/know"
)

// folder is what a command needs to find a site.
type folder struct {
	Data        string `help:"Folder that holds everything." default:"./data" env:"TRIBUNE_DATA" type:"path"`
	DatabaseURL string `help:"PostgreSQL to use in place of the folder's own database." env:"TRIBUNE_DATABASE_URL"`
}

// there refuses a folder that holds no site: a slip of the pen must not look
// like an empty site's good backup.
func (f folder) there() error {
	if f.DatabaseURL != "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(f.Data, "tribune.db")); err != nil {
		return fault.New(fault.NotFound, "There is no site in {dir}. Say with --data where it is; nothing was done.", "dir", f.Data).Because(err)
	}
	return nil
}

// open opens the site that the command is for.
func (f folder) open(ctx context.Context, log *slog.Logger) (*tribune.Site, error) {
	return tribune.Open(ctx, log, tribune.Config{Data: f.Data, DatabaseURL: f.DatabaseURL}, nil)
}

type personCommand struct {
	Add personAdd `cmd:"" help:"Add a person (their address counts as confirmed) and print a one-time sign-in link."`
}

type personAdd struct {
	folder
	Name     string    `required:"" help:"As people know them."`
	Email    string    `required:"" help:"Their mail address."`
	Role     know.Role `required:"" enum:"owner,staff,member" help:"owner, staff or member."`
	Namesake bool      `help:"They are called as one of the team is, and are somebody else."`
	URL      string    `help:"The site's own address; the one it was last served at if not given." env:"TRIBUNE_URL"`
}

// Run adds the person; the link is the last word it prints.
func (c *personAdd) Run(ctx context.Context, log *slog.Logger) error {
	site, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer site.Close()
	add := site.People.AddPerson
	if c.Namesake {
		add = site.People.AddNamesake
	}
	p, secret, err := add(ctx, c.Name, c.Email, c.Role)
	if err != nil {
		return err
	}
	if site.Config.URL = c.URL; c.URL == "" {
		if site.Config.URL, err = site.People.URL(ctx); err != nil {
			return err
		}
	}
	fmt.Printf("%s is here as %s. Sign in once, within 15 minutes: %s\n", p.Name, p.Role, site.SignInLink(secret))
	return nil
}
