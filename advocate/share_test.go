package advocate

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestSharesEqualARecount opens links from few addresses and many, joins by
// them, ends them, and lets days go by, in any order: a link counts each reader
// once a day, and each new member once, to the one whose link it was first.
func TestSharesEqualARecount(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := openSquare(t, db), t.Context()
		var makers []know.Actor
		for range 3 {
			makers = append(makers, s.person("Maker", know.Member))
		}
		rapid.Check(t, func(t *rapid.T) {
			s.at = s.at.Truncate(24 * time.Hour).Add(32 * time.Hour) // a few minutes of ticks do not pass midnight
			var links []Share
			readers, joined := map[string]bool{}, map[int64]int64{} // who opened what on which day; by whose link somebody came
			opened, joins := map[int64]int64{}, map[int64]int64{}
			for _, maker := range makers {
				l, err := s.MakeShare(ctx, maker, ref("idea", s.shipped(maker).ID))
				s.must(err)
				links = append(links, l)
			}
			var fresh []know.Actor
			for range rapid.IntRange(1, 30).Draw(t, "steps") {
				n := rapid.IntRange(0, 2).Draw(t, "link")
				switch rapid.IntRange(0, 9).Draw(t, "what") {
				case 0:
					s.at = s.at.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "hours")) * time.Hour)
					fresh = nil // who came a while ago did not just join
				case 1:
					if !links[n].Ended() && rapid.IntRange(0, 3).Draw(t, "end") == 0 {
						s.must(s.EndShare(ctx, makers[n], links[n].Code))
						links[n].EndedAt = s.at
					}
				case 2:
					fresh = append(fresh, s.person("New", know.Member))
				case 3, 4:
					if len(fresh) == 0 {
						continue
					}
					who := fresh[rapid.IntRange(0, len(fresh)-1).Draw(t, "who")].ID
					s.must(s.Joined(ctx, who, links[n].Code))
					if _, there := joined[who]; !there && !links[n].Ended() {
						joined[who] = makers[n].ID
						joins[links[n].ID]++
					}
				default:
					r := from(fmt.Sprintf("192.0.2.%d", rapid.IntRange(1, 4).Draw(t, "address")))
					switch rapid.IntRange(0, 5).Draw(t, "reader") {
					case 0:
						r.Person = makers[n].ID // one's own
					case 1:
						r.Agent = "Slackbot-LinkExpanding 1.0"
					case 2:
						r.Address = netip.MustParseAddr(fmt.Sprintf("2001:db8::%d", rapid.IntRange(1, 9).Draw(t, "of one line")))
					}
					_, err := s.Open(ctx, links[n].Code, r)
					s.must(err)
					key := fmt.Sprint(s.at.Unix()/86400, " ", n, " ", r.line())
					if !links[n].Ended() && r.Person == 0 && r.Agent == browser && !readers[key] {
						readers[key] = true
						opened[links[n].ID]++
					}
				}
			}
			for _, l := range links {
				got, err := s.byCode(ctx, db, l.Code)
				s.must(err)
				if got.Opened != opened[l.ID] || got.Joined != joins[l.ID] {
					t.Fatalf("link %d: opened %d, joined %d; counted anew %d and %d", l.ID, got.Opened, got.Joined, opened[l.ID], joins[l.ID])
				}
				var rows int64
				s.must(db.Row(ctx, `select count(*) from share_join where link_id = $1`, l.ID).Scan(&rows))
				if rows != got.Joined {
					t.Fatalf("link %d counts %d who joined, and has %d", l.ID, got.Joined, rows)
				}
			}
		})
	})
}
