package listen

import (
	"slices"
	"testing"

	"tribune/internal/query"
)

func TestAskOf(t *testing.T) {
	for text, want := range map[string]Ask{
		"Do you ship to Chile?": Asks,
		"Does anybody know whether Papier makes an A6? I need one.":                Asks,
		"Love the new one. Why no grid? Papier, tell us.":                          Asks,
		"Why is the binding of my Papier notebook so weak? It broke after 2 days!": Complains,
		"Papier, where is my order?":                                               Asks,
		"Does anyone know whether Papier ships?":                                   Asks,
		"这个本子有方格的吗？":                                                               Asks,
		"هل ترسلون إلى تشيلي؟":                                                     Asks,
		"Look: https://shop.example/?you=1":                                        NoAsk,
		"Look: www.shop.example/a?b, shop.example/b?c=1.":                          NoAsk,
		"Is this yours: https://shop.example/a?b=1?":                               Asks,
		"看 https://shop.example/a？":                                                Asks,
		"The clasp is broken":                                                      Complains,
		"La couverture s’est cassée":                                               Complains,
		"Se rompió en dos días, llegó roto":                                        Complains,
		"Quebrou em dois dias":                                                     Complains,
		"Please bring back the dotted one.":                                        Asks,
		"My notebook never arrived and nobody answers.":                            Complains,
		"The binding doesn’t work for left-handers.":                               Complains,
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
		"Is it just me or is Monday long? Anyway, Papier is good paper": Asks,
	} {
		if got := askOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if _, by := AskOf("Mein Heft ist KAPUTT, warum?"); by != "kaputt" {
		t.Errorf("by %q", by)
	}
	if _, by := AskOf("Hast du？"); by != "？" {
		t.Errorf("by %q", by)
	}
}

// A phrase that is not written as words are folded could never be found.
func TestAskPhrasesAreFolded(t *testing.T) {
	complain, request := AskRule()
	for _, p := range slices.Concat(complain, request) {
		if held(query.Words(p), []string{p}) == "" {
			t.Errorf("%q is not folded", p)
		}
	}
}
