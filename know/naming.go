package know

import (
	"context"
	"slices"
	"strings"

	"tribune/internal/alike"
	"tribune/internal/fault"
	"tribune/know/naming"
	"tribune/storage"
)

// colleagues gives those who work here.
func colleagues(ctx context.Context, q storage.Q) ([]naming.Colleague, error) {
	return storage.All(ctx, q, func(row storage.Scanner) (c naming.Colleague, err error) {
		err = row.Scan(&c.Name, &c.Title)
		return c, err
	}, `select name, title from person where role in ('staff', 'owner') and left_at = 0 order by id`)
}

// mayBeNamed refuses somebody a name of the company, of a department, or of one
// of us: people speak as themselves. Those who work here are not compared with
// each other, nor is who is named by them.
func (d *Directory) mayBeNamed(ctx context.Context, q storage.Q, name string, ours bool) error {
	s, err := readSite(ctx, q)
	if err != nil {
		return err
	}
	team, err := colleagues(ctx, q)
	if err != nil {
		return err
	}
	borne := ours || slices.ContainsFunc(team, func(c naming.Colleague) bool {
		return naming.Personal(c.Name, s.brand(), false) == naming.TheBrand && naming.Personal(c.Name, s.brand(), true) == naming.Somebody
	})
	if err := s.mayBeNamed(name, borne); err != nil {
		return err
	}
	for _, c := range team {
		if c.Entitled(name) {
			return errDepartment()
		}
		if !ours && c.Called(name, s.brand()) {
			return fault.New(fault.Invalid, "One of us is called {name}, and you would be taken for them. If it is you, sign in; else add what tells you apart: a middle name, an initial, or your town.", "name", c.Name).On("name")
		}
	}
	return nil
}

// notOneOfUs refuses the name of somebody who works here for who is added from
// the terminal, where nobody sees at once that there are two.
func (d *Directory) notOneOfUs(ctx context.Context, q storage.Q, name string) error {
	s, err := readSite(ctx, q)
	if err != nil {
		return err
	}
	team, err := colleagues(ctx, q)
	for _, c := range team {
		if c.Namesake(name, s.brand()) {
			return fault.New(fault.Conflict, "One of the team is called {name}, so nobody was added. If it is them, give the address that they sign in with. If it is somebody else, add what tells them apart (a middle name, an initial, a town), or say --namesake.", "name", c.Name).On("name")
		}
	}
	return err
}

// MayBeTribe refuses a name of the company, of a department, or of one of us
// for a tribe.
func (d *Directory) MayBeTribe(ctx context.Context, q storage.Q, name string) error {
	s, err := readSite(ctx, q)
	if err != nil {
		return err
	}
	team, err := colleagues(ctx, q)
	if err != nil {
		return err
	}
	if naming.Marked(name) {
		return errMarkup()
	}
	what := naming.Tribal(name, s.brand())
	ours := what == naming.AFunction || slices.ContainsFunc(team, func(c naming.Colleague) bool { return c.Entitled(name) || c.Called(name, s.brand()) })
	switch {
	case what == naming.TheBrand:
		return fault.New(fault.Invalid, "Tribes are of those who buy and use, and have their own names: this one would be taken for {brand}. Leave that out.", "brand", s.Brand).On("name")
	case ours:
		return fault.New(fault.Invalid, "This is what a department here, or somebody who works here, is called. Name the tribe after what its members have in common.").On("name")
	}
	return nil
}

// Bearers gives the ids of those who have this full name here, however it is spelled
// and whichever part stands first; nobody has a name of one word to themselves.
func (d *Directory) Bearers(ctx context.Context, name string) ([]int64, error) {
	keys := append(naming.Keys(name), naming.Keys(alike.Letters(name))...)
	if !strings.Contains(strings.TrimSpace(keys[0]), " ") {
		return nil, nil
	}
	holes, args := storage.Holes(1, keys)
	return storage.All(ctx, d.db, storage.Scalar[int64], `select id from person where folded in (`+holes+`) and left_at = 0 and role <> 'guest' order by id limit 20`, args...)
}

// brand is what the site is called, "" while nobody has said.
func (s Site) brand() string {
	if !s.SetUp {
		return ""
	}
	return s.Brand
}

func (s Site) mayBeNamed(name string, borne bool) error {
	switch naming.Personal(name, s.brand(), borne) {
	case naming.TheBrand:
		return fault.New(fault.Invalid, "People speak here under their own names, not as {brand}. Write your first and last name.", "brand", s.Brand).On("name")
	case naming.AFunction:
		return errDepartment()
	case naming.NoName:
		return fault.New(fault.Invalid, "“{name}” is nobody’s own name: many are called so, or it is a channel, a title, or one letter. Write the name by which people know you.", "name", name).On("name")
	}
	return nil
}

func errDepartment() error {
	return fault.New(fault.Invalid, "This is what a department is called, and people speak here as themselves. Write your first and last name; what you do stands beside it.").On("name")
}

func errMarkup() error {
	return fault.New(fault.Invalid, "A name is read aloud: leave out web addresses, and signs such as <, >, @, # and *.").On("name")
}

// nameFor gives a name as it is kept, or says why it cannot be a person's; ours
// is for who works here, or is named by who does.
func (d *Directory) nameFor(ctx context.Context, q storage.Q, name string, ours bool) (string, error) {
	name, err := named(name)
	if err != nil {
		return "", err
	}
	return name, d.mayBeNamed(ctx, q, name, ours)
}

// CheckName gives a name as it is kept, or says why the asker cannot be called
// so: also of somebody who has the name already, because the rule is younger
// than the name, or the company is called so since.
func (d *Directory) CheckName(ctx context.Context, a Actor, name string) (string, error) {
	return d.nameFor(ctx, d.db, name, a.IsStaff())
}
