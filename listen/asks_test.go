package listen

import (
	"slices"
	"testing"

	"tribune/internal/query"
)

func TestAskOf(t *testing.T) {
	for text, want := range map[string]Ask{
		"Do you ship to Chile?": Asks,
		"Does anybody know whether Papier makes an A6? I need one.": Asks,
		"Love the new one. Why no grid? Papier, tell us.":           NoAsk,
		"What is the meaning of life?":                              NoAsk,
		"Look: https://shop.example/?you=1?":                        NoAsk,
		"Please bring back the dotted one.":                         Asks,
		"My notebook never arrived and nobody answers.":             Complains,
		"The binding doesn’t work for left-handers.":                Complains,
		"It works.": NoAsk,
		"I filled three of them this year. Lovely paper, thank you!":    NoAsk,
		"Livrez-vous en Belgique ?":                                     Asks,
		"Pourriez-vous faire une version à carreaux":                    Asks,
		"Toujours pas reçu ma commande.":                                Complains,
		"Le fermoir ne marche plus au bout d’un mois":                   Complains,
		"Très beau carnet, je recommande.":                              NoAsk,
		"Verkauft ihr auch Nachfüllpapier?":                             Asks,
		"Das Gummiband ist kaputt":                                      Complains,
		"Schönes Papier, gern wieder.":                                  NoAsk,
		"¿Hacen ustedes envíos a Chile?":                                Asks,
		"Mi pedido no ha llegado.":                                      Complains,
		"Un cuaderno precioso.":                                         NoAsk,
		"Vocês vão fazer uma versão A4?":                                Asks,
		"A capa chegou partida":                                         Complains,
		"Adoro este caderno.":                                           NoAsk,
		"Is it just me or is Monday long? Anyway, Papier is good paper": NoAsk,
	} {
		if got := askOf(text, "Papier"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := askOf("Papier?", ""); got != NoAsk {
		t.Errorf("without a brand: %q", got)
	}
}

// A phrase that is not written as words are folded could never be found.
func TestAskPhrasesAreFolded(t *testing.T) {
	complain, request, address := AskRule()
	for _, p := range slices.Concat(complain, request, address) {
		if !holds(query.Words(p), []string{p}) {
			t.Errorf("%q is not folded", p)
		}
	}
}
