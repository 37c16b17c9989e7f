package naming

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
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
		if got := Personal(name, "Oriflamme Paper", false); got != Somebody {
			t.Errorf("%q is refused (%d)", name, got)
		}
	}
	if got := Personal("Paul Martin", "Martin Paul", false); got != Somebody {
		t.Errorf("somebody called like the founders, the other way round, is refused (%d)", got)
	}
}

// Whoever set a site up and has not said who they are yet has no name.
func TestNoName(t *testing.T) {
	for _, name := range []string{"", " ", "—", "!"} {
		for _, brand := range []string{"", "Oriflamme"} {
			Personal(name, brand, false)
			c := Colleague{Name: name}
			if c.Entitled("Anna Berg") || c.Called("Anna Berg", brand) {
				t.Errorf("%q: Anna Berg is taken for somebody without a name", name)
			}
		}
	}
}

// TestCompaniesAreNobody refuses the brand, departments, and both together.
func TestCompaniesAreNobody(t *testing.T) {
	for name, want := range map[string]Kind{
		"Oriflamme Paper": TheBrand, "ORIFLAMME": TheBrand, "oriflammepaper": TheBrand, "Paper": TheBrand, "The Oriflamme": TheBrand, "Öriflamme-Paper Ltd": TheBrand,
		"Ｏｒｉｆｌａｍｍｅ": TheBrand, "Oriflamme 24": TheBrand,
		"Oriflamme Team": AFunction, "The Oriflamme Paper team": AFunction, "Team Oriflamme": AFunction, "Oriflamme Sales": AFunction,
		"Support": AFunction, "support@": AFunction, "Servizio clienti": AFunction, "Rechnungsabteilung": AFunction, "RH": AFunction, "Les Commandes": AFunction, "Contabilità": AFunction, "Encomendas": AFunction, "Quality Control": AFunction,
		"Marco Magazzino": Somebody, "Customer Service": AFunction, "Customer-Care": AFunction, "Help desk": AFunction, "Helpdesk 7": AFunction,
		"Marketing": AFunction, "Service client": AFunction, "Service clientèle": AFunction, "Équipe": AFunction, "L’équipe": AFunction, "Équipe produit": AFunction,
		"Le service client de Oriflamme": AFunction, "Relations clients": AFunction, "Kundendienst": AFunction, "Unser Kundenservice": AFunction, "Vertrieb": AFunction, "Vertrieb Süd": AFunction, "Sales North": AFunction,
		"Atención al cliente": AFunction, "Soporte técnico": AFunction, "Atendimento ao cliente": AFunction, "Suporte": AFunction,
		"Anna Support": AFunction, "Paper team": AFunction, "Team Rocket": AFunction, "Design crew": AFunction, "The Boss": AFunction, "Public Relations": AFunction,
		"Human Resources": AFunction, "Admin": AFunction, "No reply": AFunction, "Sales & Marketing": AFunction, "Shop customer service": AFunction,
		"Customer service Anna": AFunction, "Staff": AFunction, "Oriflamme Staff": AFunction, "Support Staff": AFunction, "Staff Oriflamme": AFunction,
	} {
		if got := Personal(name, "Oriflamme Paper", false); got != want {
			t.Errorf("%q is %d, want %d", name, got, want)
		}
	}
	if got := Personal("Tribune", "", false); got != Somebody {
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
		if Personal(name.String(), "Oriflamme", false) == Somebody {
			t.Fatalf("%q passes as somebody", name.String())
		}
	})
}

// TestNobodyWearsTheBrand refuses the brand within a name, and however it is
// disguised; families that are called as it is are let through once one of us is.
func TestNobodyWearsTheBrand(t *testing.T) {
	for _, name := range []string{
		"Marta Lindqvist, Oriflamme", "Oriflаmme", "Orif1amme", "OrifIamme", "0RIFIAMME", "Oriflarnme", "ᴏʀɪꜰʟᴀᴍᴍᴇ", "O r i f l a m m e", "Oriflamme Notebooks", "Anna from Oriflamme",
		"Jean de Oriflamme", "Clara Oriflamme", "OriflammeSupport", "Suppοrt", "5upport", "Design", "Logistik", "Garantie", "Relations publiques", "客服", "Служба поддержки",
		"カスタマーサポート", "Orders and repairs", "Workshop",
	} {
		if Personal(name, "Oriflamme", false) == Somebody {
			t.Errorf("%q passes as somebody", name)
		}
	}
	for _, name := range []string{"Jean Dubois", "Ольга Петрова", "Γιώργος Παπαδόπουλος", "Сергей Орлов", "Sam Staff", "Ори Флам", "Anna Flamme", "Orla Lamm", "Ida 3", "Lina Illi", "محمد علي", "김민준"} {
		if got := Personal(name, "Oriflamme", false); got != Somebody {
			t.Errorf("%q is refused (%d)", name, got)
		}
	}
	for name, want := range map[string]Kind{"Clara Miele": Somebody, "Miele": TheBrand, "Clara, Miele": TheBrand, "Clara von Miele": TheBrand, "Miele Clara": TheBrand, "Miele Team": AFunction} {
		if got := Personal(name, "Miele", true); got != want {
			t.Errorf("%q is %d where families are called so, want %d", name, got, want)
		}
	}
	for name, want := range map[string]Kind{"Arthur Oriflamme": Somebody, "Oriflamme Arthur": TheBrand, "OriflammeSupport": TheBrand, "Arthur Oriflamme Support": TheBrand} {
		if got := Personal(name, "Oriflamme", true); got != want {
			t.Errorf("%q is %d where families are called so, want %d", name, got, want)
		}
	}
	for name, want := range map[string]Kind{"Left-handed crew": Somebody, "The Penfriends": Somebody, "Paper team": Somebody, "Oriflamme": TheBrand, "Оriflamme": TheBrand,
		"Friends of Oriflamme": TheBrand, "Support": AFunction, "Kundendienst": AFunction, "The Oriflamme support": AFunction} {
		if got := Tribal(name, "Oriflamme"); got != want {
			t.Errorf("the tribe %q is %d, want %d", name, got, want)
		}
	}
}

// TestMarked tells web addresses from names that have dots.
func TestMarked(t *testing.T) {
	for name, want := range map[string]bool{
		"http://spam.example buy": true, "Buy at spam.com": true, "spam.co.uk/now": true, "WWW.spam.example": true, "Ada (shop.de)": true, "a@b.example": true, "HTTPS://X": true,
		"spam.example": true, "spam dot example": true, "Buy at spam (dot) com": true, "spam point com": true, "bit․ly Bob": true, "bit。ly": true, "bit．ly": true,
		"Dot Cotton": false, "Mary Dot Page": false, "Jean Point Dupont": false, "Point": false, "Ana dot": false,
		"J.R.R. Tolkien": false, "Ada Holm jr.": false, "M.Page": false, "Dr.Smith": false, "St.Pierre": false, "Ada/Ben": false, "Mr. de la Cruz": false, "com": false,
	} {
		if Marked(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
