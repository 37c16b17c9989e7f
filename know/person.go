package know

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know/naming"
	"tribune/storage"
)

// Person is somebody we know.
type Person struct {
	ID         int64
	Name       string // "" for one who left
	Role       Role
	Leads      bool   // leads the conversation
	Title      string // staff: what they do
	About      string // staff: what they answer for
	Country    string // ISO 3166-1 alpha-2
	Language   string // BCP 47, of pages and mails: theirs, else what their browser asked for at sign-in
	Chosen     bool   // they chose Language themselves
	Photo      string // blob
	VotesShown bool
	Languages  []string // BCP 47: in which they speak with people
	ClockShown bool     // staff: everybody may see how long they let people wait
	CreatedAt  time.Time
	SeenAt     time.Time
	LeftAt     time.Time
}

// Left reports whether the person has left and was erased.
func (p Person) Left() bool { return !p.LeftAt.IsZero() }

const selectPerson = `select id, name, role, leads, title, about, country, language, language_chosen, photo, votes_shown, languages, clock_shown, created_at, seen_at, left_at from person`

func scanPerson(row storage.Scanner) (p Person, err error) {
	var leads, chosen, shown, clock int
	var created, seen, left int64
	var languages string
	err = row.Scan(&p.ID, &p.Name, &p.Role, &leads, &p.Title, &p.About, &p.Country, &p.Language, &chosen, &p.Photo, &shown, &languages, &clock, &created, &seen, &left)
	p.Leads, p.Chosen, p.VotesShown, p.Languages, p.ClockShown = leads == 1, chosen == 1, shown == 1, strings.Fields(languages), clock == 1
	p.CreatedAt, p.SeenAt, p.LeftAt = storage.Time(created), storage.Time(seen), storage.Time(left)
	return p, err
}

// Person gives one person, those who left included.
func (d *Directory) Person(ctx context.Context, id int64) (Person, error) {
	p, err := scanPerson(d.db.Row(ctx, selectPerson+` where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.New(fault.NotFound, "There is nobody here by that number.")
	}
	return p, err
}

// People gives the persons with these ids, by id; unknown ids are left out.
//
// Those asked for of late are held in memory while the log stands still about
// people; when somebody was last seen may then be some minutes old.
func (d *Directory) People(ctx context.Context, ids []int64) (map[int64]Person, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	people := make(map[int64]Person, len(ids))
	mark := d.events.Mark("person", "account")
	var missing []int64
	for _, id := range ids {
		if p, ok := d.persons.get(mark, id); ok {
			people[id] = p
		} else {
			missing = append(missing, id)
		}
	}
	for chunk := range slices.Chunk(missing, 200) {
		holes, args := storage.Holes(1, chunk)
		all, err := storage.All(ctx, d.db, scanPerson, selectPerson+` where id in (`+holes+`)`, args...)
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			people[p.ID] = p
			d.persons.put(mark, p.ID, p)
		}
	}
	return people, nil
}

// Team gives staff and owners, the one who leads first, then by name.
func (d *Directory) Team(ctx context.Context) ([]Person, error) {
	return storage.All(ctx, d.db, scanPerson, selectPerson+` where role in ('staff', 'owner') and left_at = 0 order by leads desc, name, id`)
}

// Faces gives those of the team who are here: who was merely invited is not
// yet shown to anybody outside. The one who leads comes first.
func (d *Directory) Faces(ctx context.Context) ([]Person, error) {
	return storage.All(ctx, d.db, scanPerson, selectPerson+` where role in ('staff', 'owner') and left_at = 0 and name <> ''
		and (seen_at > 0 or exists (select 1 from account where account.person_id = person.id and confirmed_at > 0)) order by leads desc, name, id`)
}

// named reports whether a name may be shown as a person's: 1 to 80
// characters, with a letter, and nothing that is not seen.
func named(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	switch {
	case name == "":
		return "", fault.New(fault.Invalid, "Say your name, as people know you.").On("name")
	case utf8.RuneCountInString(name) > 80:
		return "", fault.New(fault.Invalid, "A name has at most 80 characters.").On("name")
	case plain.Unseen(name), !strings.ContainsFunc(name, unicode.IsLetter):
		return "", fault.New(fault.Invalid, "This does not look like a name: use letters.").On("name")
	case naming.Marked(name):
		return "", errMarkup()
	}
	return name, nil
}

// Profile is what a person says of themselves. Without a Language pages follow
// their browser.
type Profile struct {
	Name, Title, About, Country, Language string
	VotesShown                            bool
	Languages                             []string // BCP 47, in which they speak with people
	ClockShown                            bool     // staff's
}

// check cleans a profile and refuses what cannot be, all of it at once. A name that
// was taken before it was refused stays until another is chosen. Title
// and about are the staff's.
func (d *Directory) check(ctx context.Context, q storage.Q, a Actor, p *Profile) (err error) {
	var wrong []error
	var has string
	if err := q.Row(ctx, `select name from person where id = $1`, a.ID).Scan(&has); err != nil {
		return fmt.Errorf("know: name of %d: %w", a.ID, err)
	}
	if p.Name = strings.Join(strings.Fields(p.Name), " "); p.Name != has || has == "" {
		p.Name, err = d.nameFor(ctx, q, p.Name, a.IsStaff())
		wrong = append(wrong, err)
	}
	p.Title, p.About = strings.TrimSpace(p.Title), strings.TrimSpace(p.About)
	if !a.IsStaff() {
		p.Title, p.About, p.ClockShown = "", "", false
	}
	if utf8.RuneCountInString(p.Title) > 80 {
		wrong = append(wrong, fault.New(fault.Invalid, "A title has at most 80 characters.").On("title"))
	}
	if utf8.RuneCountInString(p.About) > 500 {
		wrong = append(wrong, fault.New(fault.Invalid, "Say in at most 500 characters what you answer for.").On("about"))
	}
	p.Languages, err = spoken(p.Languages)
	wrong = append(wrong, err)
	p.Country, p.Language, err = fromHere(p.Country, p.Language)
	return fault.All(append(wrong, err)...)
}

// SetProfile changes a person's own profile.
func (d *Directory) SetProfile(ctx context.Context, a Actor, p Profile) error {
	if err := Require(a, Self, Subject{Author: a.ID}); err != nil {
		return err
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error { return d.setProfile(ctx, tx, a, p) })
}

// setProfile is SetProfile within a transaction.
func (d *Directory) setProfile(ctx context.Context, tx *storage.Tx, a Actor, p Profile) error {
	if err := d.check(ctx, tx, a, &p); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update person set name = $1, title = $2, about = $3, country = $4, language = case when $5 = '' then language else $5 end,
		language_chosen = $6, votes_shown = $7, languages = $8, clock_shown = $9, named_at = case when folded = $10 then named_at else $11 end, folded = $10 where id = $12`,
		p.Name, p.Title, p.About, p.Country, p.Language, storage.Bit(p.Language != ""), storage.Bit(p.VotesShown), strings.Join(p.Languages, " "), storage.Bit(p.ClockShown), naming.Key(p.Name), storage.Micros(d.now()), a.ID); err != nil {
		return fmt.Errorf("know: profile of %d: %w", a.ID, err)
	}
	return d.fact(ctx, tx, "person.changed", a, event.Ref{Kind: "person", ID: a.ID}, 0)
}

// maxSpoken is how many languages somebody may say that they speak.
const maxSpoken = 12

// spoken checks the languages in which somebody speaks with people, and writes
// each as it is usual.
func spoken(tags []string) (known []string, err error) {
	for _, tag := range tags {
		if tag = strings.TrimSpace(tag); tag == "" {
			continue
		}
		t, err := language.Parse(tag)
		if err != nil || t == language.Und {
			return tags, fault.New(fault.Invalid, "One of these languages is not known. Choose from the list.").On("languages")
		}
		if !slices.Contains(known, t.String()) {
			known = append(known, t.String())
		}
	}
	if len(known) > maxSpoken {
		return tags, fault.New(fault.Invalid, "Choose at most {limit} languages: those in which you really answer.", "limit", maxSpoken).On("languages")
	}
	return known, nil
}

// fromHere checks a person's country and the language they read; both may be
// left open.
func fromHere(country, lang string) (string, string, error) {
	var unknown, unspoken error
	if country = strings.ToUpper(strings.TrimSpace(country)); country != "" {
		r, err := language.ParseRegion(country)
		if err != nil || !r.IsCountry() || len(country) != 2 {
			unknown = fault.New(fault.Invalid, "This country is not known. Choose one of the list.").On("country")
		}
	}
	if lang != "" && lang != "en" && lang != "fr" {
		unspoken = fault.New(fault.Invalid, "The site speaks English or French.").On("language")
	}
	return country, lang, fault.All(unknown, unspoken)
}

// ChosenLanguage gives the language that the person chose, "" if none.
func (p Person) ChosenLanguage() string {
	if p.Chosen {
		return p.Language
	}
	return ""
}

// NoteLanguage notes the language that a person's browser asks for as they sign
// in. Mails follow it, and pages where no browser says anything, until they
// choose one.
func (d *Directory) NoteLanguage(ctx context.Context, person int64, language string) error {
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `update person set language = $1 where id = $2 and language_chosen = 0 and language <> $1`, language, person)
		if err != nil {
			return fmt.Errorf("know: note language of %d: %w", person, err)
		}
		if n == 0 {
			return nil
		}
		return d.events.Append(ctx, tx, event.Event{Kind: "person.changed", Actor: person, Subject: event.Ref{Kind: "person", ID: person}})
	})
}

// SetLanguage makes a language the one in which a person reads pages and mails:
// they chose it.
func (d *Directory) SetLanguage(ctx context.Context, a Actor, language string) error {
	if err := Require(a, Self, Subject{Author: a.ID}); err != nil {
		return err
	}
	if language != "en" && language != "fr" {
		return fault.New(fault.Invalid, "The site speaks English or French.").On("language")
	}
	if a.Chosen && a.Language == language {
		return nil
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `update person set language = $1, language_chosen = 1 where id = $2`, language, a.ID); err != nil {
			return fmt.Errorf("know: language of %d: %w", a.ID, err)
		}
		// As a reader: which language somebody reads in is no act of the team's.
		return d.events.Append(ctx, tx, event.Event{Kind: "person.changed", Actor: a.ID, Subject: event.Ref{Kind: "person", ID: a.ID}})
	})
}

// SetPhoto gives a person a picture, already resized; empty data takes it away.
func (d *Directory) SetPhoto(ctx context.Context, a Actor, data []byte, contentType string) error {
	if err := Require(a, Self, Subject{Author: a.ID}); err != nil {
		return err
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		sha, err := d.PutBlob(ctx, tx, data, contentType)
		if err != nil {
			return err
		}
		var old string
		if err := tx.Row(ctx, `select photo from person where id = $1`, a.ID).Scan(&old); err != nil {
			return err
		}
		if sha == old {
			return nil
		}
		if _, err := tx.Exec(ctx, `update person set photo = $1 where id = $2`, sha, a.ID); err != nil {
			return err
		}
		if err := d.DropBlob(ctx, tx, old); err != nil {
			return err
		}
		return d.fact(ctx, tx, "person.changed", a, event.Ref{Kind: "person", ID: a.ID}, 0)
	})
}

// promoted records that somebody's role changed, or, from Visitor, that they were
// added with it.
func (d *Directory) promoted(ctx context.Context, tx *storage.Tx, by Actor, person int64, was, now Role) error {
	return d.events.Append(ctx, tx, event.Event{Kind: "person.promoted", Actor: by.ID, Subject: event.Ref{Kind: "person", ID: person},
		N: int64(10*was.rank() + now.rank()), Staff: by.IsStaff()})
}

// Promotion gives the roles before and after that a fact of a promotion has in its
// n; both are Visitor in one that an earlier version recorded, and the first is in
// one of somebody who was added.
func Promotion(n int64) (was, now Role) {
	of := func(rank int64) Role {
		for _, r := range []Role{Guest, Member, Staff, Owner} {
			if int64(r.rank()) == rank {
				return r
			}
		}
		return Visitor
	}
	return of(n / 10), of(n % 10)
}

// SetRole changes what somebody may do. The last owner stays one.
func (d *Directory) SetRole(ctx context.Context, a Actor, person int64, role Role, leads bool) error {
	if err := Require(a, Promote, Subject{}); err != nil {
		return err
	}
	if !slices.Contains([]Role{Member, Staff, Owner}, role) {
		return fault.New(fault.Invalid, "A role is owner, staff or member.").On("role")
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		if role != Owner {
			if err := keepOwner(ctx, tx, person); err != nil {
				return err
			}
		}
		was, err := roleOf(ctx, tx, person)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `update person set role = $1, leads = $2 where id = $3 and left_at = 0`, string(role), storage.Bit(leads && role != Member), person)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "There is nobody here by that number.")
		}
		return d.promoted(ctx, tx, a, person, was, role)
	})
}

// roleOf gives somebody's role, Visitor if there is nobody.
func roleOf(ctx context.Context, q storage.Q, person int64) (r Role, err error) {
	err = q.Row(ctx, `select coalesce(max(role), '') from person where id = $1`, person).Scan(&r)
	return r, err
}

// keepOwner refuses what would leave the site without an owner.
func keepOwner(ctx context.Context, tx *storage.Tx, person int64) error {
	var others int
	if err := tx.Row(ctx, `select count(*) from person where role = 'owner' and left_at = 0 and id <> $1`, person).Scan(&others); err != nil {
		return err
	}
	if others == 0 {
		return fault.New(fault.Conflict, "This is the only owner: make somebody else an owner first.")
	}
	return nil
}
