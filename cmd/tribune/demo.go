package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"tribune"
	"tribune/cmd/tribune/sample"
	"tribune/internal/fault"
	"tribune/know"
)

// demoCommand serves a site of sample data, or fills a folder with any size of it.
type demoCommand struct {
	Addr      string `help:"Address to listen on." default:"localhost:8080" env:"TRIBUNE_ADDR"`
	URL       string `help:"The site's own address as its visitors see it." env:"TRIBUNE_URL"`
	Data      string `help:"Folder to keep the sample site in; by default it is thrown away at the end." type:"path"`
	Today     string `help:"Day that dates are relative to, as in 2026-11-20; today if not given."`
	Seed      uint64 `help:"Another seed makes another, equally fixed site." default:"1"`
	Fill      string `help:"Make a folder of the sizes below, and do not serve it." type:"path"`
	Ideas     int    `help:"With --fill: how many ideas." default:"1000"`
	Votes     int    `help:"With --fill: how many votes." default:"10000"`
	Comments  int    `help:"With --fill: how many comments." default:"2000"`
	People    int    `help:"With --fill: how many people." default:"500"`
	Mentions  int    `help:"With --fill: how many mentions." default:"0"`
	Purchases int    `help:"With --fill: how many purchases, two to a buyer, with chains of who told whom up to 12 deep." default:"0"`
}

// Run makes the sample site and serves it, or fills a folder.
func (c *demoCommand) Run(ctx context.Context, log *slog.Logger) error {
	today := time.Now()
	if c.Today != "" {
		var err error
		if today, err = time.Parse(time.DateOnly, c.Today); err != nil {
			return fault.New(fault.Invalid, "--today is a day such as 2026-11-20.")
		}
		today = today.Add(12 * time.Hour)
	}
	if c.Fill != "" {
		return c.fill(ctx, log, today)
	}
	dir := c.Data
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "tribune-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	config := tribune.Config{Data: dir, Addr: c.Addr, URL: c.URL, RateLimit: "on", Version: version, Roles: []string{"web", "work"}}
	if err := c.load(ctx, log, config, today); err != nil {
		return err
	}
	return tribune.Run(ctx, log, config, os.Stdout)
}

// load tells the sample's story into a fresh folder, and leaves one that holds
// it already as it is.
func (c *demoCommand) load(ctx context.Context, log *slog.Logger, config tribune.Config, today time.Time) error {
	clock := &sample.Clock{}
	site, err := tribune.Open(ctx, log, config, clock.Now)
	if err != nil {
		return err
	}
	defer site.Close()
	team, err := site.People.Team(ctx)
	if err != nil {
		return err
	}
	if len(team) == 0 {
		fmt.Println("Telling the sample's story: 40 people in 9 countries, and what others said in 44, over 90 days...")
		if err := sample.Load(ctx, site, clock, today, c.Seed); err != nil {
			return err
		}
	}
	clock.Set(time.Now())
	if site.Config.URL, err = config.SiteURL(); err != nil {
		return err
	}
	for _, who := range []struct {
		email, name string
		role        know.Role
		says        string
	}{{"arthur@oriflamme.example", "Arthur Oriflamme", know.Owner, "the owner"}, {"anais.morel@example.org", "Anaïs Morel", know.Member, "a customer"}} {
		_, secret, err := site.People.AddPerson(ctx, who.name, who.email, who.role)
		if err != nil {
			return err
		}
		fmt.Printf("Sign in once as %s, %s: %s\n", who.name, who.says, site.SignInLink(secret))
	}
	return nil
}

// fill makes a folder of any size, by way of an archive.
func (c *demoCommand) fill(ctx context.Context, log *slog.Logger, today time.Time) error {
	temp, err := os.MkdirTemp("", "tribune-fill-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	sizes := sample.Sizes{Ideas: c.Ideas, Votes: c.Votes, Comments: c.Comments, People: c.People, Mentions: c.Mentions, Purchases: c.Purchases}
	if err := sample.Fill(tribune.DirFolder(temp), sizes, today, c.Seed); err != nil {
		return err
	}
	config := tribune.Config{Data: c.Fill}
	m, err := tribune.Restore(ctx, log, config, temp)
	if err != nil {
		return err
	}
	fmt.Println("Counting what the site counts of its mentions...")
	site, err := tribune.Open(ctx, log, config, nil)
	if err != nil {
		return err
	}
	err = site.CatchUp(ctx)
	if err == nil {
		err = errors.Join(site.Spikes.Once(ctx), site.Trends.Look(ctx))
	}
	if err := errors.Join(err, site.Close()); err != nil {
		return err
	}
	fmt.Printf("%s holds %d ideas, %d votes, %d comments, %d people, %d mentions, %d purchases. The owner is person1@example.org.\n", c.Fill,
		m.Rows["idea"], m.Rows["vote"], m.Rows["comment"], m.Rows["person"], m.Rows["mention"], m.Rows["purchase"])
	return nil
}
