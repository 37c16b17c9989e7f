package sample_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune"
	"tribune/cmd/tribune/sample"
	"tribune/internal/query"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/judge"
	"tribune/storage"
)

var today = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// The story is told through the calls that pages make, so that telling it
// whole tests them together; two tellings are the same. Beside the 40 people
// three strangers have rows, whose letters were confirmed by mail.
func TestLoad(t *testing.T) {
	var first map[string]int64
	var firstCodes []string
	for range tellings {
		clock := &sample.Clock{}
		site, err := tribune.Open(t.Context(), slog.New(slog.DiscardHandler), tribune.Config{Data: t.TempDir()}, clock.Now)
		if err != nil {
			t.Fatal(err)
		}
		if err := sample.Load(t.Context(), site, clock, today, 1); err != nil {
			t.Fatal(err)
		}
		var people, countries int
		if err := site.DB.Row(t.Context(), `select count(*), count(distinct country) from person where country <> ''`).Scan(&people, &countries); err != nil || people != 40 || countries != 9 {
			t.Errorf("%d people in %d countries, %v; want 40 in 9", people, countries, err)
		}
		faces, chosen := number(t, site, `select count(*) from person where photo <> ''`), number(t, site, `select count(*) from person where language_chosen = 1`)
		if french := number(t, site, `select count(*) from person where language = 'fr'`); faces != 21 || chosen != 0 || french < 10 {
			t.Errorf("%d faces, %d chosen languages, %d who are written to in French", faces, chosen, french)
		}
		if err := site.DB.Row(t.Context(), `select count(distinct country) from mention where country <> ''`).Scan(&countries); err != nil || countries != 44 { // as the README says, too
			t.Errorf("mentions from %d countries, %v; want 44", countries, err)
		}
		for what, statement := range map[string]string{
			"a rise":    `select count(*) from spike where kind = 'rise' and gone_at = 0 and query_id <> 0`,
			"a topic":   `select count(*) from trend where kind = 'topic' and label like '%new elastic band%'`,
			"two needs": `select count(*) - 1 from trend where kind = 'need' and how = 'wish'`,
			"a tribe that loves what another passes by": `select count(*) from tribe_support l join tribe_support a on a.idea_id = l.idea_id and a.tribe_id = 0 where l.tribe_id > 0 and l.votes >= 10
				and l.votes = (select sum(n) from tribe_day d where d.tribe_id = l.tribe_id) and exists (select 1 from tribe t where t.members >= 10 and t.id <> l.tribe_id
				and not exists (select 1 from tribe_support p where p.tribe_id = t.id and p.idea_id = l.idea_id and p.votes > 0))`,
			"a tribe that loves what another refuses": `select count(*) from tribe_support l join tribe_support r on r.idea_id = l.idea_id and r.tribe_id > 0
				where l.tribe_id > 0 and l.votes >= 10 and l.against = 0 and r.against >= 9 and r.votes <= 1`,
			"words of ours in four languages":                       `select count(distinct language) - 3 from gap_term where side = 'ours'`,
			"a word of theirs":                                      `select count(*) from gap_term where side = 'theirs'`,
			"no talk in which a board's member says the same twice": `select 1 - count(*) from (select 1 from board_said group by talk_id, body having count(*) > 1) d`,
			"a name": `select count(*) from trend where kind = 'name' and label = 'Atelier Sillon'`,
		} {
			var n int
			if err := site.DB.Row(t.Context(), statement).Scan(&n); err != nil || n < 1 {
				t.Errorf("%s is not found, %v", what, err)
			}
		}
		codes, err := storage.All(t.Context(), site.DB, storage.Scalar[string], `select code from share_link union all select code from purchase where code <> '' order by 1`)
		if err != nil || len(codes) < 10 {
			t.Errorf("codes of share links and purchases: %q, %v", codes, err)
		}
		dir := t.TempDir()
		m, err := site.ExportTo(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		site.Close()
		for table, want := range map[string]int64{"person": 43, "mention": 680, "idea": 60, "release": 7, "call": 3} {
			if m.Rows[table] != want {
				t.Errorf("%d rows of %s, want %d", m.Rows[table], table, want)
			}
		}
		if first == nil {
			first, firstCodes = m.Rows, codes
			continue
		}
		if !slices.Equal(codes, firstCodes) {
			t.Errorf("the codes are %q, then %q", firstCodes, codes)
		}
		for table, n := range first {
			if m.Rows[table] != n {
				t.Errorf("%s: %d rows, then %d", table, n, m.Rows[table])
			}
		}
	}
}

// A site of any size is whole: what its counts say is what is there.
func TestFill(t *testing.T) {
	for _, sizes := range []sample.Sizes{{}, {Ideas: 1, Votes: 5, People: 3}, {Purchases: 3}, {Ideas: 300, Votes: 3000, Comments: 500, People: 200, Mentions: 400, Purchases: 1501}} {
		dir := t.TempDir()
		if err := sample.Fill(tribune.DirFolder(dir), sizes, today, 1); err != nil {
			t.Fatal(err)
		}
		config := tribune.Config{Data: t.TempDir()}
		m, err := tribune.Restore(t.Context(), slog.New(slog.DiscardHandler), config, dir)
		if err != nil {
			t.Fatal(err)
		}
		if m.Rows["idea"] != int64(sizes.Ideas) || m.Rows["comment"] != int64(sizes.Comments) {
			t.Errorf("made %v of %+v", m.Rows, sizes)
		}
		site, err := tribune.Open(t.Context(), slog.New(slog.DiscardHandler), config, nil)
		if err != nil {
			t.Fatal(err)
		}
		var wrong int
		if err := site.DB.Row(t.Context(), `select count(*) from idea where votes <> (select count(*) from vote where idea_id = idea.id)
			or against <> (select count(*) from vote_against where idea_id = idea.id) or comments <> (select count(*) from comment where idea_id = idea.id)
			or exists (select 1 from vote v join vote_against a on a.idea_id = v.idea_id and a.person_id = v.person_id where v.idea_id = idea.id)`).Scan(&wrong); err != nil || wrong > 0 {
			t.Errorf("%d ideas whose counts are not so (%v)", wrong, err)
		}
		if n := number(t, site, `select count(*) from idea where against > 0`); n == 0 && sizes.Ideas > 10 {
			t.Error("nobody is against anything")
		}
		counts, err := site.Ideas.Counts(t.Context())
		total := int64(0)
		for _, n := range counts {
			total += n
		}
		if err != nil || total != int64(sizes.Ideas) {
			t.Errorf("%d ideas counted of %d (%v)", total, sizes.Ideas, err)
		}
		purchases(t, site, sizes)
		mentions(t, site, sizes)
		site.Close()
	}
}

// mentions holds what the radar of a filled site has counted against a recount,
// and what is said there against what the radar makes of the same words.
func mentions(t *testing.T, site *tribune.Site, sizes sample.Sizes) {
	t.Helper()
	for what, statement := range map[string]string{
		"sums of a facet that are not so": `select count(*) from (select query_id, source_id, language, country, mood, sum(n) as n from mention_count group by 1, 2, 3, 4, 5) c
			full join (select q.query_id, m.source_id, m.language, m.country, m.mood, count(*) as n from mention m join (select query_id, mention_id from mention_query union all select 0, id from mention) q
			on q.mention_id = m.id group by 1, 2, 3, 4, 5) w on (c.query_id, c.source_id, c.language, c.country, c.mood) = (w.query_id, w.source_id, w.language, w.country, w.mood) where coalesce(c.n, 0) <> coalesce(w.n, 0)`,
		"slots that are not so": `select count(*) from (select query_id, at, sum(n) as n from mention_count group by 1, 2) c full join (select q.query_id, s.at, count(*) as n from
			(select id, case when published_at / 1000000 < f.n then published_at / 3600000000 * 3600 else published_at / 300000000 * 300 end as at from mention, (select n from tally where name = 'listen.folded-until') f) s
			join (select query_id, mention_id from mention_query union all select 0, id from mention) q on q.mention_id = s.id group by 1, 2) w on (c.query_id, c.at) = (w.query_id, w.at) where coalesce(c.n, 0) <> coalesce(w.n, 0)`,
		"queries whose total is not so":  `select count(*) from query_total t where n <> (select count(*) from mention_query q where q.query_id = t.query_id)`,
		"sources whose number is not so": `select count(*) from source s where mentions <> (select count(*) from mention m where m.source_id = s.id)`,
		"replies to nothing before them": `select count(*) from mention m where reply_to <> '' and not exists (select 1 from mention o where o.external_id = m.reply_to and o.source_id = m.source_id and o.published_at <= m.published_at)`,
		"doubles":                        `select count(*) from mention m join mention o on o.account_id = m.account_id and o.text_hash = m.text_hash and o.id < m.id where m.published_at - o.published_at <= 604800000000`,
		"authors without a name":         `select count(*) from account where person_id = 0 and id in (select account_id from mention) and name = ''`,
		"accounts that are not there":    `select count(*) from mention m where not exists (select 1 from account a where a.id = m.account_id)`,
	} {
		if n := number(t, site, statement); n != 0 {
			t.Errorf("%+v: %d %s", sizes, n, what)
		}
	}
	if sizes.Mentions < 400 {
		return
	}
	for what, statement := range map[string]string{
		"languages": `select count(distinct language) from mention where language <> ''`, "moods": `select count(distinct mood) from mention where mood <> ''`,
		"sources": `select count(distinct source_id) from mention`, "queries that match": `select count(*) from query_total where n > 0`,
		"countries": `select count(distinct country) / 5 from mention`, "pictures": `select count(*) / 10 from mention where has_image = 1`,
		"replies": `select count(*) / 5 from mention where reply_to <> ''`, "reaches": `select count(distinct reach) / 5 from mention`,
	} {
		if n := number(t, site, statement); n < 3 {
			t.Errorf("%d %s are too few", n, what)
		}
	}
	// Heard again, nothing is new, and an edit back and forth leaves what was worked out.
	said, _, err := site.Radar.Mentions(t.Context(), know.Actor{Role: know.Staff}, listen.Filter{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range said {
		p := m.Post()
		j := judge.Judgement{}
		j.Finish(&query.Post{Text: m.Text})
		if j.Mood != string(m.Mood) || j.Tag != m.Language || p.Country == "" {
			t.Errorf("“%s” is %s in %s, and the radar makes %s in %s of it", m.Text, m.Mood, m.Language, j.Mood, j.Tag)
		}
		heard, err := site.Radar.Hear(t.Context(), know.Actor{ID: 1, Role: know.Owner}, []listen.Post{{Source: m.SourceName, SourceKind: listen.ImportSource, Kind: m.Kind, ExternalID: m.ExternalID, URL: m.URL, Text: m.Text, Author: listen.Author{Name: m.Author.Name}}})
		if err != nil || heard[0].ID != m.ID {
			t.Errorf("mention %d is heard again as %+v (%v)", m.ID, heard, err)
		}
	}
}

// counted are the tables in which a site keeps what it counts of purchases.
var counted = []string{"purchase_country", "referral", "referral_account", "referral_month", "referral_crossed", "referral_tree", "cohort_account", "cohort_buyer", "cohort"}

// kept gives the rows of the counted tables, as text.
func kept(t *testing.T, site *tribune.Site) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, table := range counted {
		rows, err := site.DB.Query(t.Context(), `select * from `+table)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		values, to := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			to[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(to...); err != nil {
				t.Fatal(err)
			}
			all[table] = append(all[table], fmt.Sprint(values...))
		}
		rows.Close()
		slices.Sort(all[table])
	}
	return all
}

// purchases holds what a filled site has counted of its purchases against what
// it counts itself, from the orders and the answers.
func purchases(t *testing.T, site *tribune.Site, sizes sample.Sizes) {
	t.Helper()
	ctx := t.Context()
	if err := site.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	filled := kept(t, site)
	err := site.DB.Update(ctx, func(tx *storage.Tx) error {
		for _, do := range []string{`delete from referral`, `delete from referral_account`, `delete from referral_month`, `delete from referral_crossed`, `delete from referral_tree`,
			`insert into referral_due (kind, id) select distinct 0, account_id from purchase`} {
			if _, err := tx.Exec(ctx, do); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, site.Advocacy.SettleAll(ctx), site.Measures.Recount(ctx)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(kept(t, site), filled); diff != "" {
		t.Errorf("%+v: other than the site counts itself (-site +filled): %s", sizes, diff)
	}
	for what, n := range map[string]int{
		`select count(*) from purchase`:                                             sizes.Purchases,
		`select coalesce(sum(purchases), 0) from purchase_country`:                  sizes.Purchases,
		`select coalesce(sum(n), 0) from loop_day where step = 'heard'`:             sizes.Mentions,
		`select count(*) from measure_due where name = 'sweep'`:                     0,
		`select count(*) from outbox`:                                               0,
		`select count(*) from purchase where at > ` + fmt.Sprint(today.UnixMicro()): 0,
	} {
		if got := number(t, site, what); got != n {
			t.Errorf("%+v: %s gives %d, want %d", sizes, what, got, n)
		}
	}
	if sizes.Purchases < 1000 {
		return
	}
	if deep := number(t, site, `select max(depth) from referral`); deep != 12 {
		t.Errorf("the longest chain is %d deep", deep)
	}
	for _, sure := range []string{"0", "1", "2"} {
		if number(t, site, `select count(*) from referral where sure = `+sure) < 50 {
			t.Errorf("hardly anybody is as sure as %s", sure)
		}
	}
}

func number(t *testing.T, site *tribune.Site, query string) (n int) {
	t.Helper()
	if err := site.DB.Row(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
