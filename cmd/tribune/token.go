package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"tribune"
)

type tokenCommand struct {
	folder
	Email  string `help:"Whom the token acts as." xor:"who"`
	Emails string `help:"File with an address a line; prints a line email,token for each." type:"existingfile" xor:"who"`
	Name   string `help:"What the token is for." default:"command line"`
}

// Run prints the token as the last word, or a line for each address.
func (c *tokenCommand) Run(ctx context.Context, log *slog.Logger) error {
	if c.Email == "" && c.Emails == "" {
		return errors.New("say whom the token acts as: --email E, or --emails FILE")
	}
	if err := c.there(); err != nil {
		return err
	}
	site, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer site.Close()
	if c.Email != "" {
		token, err := c.token(ctx, site, c.Email)
		if err != nil {
			return err
		}
		fmt.Println(token)
		return nil
	}
	file, err := os.Open(c.Emails)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		email := strings.TrimSpace(lines.Text())
		if email == "" {
			continue
		}
		token, err := c.token(ctx, site, email)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		fmt.Printf("%s,%s\n", email, token)
	}
	return lines.Err()
}

func (c *tokenCommand) token(ctx context.Context, site *tribune.Site, email string) (string, error) {
	a, err := site.People.ActorByEmail(ctx, email)
	if err != nil {
		return "", err
	}
	return site.People.NewToken(ctx, a, c.Name)
}
