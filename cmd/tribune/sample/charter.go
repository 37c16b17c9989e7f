package sample

import (
	"context"
	"fmt"

	"tribune/shape/charter"
)

type clause struct {
	Name, Mode, Title, Body string
	Votes, Within, Answer   int64
}

// rules is what the company says it is for, and what it promises about deciding.
type rules struct {
	Purposes []struct {
		By, Language, Body string
		Day                float64
	}
	Versions []struct {
		By, Language, Default, Preface string
		Day                            float64
		Clauses                        []clause
	}
	Cites []struct {
		Idea, Clause, By string
		Day              float64
	}
}

// planCharter plans the purpose, the versions of the charter, and which of its
// clauses ideas are put under.
func (t *teller) planCharter() {
	signs := t.site.Charter
	for _, p := range t.charter.Purposes {
		t.plan(p.Day, func(ctx context.Context) error {
			_, err := signs.SetPurpose(ctx, t.actors[p.By], p.Body, p.Language)
			return err
		})
	}
	for _, v := range t.charter.Versions {
		t.plan(v.Day, func(ctx context.Context) error {
			draft, err := signs.Draft(ctx, t.actors[v.By])
			if err != nil {
				return err
			}
			e := charter.Edit{Preface: v.Preface, Default: v.Default, Language: v.Language, Edits: -1}
			for n, c := range v.Clauses {
				e.Clauses = append(e.Clauses, charter.Clause{Place: int64(n + 1), Name: c.Name, Mode: charter.Mode(c.Mode), Title: c.Title, Body: c.Body,
					Votes: c.Votes, Within: c.Within, Answer: c.Answer})
			}
			if _, err := signs.Save(ctx, t.actors[v.By], draft.ID, e); err != nil {
				return fmt.Errorf("sample: charter: %w", err)
			}
			_, err = signs.Publish(ctx, t.actors[v.By], draft.ID)
			return err
		})
	}
	for _, c := range t.charter.Cites {
		t.plan(c.Day, func(ctx context.Context) error {
			now, err := signs.Current(ctx)
			if err != nil {
				return err
			}
			cited, ok := now.Clause(c.Clause)
			if !ok {
				return fmt.Errorf("sample: the charter has no clause %s", c.Clause)
			}
			_, err = t.site.Ideas.Cite(ctx, t.actors[c.By], t.ids["idea:"+c.Idea], cited.ID)
			return err
		})
	}
}
