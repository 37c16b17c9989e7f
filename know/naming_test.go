package know

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"tribune/internal/fault"
)

// TestPeopleAreSomebody lets people through whose names come near to a
// department's or the brand's.
func TestPeopleAreSomebody(t *testing.T) {
	for _, name := range []string{
		"Mark Ting", "Marta Lindqvist", "Paul-Henri de La Rochefoucauld-Montbazon", "Jo", "Al Press", "Di Sales", "Maria Sales", "Bill Press",
		"Clive Service-Jones", "Thế Anh", "The Anh Nguyen", "Ana Legal", "Conseil Martin", "Yves Marché", "Nina Koch", "李小龍", "Ольга Петрова",
		"Théo Accueil", "Teamo Vaka", "Steam Powers", "Supporter Jones", "Olga Paperman", "Flamme Ori", "Kit Office", "Anna B. Marketing",
		"Sue Port", "Ed Itor", "Guest One", "O'Neill", "D. Admin", "Clara Oriflamme", "Sam Staff",
	} {
		if got := personal(name, "Oriflamme Paper"); got != somebody {
			t.Errorf("%q is refused (%d)", name, got)
		}
	}
	if got := personal("Paul Martin", "Martin Paul"); got != somebody {
		t.Errorf("somebody called like the founders, the other way round, is refused (%d)", got)
	}
}

// TestCompaniesAreNobody refuses the brand, departments, and both together.
func TestCompaniesAreNobody(t *testing.T) {
	for name, want := range map[string]notAPerson{
		"Oriflamme Paper": theBrand, "ORIFLAMME": theBrand, "oriflammepaper": theBrand, "Paper": theBrand, "The Oriflamme": theBrand, "Öriflamme-Paper Ltd": theBrand,
		"Ｏｒｉｆｌａｍｍｅ": theBrand, "Oriflamme 24": theBrand,
		"Oriflamme Team": aFunction, "The Oriflamme Paper team": aFunction, "Team Oriflamme": aFunction, "Oriflamme Sales": aFunction,
		"Support": aFunction, "support@": aFunction, "Customer Service": aFunction, "Customer-Care": aFunction, "Help desk": aFunction, "Helpdesk 7": aFunction,
		"Marketing": aFunction, "Service client": aFunction, "Service clientèle": aFunction, "Équipe": aFunction, "L’équipe": aFunction, "Équipe produit": aFunction,
		"Le service client de Oriflamme": aFunction, "Relations clients": aFunction, "Kundendienst": aFunction, "Unser Kundenservice": aFunction, "Vertrieb": aFunction,
		"Atención al cliente": aFunction, "Soporte técnico": aFunction, "Atendimento ao cliente": aFunction, "Suporte": aFunction,
		"Anna Support": aFunction, "Paper team": aFunction, "Team Rocket": aFunction, "Design crew": aFunction, "The Boss": aFunction, "Public Relations": aFunction,
		"Human Resources": aFunction, "Admin": aFunction, "No reply": aFunction, "Sales & Marketing": aFunction, "Shop customer service": aFunction,
		"Customer service Anna": aFunction, "Staff": aFunction, "Oriflamme Staff": aFunction, "Support Staff": aFunction, "Staff Oriflamme": aFunction,
	} {
		if got := personal(name, "Oriflamme Paper"); got != want {
			t.Errorf("%q is %d, want %d", name, got, want)
		}
	}
	if got := personal("Tribune", ""); got != somebody {
		t.Errorf("a name is refused (%d) for a brand that nobody chose", got)
	}
}

// TestNoDisguise: however a department or the brand is written, it is none.
func TestNoDisguise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := []string{rapid.SampledFrom(strings.Fields(functions()+" oriflamme")).Draw(t, "word")}
		for range rapid.IntRange(0, 2).Draw(t, "more") {
			words = append(words, rapid.SampledFrom(append(strings.Fields(functions()), "of", "oriflamme", "de", "&")).Draw(t, "next"))
		}
		var name strings.Builder
		for i, w := range words {
			if i > 0 {
				name.WriteString(rapid.SampledFrom([]string{" ", "-", " / ", ", ", "  "}).Draw(t, "gap"))
			}
			for _, r := range w {
				if rapid.Bool().Draw(t, "capital") {
					r = unicode.ToUpper(r)
				}
				name.WriteRune(r)
				if rapid.IntRange(0, 6).Draw(t, "accent") == 0 {
					name.WriteRune('\u0301')
				}
			}
		}
		if rapid.Bool().Draw(t, "number") {
			name.WriteString(" 24")
		}
		if personal(name.String(), "Oriflamme") == somebody {
			t.Fatalf("%q passes as somebody", name.String())
		}
		s := Site{Brand: "Oriflamme", SetUp: true}
		if err := s.mayBeNamed(name.String()); !fault.Is(err, fault.Invalid) {
			t.Fatalf("%q: %v", name.String(), err)
		}
	})
}
