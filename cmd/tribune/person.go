package main

import (
	"context"
	"fmt"
	"log/slog"

	"tribune"
	"tribune/know"
)

// folder is what a command needs to find a site.
type folder struct {
	Data        string `help:"Folder that holds everything." default:"./data" env:"TRIBUNE_DATA" type:"path"`
	DatabaseURL string `help:"PostgreSQL to use in place of the folder's own database." env:"TRIBUNE_DATABASE_URL"`
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
	Name  string    `required:"" help:"As people know them."`
	Email string    `required:"" help:"Their mail address."`
	Role  know.Role `required:"" enum:"owner,staff,member" help:"owner, staff or member."`
	URL   string    `help:"The site's own address." default:"http://localhost:8080" env:"TRIBUNE_URL"`
}

// Run adds the person; the link is the last word it prints.
func (c *personAdd) Run(ctx context.Context, log *slog.Logger) error {
	site, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer site.Close()
	p, secret, err := site.People.AddPerson(ctx, c.Name, c.Email, c.Role)
	if err != nil {
		return err
	}
	site.Config.URL = c.URL
	fmt.Printf("%s is here as %s. Sign in once, within 15 minutes: %s\n", p.Name, p.Role, site.SignInLink(secret))
	return nil
}
