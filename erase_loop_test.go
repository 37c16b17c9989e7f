package tribune_test

import (
	"testing"
	"time"

	"tribune"
	"tribune/converse"
	"tribune/event"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/shape/board"
	"tribune/tribe"
)

// More words that stand nowhere else.
const (
	goneTribe    = "fernwhistlers"
	goneSeat     = "cobblesnatch"
	goneReason   = "puddlelantern"
	goneInPublic = "brindlespoon"
	goneUnsent   = "hollowthimble"
)

// carryOn lets the person who leaves do what closes the loop: write letters,
// one of them never confirmed; carry a link; buy, and say who brought them;
// begin a tribe; and apply for a seat.
func carryOn(t *testing.T, site *tribune.Site, marta, gone know.Actor) {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	l, err := site.Inbox.WriteTo(ctx, gone, converse.NewLetter{To: marta.ID, Public: true, Subject: "A letter", Body: "About " + goneInPublic})
	must(err)
	_, err = site.Inbox.Answer(ctx, marta, l.ID, "It stays.")
	must(err)
	must(site.Inbox.Deposit(ctx, know.Actor{}, converse.Unsigned{Name: goneName, Email: goneAddress, NewLetter: converse.NewLetter{Subject: "Another", Body: "About " + goneUnsent}}))

	p, _, err := site.Posts.By(ctx, gone, gone.ID, "", 1)
	must(err)
	_, err = site.Advocacy.MakeShare(ctx, gone, event.Ref{Kind: "post", ID: p[0].ID})
	must(err)

	stored, err := site.Purchases.Store(ctx, marta, []purchase.Order{
		{ExternalID: "1", At: now.Add(-time.Hour), Email: goneAddress, Country: "NO", AmountMinor: 1250, Currency: "EUR"},
		{ExternalID: "2", At: now.Add(-time.Hour), Email: "kari@example.org", Country: "NO", AmountMinor: 1250, Currency: "EUR"},
		{ExternalID: "3", At: now.Add(-time.Hour), Email: "liv@example.org", Country: "NO", AmountMinor: 1250, Currency: "EUR"}})
	must(err)
	for n, why := range []purchase.Answer{{Words: "A " + goneReason, ByName: goneName, TellerName: "Marta"}, {Words: "She showed me hers.", Teller: gone.ID}, {TellerName: goneName}} {
		must(stored[n].Err)
		code, err := site.Purchases.Code(ctx, stored[n].ID)
		must(err)
		q, err := site.Purchases.Question(ctx, know.Actor{}, code)
		must(err)
		must(site.Purchases.Answer(ctx, know.Actor{}, q, why, "https://square.example"))
	}
	must(site.Purchases.Show(ctx, gone, 2, true))

	_, err = site.Tribes.Start(ctx, gone, tribe.NewTribe{Name: "The " + goneTribe, Stands: "We are the " + goneTribe, Shown: true})
	must(err)

	b, err := site.Boards.Convene(ctx, marta, board.NewBoard{Name: "A board", Purpose: "x", CompanyGets: "x", MembersGet: "x", Duties: "x", Seats: 1,
		ClosesAt: now.Add(time.Hour), Beacon: "Lotto", Counts: "the main numbers", Numbers: 3, BeaconAt: now.Add(2 * time.Hour), From: now.Add(3 * time.Hour), To: now.Add(900 * time.Hour)})
	must(err)
	_, err = site.Boards.Apply(ctx, gone, b.ID, board.NewApplication{Sentence: "I write with a " + goneSeat, Country: "NO"})
	must(err)
}
