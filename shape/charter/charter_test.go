package charter_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape/charter"
	"tribune/storage"
	"tribune/storage/storagetest"
)

const day = 24 * time.Hour

func TestBreaks(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	decide := charter.Clause{Mode: charter.Decide, Votes: 50, Answer: 30}
	both := charter.Clause{Mode: charter.CoDecide, Votes: 50, Answer: 30}
	advise := charter.Clause{Mode: charter.Advise, Votes: 50, Answer: 30}
	there := charter.Standing{Reached: at}
	in, over := at.Add(30*day), at.Add(30*day+1)
	for name, c := range map[string]struct {
		clause charter.Clause
		st     charter.Standing
		o      charter.Outcome
		at     time.Time
		want   []charter.Breach
	}{
		"votes are missing":      {decide, charter.Standing{}, charter.Declines, over, nil},
		"advice binds nobody":    {advise, there, charter.Declines, over, nil},
		"no clause":              {charter.Clause{}, there, charter.Declines, over, nil},
		"it is done":             {decide, there, charter.Goes, in, nil},
		"no":                     {decide, there, charter.Declines, in, []charter.Breach{charter.Declined}},
		"no, together":           {both, there, charter.Declines, in, []charter.Breach{charter.Declined}},
		"nothing to review":      {decide, there, charter.Waits, in, []charter.Breach{charter.PutOff}},
		"review together":        {both, there, charter.Waits, in, nil},
		"review too long":        {both, there, charter.Waits, over, []charter.Breach{charter.Late}},
		"a yes taken back":       {both, charter.Standing{Reached: at, Answered: at, Going: true}, charter.Waits, in, []charter.Breach{charter.PutOff}},
		"a late yes":             {decide, there, charter.Goes, over, []charter.Breach{charter.Late}},
		"a late no":              {decide, there, charter.Declines, over, []charter.Breach{charter.Declined, charter.Late}},
		"answered in time":       {decide, charter.Standing{Reached: at, Answered: in}, charter.Goes, over, nil},
		"answered late":          {decide, charter.Standing{Reached: at, Answered: over}, charter.Goes, over, []charter.Breach{charter.Late}},
		"lateness is signed for": {decide, charter.Standing{Reached: at, Signed: true}, charter.Declines, over, []charter.Breach{charter.Declined}},
		"no time was promised":   {charter.Clause{Mode: charter.Decide, Votes: 1}, there, charter.Goes, over, nil},
	} {
		if got := c.clause.Breaks(c.st, c.o, c.at); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
	}
}

func TestReached(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	within := charter.Clause{Mode: charter.Decide, Votes: 2, Within: 10}
	if got := within.Reached(at, at.Add(10*day)); !got.Equal(at.Add(10 * day)) {
		t.Error("in time:", got)
	}
	if got := within.Reached(at, at.Add(10*day+1)); !got.IsZero() {
		t.Error("too late:", got)
	}
	if got := within.Reached(at, time.Time{}); !got.IsZero() {
		t.Error("too few:", got)
	}
	within.Mode = charter.Advise
	if got := within.Reached(at, at); !got.IsZero() {
		t.Error("advice:", got)
	}
}

// site is a charter with people around it.
type site struct {
	*charter.Charter
	db                   *storage.DB
	people               *know.Directory
	at                   time.Time
	member, staff, owner know.Actor
}

func each(t *testing.T, f func(t *testing.T, s *site)) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := &site{db: db, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
		now := func() time.Time { return s.at }
		log := slog.New(slog.DiscardHandler)
		events := event.New(log, db, now, "test")
		s.people = know.New(log, db, events, now, nil)
		s.Charter = charter.New(log, db, events, s.people, now)
		s.owner, s.staff, s.member = s.person(t, "Olga Berg", know.Owner), s.person(t, "Sven Å. Lund", know.Staff), s.person(t, "Ada", know.Member)
		f(t, s)
	})
}

func (s *site) person(t *testing.T, name string, role know.Role) know.Actor {
	t.Helper()
	p, _, err := s.people.AddPerson(t.Context(), name, strings.Fields(name)[0]+"@example.org", role)
	ok(t, err)
	a, err := s.people.Actor(t.Context(), p.ID)
	ok(t, err)
	return a
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, err error, kind fault.Kind, fields ...string) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("%v is not %v", err, kind)
	}
	for _, f := range fields {
		if !mentions(err, f) {
			t.Errorf("%v is not on %s", err, f)
		}
	}
}

func mentions(err error, field string) bool {
	f, ok := err.(*fault.Error)
	if !ok {
		return false
	}
	if f.Field == field {
		return true
	}
	return slices.ContainsFunc(f.More, func(m *fault.Error) bool { return m.Field == field })
}

func TestVersions(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		if v, err := s.Current(ctx); err != nil || v.ID != 0 {
			t.Fatalf("before: %+v %v", v, err)
		}
		_, err := s.Draft(ctx, s.member)
		wants(t, err, fault.Forbidden)
		d, err := s.Draft(ctx, s.staff)
		ok(t, err)
		_, err = s.Version(ctx, s.member, d.ID)
		wants(t, err, fault.NotFound)
		_, err = s.Publish(ctx, s.owner, d.ID)
		wants(t, err, fault.Invalid, "clauses")
		_, err = s.Save(ctx, s.staff, d.ID, charter.Edit{Default: "none", Edits: -1, Clauses: []charter.Clause{
			{Title: "", Mode: charter.Decide}, {Title: "Colours", Name: "x", Mode: "vote"}, {Title: "Paper", Name: "X", Mode: charter.Advise}, {Title: "Ink", Mode: charter.CoDecide, Votes: -1, Within: -1, Answer: 4000}}})
		wants(t, err, fault.Invalid, "default", "clause.0.title", "clause.0.votes", "clause.1.mode", "clause.2.name", "clause.3.votes", "clause.3.within_days", "clause.3.answer_days")
		edit := charter.Edit{Preface: "What is yours to say.", Default: "Rest", Edits: d.Edits, Clauses: []charter.Clause{
			{Place: 2, Title: "All the rest", Name: "rest", Mode: charter.Advise, Votes: 7},
			{Place: 1, Title: "Colours é", Mode: charter.Decide, Votes: 50, Within: 90, Answer: 30, Body: " Yours.\r\n"}}}
		d, err = s.Save(ctx, s.staff, d.ID, edit)
		ok(t, err)
		_, err = s.Save(ctx, s.owner, d.ID, edit)
		wants(t, err, fault.Conflict)
		_, err = s.Publish(ctx, s.staff, d.ID)
		wants(t, err, fault.Forbidden)
		v, err := s.Publish(ctx, s.owner, d.ID)
		ok(t, err)
		c := v.Clauses[0]
		if v.Number != 1 || v.Default != "rest" || v.PublishedBy != s.owner.ID || len(v.Clauses) != 2 || c.Name != "colours-e" || c.Body != "Yours." || c.Number != 1 || v.Clauses[1].Votes != 0 {
			t.Fatalf("published: %+v", v)
		}
		for _, err := range []error{s.Discard(ctx, s.owner, v.ID), second(s.Publish(ctx, s.owner, v.ID)), second(s.Save(ctx, s.owner, v.ID, edit))} {
			wants(t, err, fault.Conflict)
		}
		next, err := s.Draft(ctx, s.staff)
		ok(t, err)
		if len(next.Clauses) != 2 || next.Clauses[0].Name != "colours-e" {
			t.Fatalf("next: %+v", next)
		}
		_, err = charter.Citable(ctx, s.db, next.Clauses[0].ID, 0)
		wants(t, err, fault.NotFound)
		next.Clauses[0].Votes = 40
		_, err = s.Save(ctx, s.staff, next.ID, charter.Edit{Default: "", Edits: -1, Clauses: next.Clauses[:1]})
		ok(t, err)
		w, err := s.Publish(ctx, s.owner, next.ID)
		ok(t, err)
		changes := charter.Changes(v, w)
		if len(changes) != 2 || changes[0].Same() || changes[0].Before.Votes != 50 || changes[1].After.Name != "" || changes[1].Before.Name != "rest" {
			t.Fatalf("changes: %+v", changes)
		}
		again, err := s.Number(ctx, 1)
		ok(t, err)
		if diff := cmp.Diff(v, again); diff != "" {
			t.Error("the first version changed:", diff)
		}
		_, err = charter.Citable(ctx, s.db, v.Clauses[0].ID, 0)
		wants(t, err, fault.Conflict)
		if id, err := charter.Default(ctx, s.db); err != nil || id != 0 {
			t.Fatal("default:", id, err)
		}
		third, err := s.Draft(ctx, s.staff)
		ok(t, err)
		all, err := s.Versions(ctx, s.staff)
		ok(t, err)
		open, err := s.Versions(ctx, know.Actor{})
		ok(t, err)
		if len(all) != 3 || all[0].ID != third.ID || len(open) != 2 || open[0].Number != 2 {
			t.Fatalf("versions: %+v %+v", all, open)
		}
		ok(t, s.Discard(ctx, s.staff, third.ID))
	})
}

func second[T any](_ T, err error) error { return err }

func TestPurpose(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		_, err := charter.CitedPurpose(ctx, s.db)
		wants(t, err, fault.Conflict)
		_, err = s.SetPurpose(ctx, s.staff, "Paper for everybody.", "")
		wants(t, err, fault.Forbidden)
		_, err = s.SetPurpose(ctx, s.owner, "  ", "")
		wants(t, err, fault.Invalid, "body")
		one, err := s.SetPurpose(ctx, s.owner, "Paper for everybody.", "en")
		ok(t, err)
		same, err := s.SetPurpose(ctx, s.owner, "Paper for everybody. ", "en")
		ok(t, err)
		two, err := s.SetPurpose(ctx, s.owner, "Paper for all hands.", "en")
		ok(t, err)
		all, err := s.Purposes(ctx)
		if err != nil || same.ID != one.ID || len(all) != 2 || all[0] != two || all[1].Body != "Paper for everybody." || all[1].By != s.owner.ID {
			t.Fatalf("%+v %v", all, err)
		}
	})
}

func TestSign(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		for name, c := range map[string]struct {
			by     charter.Signature
			fields []string
		}{
			"nothing":         {charter.Signature{}, []string{"override.reason", "override.signer"}},
			"no name":         {charter.Signature{Reason: "Too dear to make."}, []string{"override.signer"}},
			"another's name":  {charter.Signature{Reason: "Too dear to make.", Name: "Olga Berg"}, []string{"override.signer"}},
			"a short reason":  {charter.Signature{Reason: " Too dear", Name: s.staff.Name}, []string{"override.reason"}},
			"white space":     {charter.Signature{Reason: strings.Repeat(" ", 40), Name: s.staff.Name}, []string{"override.reason"}},
			"an endless text": {charter.Signature{Reason: strings.Repeat("x", 5001), Name: s.staff.Name}, []string{"override.reason"}},
		} {
			err := s.db.Update(ctx, func(tx *storage.Tx) error {
				return s.Sign(ctx, tx, s.staff, charter.Override{Decision: 1, Breaches: []charter.Breach{charter.Late}}, c.by)
			})
			t.Log(name)
			wants(t, err, fault.Invalid, c.fields...)
		}
		ok(t, s.db.Update(ctx, func(tx *storage.Tx) error {
			return s.Sign(ctx, tx, s.staff, charter.Override{Decision: 1, Breaches: []charter.Breach{charter.Declined, charter.Late}}, charter.Signature{Reason: "Too dear to make.", Name: " sven  a. LUND"})
		}))
		o := one(t, s)
		if o.Signer != "sven a. LUND" || o.Reason != "Too dear to make." || o.By != s.staff.ID || !slices.Equal(o.Breaches, []charter.Breach{charter.Declined, charter.Late}) {
			t.Fatalf("%+v", o)
		}
		held, err := s.Held(ctx, s.staff.ID, nil)
		if err != nil || len(held.Overrides) != 1 || held.Overrides[0].Reason == "" {
			t.Fatalf("held: %+v %v", held, err)
		}
		// The name goes with the signer, the reason with their words.
		for _, words := range []int64{0, 1, 1} {
			ok(t, s.db.Update(ctx, func(tx *storage.Tx) error {
				return s.Erase(ctx, tx, []event.Event{{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: s.staff.ID}, N: words}})
			}))
			if o := one(t, s); o.Signer != "" || (o.Reason == "") != (words == 1) {
				t.Fatalf("after leaving (%d): %+v", words, o)
			}
		}
	})
}

func one(t *testing.T, s *site) charter.Override {
	t.Helper()
	found, err := s.OverridesOf(t.Context(), []int64{1, 2})
	ok(t, err)
	if len(found) != 1 {
		t.Fatalf("%+v", found)
	}
	return found[1]
}
