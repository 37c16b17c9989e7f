package know_test

import (
	"testing"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// TestNobodyIsTakenForUs: who does not work here is called neither as somebody
// who does, nor by their title; those who do are not compared with each other.
func TestNobodyIsTakenForUs(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		owner, _ := h.person("Olga Berg", "olga@example.org", know.Owner)
		h.ok(h.Change(h.ctx, owner, func(s *know.Site) error { s.Brand, s.SetUp = "Oriflamme", true; return nil }))
		marta, _ := h.person("Marta Lindqvist", "marta@example.org", know.Staff)
		h.ok(h.SetProfile(h.ctx, marta, know.Profile{Name: "Marta Lindqvist", Title: "Orders and repairs, Workshop"}))
		rena, _ := h.person("Rena Falk", "rena@example.org", know.Member)
		for _, name := range []string{"Marta Lindqvist", "marta  LINDQVIST", "Lindqvist Marta", "Mаrta Lindqvist", "M4rta Lindqvist", "Märta Lindqvist 2", "Marta Lindqvist, repairs",
			"Marta Lindqvist (orders)", "Orders and repairs", "Orders", "The Workshop", "Wοrkshop", "Anna @ Oriflamme", "<b>Bold</b> Name", "Anna *Morel*", "[Anna](x)", "Marta Lindqvist, Oriflamme",
			"Oriflamme\u3164", "\u115fOriflamme", "Sa\u17b4les", "Marta\u3164 Lindqvist", "\u3164\u3164", "Ori\uffa0flamme", "Marta\u2800Lindqvist", "Orif\u180blamme", "Mar\u180cta Lindqvist"} {
			if err := h.SetProfile(h.ctx, rena, know.Profile{Name: name}); !fault.Is(err, fault.Invalid) {
				t.Errorf("a member is called %q: %v", name, err)
			}
			if _, err := h.CheckName(h.ctx, know.Actor{}, name); !fault.Is(err, fault.Invalid) {
				t.Errorf("a stranger writes as %q: %v", name, err)
			}
		}
		for _, name := range []string{"Marta K. Lindqvist", "Marta Lindqvist Berg", "Marta Lind", "Marta", "Lindqvist", "Rena Workshop-Hill", "Jean Dubois", "Anna “Nib” O’Neill"} {
			h.ok(h.SetProfile(h.ctx, rena, know.Profile{Name: name}))
		}
		h.ok(h.SetProfile(h.ctx, owner, know.Profile{Name: "Marta Lindqvist"})) // two of us may be namesakes
		h.ok(h.db.Update(h.ctx, func(tx *storage.Tx) error {
			for _, name := range []string{"Oriflamme", "Support", "Marta Lindqvist", "Workshop", "<i>Nibs</i>"} {
				if err := h.MayBeTribe(h.ctx, tx, name); !fault.Is(err, fault.Invalid) {
					t.Errorf("a tribe is called %q: %v", name, err)
				}
			}
			return h.MayBeTribe(h.ctx, tx, "Broad nibs")
		}))
	})
}

// TestNamesakes: whoever is added from the terminal under the name of one of us is
// refused, as at the sign-in, unless it is said that they are somebody else.
func TestNamesakes(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		marta, _ := h.person("Marta Lindqvist", "marta@example.org", know.Staff)
		for _, role := range []know.Role{know.Member, know.Staff, know.Owner} {
			for _, name := range []string{"Marta Lindqvist", "lindqvist  MÄRTA"} {
				if _, _, err := h.AddPerson(h.ctx, name, "other@example.org", role); !fault.Is(err, fault.Conflict) {
					t.Errorf("a second %q is added as %s: %v", name, role, err)
				}
			}
		}
		p, _, err := h.AddPerson(h.ctx, "Marta Lindqvist", "marta@example.org", know.Owner) // it is her
		if h.ok(err); p.ID != marta.ID || p.Role != know.Owner {
			t.Errorf("she is %+v", p)
		}
		p, _, err = h.AddNamesake(h.ctx, "Marta Lindqvist", "other@example.org", know.Member)
		if h.ok(err); p.ID == marta.ID || p.Name != "Marta Lindqvist" {
			t.Errorf("her namesake is %+v", p)
		}
		h.person("Marta K. Lindqvist", "third@example.org", know.Staff)
		h.person("Marta Lindqvist 2", "fourth@example.org", know.Staff)
		h.person("Marta", "fifth@example.org", know.Member) // one word is a name
	})
}

// TestNameFromBefore: whoever is called as nobody may be called any more can change all else.
func TestNameFromBefore(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		rena, _ := h.person("Rena Falk", "rena@example.org", know.Member)
		h.ok(h.db.Update(h.ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(h.ctx, `update person set name = 'A friend' where id = $1`, rena.ID)
			return err
		}))
		h.ok(h.SetProfile(h.ctx, rena, know.Profile{Name: "A  friend", VotesShown: true}))
		if p, err := h.Person(h.ctx, rena.ID); err != nil || p.Name != "A friend" || !p.VotesShown {
			t.Errorf("%+v, %v", p, err)
		}
		if err := h.SetProfile(h.ctx, rena, know.Profile{Name: "My friend"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("another such name: %v", err)
		}
	})
}

// TestFamiliesOfTheBrand: where one of us is called as the company, others may be.
func TestFamiliesOfTheBrand(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		owner, _ := h.person("Olga Berg", "olga@example.org", know.Owner)
		h.ok(h.Change(h.ctx, owner, func(s *know.Site) error { s.Brand, s.SetUp = "Miele", true; return nil }))
		rena, _ := h.person("Rena Falk", "rena@example.org", know.Member)
		if err := h.SetProfile(h.ctx, rena, know.Profile{Name: "Rena Miele"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("nobody of us is called so: %v", err)
		}
		h.ok(h.SetProfile(h.ctx, owner, know.Profile{Name: "Olga Miele"}))
		h.ok(h.SetProfile(h.ctx, rena, know.Profile{Name: "Rena Miele"}))
		if err := h.SetProfile(h.ctx, rena, know.Profile{Name: "Rena, Miele"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("she passes for the company: %v", err)
		}
	})
}
