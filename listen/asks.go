package listen

import (
	"regexp"
	"slices"
	"strings"

	"tribune/internal/query"
)

// Ask is the rule by which a text wants an answer.
type Ask string

// The answers of the rule.
const (
	NoAsk     Ask = ""
	Asks      Ask = "asks"      // a question or a request to us
	Complains Ask = "complains" // something does not work, or was not done
)

// The rule, in the order in which it is tried. It looks only at what is said
// to us (an addressed source) or about us (a standing query of purpose us
// matches), in English, French, German, Spanish and Portuguese, and rather
// misses one than opens a thread for nothing: people open those by hand.
//
//  1. complains: it holds one of the complaints below;
//  2. asks: it holds one of the requests below;
//  3. asks: a sentence of it ends in a question mark and speaks to us: it holds
//     the brand, or a word below for "you".
//
// Words are compared folded, as in queries: without case and accents, parted
// at apostrophes. Addresses of the web are left out first, since they are full
// of question marks.

// askOf applies the rule to a text that is said to us or about us.
func askOf(text, brand string) Ask {
	text = links.ReplaceAllString(text, " ")
	words := query.Words(text)
	if holds(words, complaints()) {
		return Complains
	}
	if holds(words, requests()) {
		return Asks
	}
	to := you()
	if b := query.Words(brand); len(b) > 0 {
		to = append(to, strings.Join(b, " "))
	}
	for _, sentence := range questions(text) {
		if holds(query.Words(sentence), to) {
			return Asks
		}
	}
	return NoAsk
}

// AskRule gives the phrases of the rule, for the page that shows it: what
// counts as a complaint, as a request, and as a word for "you".
func AskRule() (complain, request, address []string) { return complaints(), requests(), you() }

var links = regexp.MustCompile(`(https?://|www\.)\S+`)

// questions gives the sentences of a text that end in a question mark.
func questions(text string) []string {
	var all []string
	start := 0
	for i, r := range text {
		switch r {
		case '?', '？', '؟':
			all = append(all, text[start:i])
			start = i + len(string(r))
		case '.', '!', '\n', '…', '。', '！':
			start = i + len(string(r))
		}
	}
	return all
}

// holds reports whether one of the phrases stands in the words.
func holds(words, phrases []string) bool {
	text := " " + strings.Join(words, " ") + " "
	return slices.ContainsFunc(phrases, func(p string) bool { return strings.Contains(text, " "+p+" ") })
}

// complaints are folded phrases that say that something does not work, or was
// not done.
func complaints() []string {
	return []string{
		// English
		"doesn t work", "does not work", "didn t work", "stopped working", "not working", "no longer works",
		"never arrived", "hasn t arrived", "has not arrived", "still waiting for", "still haven t received", "never received",
		"want a refund", "want my money back", "ask for a refund", "arrived broken", "arrived damaged", "is broken", "came broken",
		"fell apart", "falls apart", "falling apart", "no reply from", "nobody answers", "never answered", "no answer from",
		"very disappointed", "so disappointed", "really disappointed", "waste of money", "worst customer service",
		// French
		"ne fonctionne pas", "ne fonctionne plus", "ne marche pas", "ne marche plus", "marche pas", "fonctionne pas",
		"jamais arrive", "jamais arrivee", "jamais recu", "toujours pas recu", "toujours pas arrive", "pas encore recu",
		"etre rembourse", "etre remboursee", "remboursez moi", "un remboursement", "arrive casse", "arrivee cassee", "arrive abime",
		"est casse", "est cassee", "aucune reponse", "sans reponse", "jamais repondu", "tres decu", "tres decue", "vraiment decu", "vraiment decue",
		"service client deplorable",
		// German
		"funktioniert nicht", "funktioniert nicht mehr", "geht nicht mehr", "nie angekommen", "nicht angekommen", "noch nicht erhalten",
		"immer noch nicht", "warte immer noch", "warte noch immer", "geld zuruck", "ruckerstattung", "kaputt angekommen", "ist kaputt",
		"beschadigt angekommen", "keine antwort", "niemand antwortet", "sehr enttauscht", "wirklich enttauscht", "total enttauscht",
		// Spanish
		"no funciona", "dejo de funcionar", "nunca llego", "no ha llegado", "no me ha llegado", "sigo esperando", "todavia no he recibido",
		"aun no he recibido", "quiero un reembolso", "que me devuelvan el dinero", "mi dinero de vuelta", "llego roto", "llego rota",
		"esta roto", "esta rota", "nadie responde", "nadie contesta", "sin respuesta", "muy decepcionado", "muy decepcionada",
		// Portuguese
		"nao funciona", "parou de funcionar", "nunca chegou", "nao chegou", "ainda nao recebi", "ainda nao chegou", "continuo a espera",
		"quero um reembolso", "quero o meu dinheiro", "meu dinheiro de volta", "chegou partido", "chegou partida", "chegou quebrado",
		"chegou quebrada", "esta partido", "esta quebrado", "ninguem responde", "sem resposta", "muito desiludido", "muito desiludida",
		"muito decepcionado", "muito decepcionada",
	}
}

// requests are folded phrases that ask for something, question mark or not.
func requests() []string {
	return []string{
		"could you please", "can you please", "please add", "please make", "please bring back", "please fix", "please consider", "please tell me",
		"please let me know", "i would like to know", "i d like to know", "would you consider", "it would be great if you", "wish you would",
		"pourriez vous", "pouvez vous", "merci de me", "merci de bien vouloir", "j aimerais savoir", "je voudrais savoir", "serait il possible",
		"est il possible de", "dites moi",
		"konnt ihr bitte", "konntet ihr", "konnen sie bitte", "konnten sie bitte", "ich wurde gerne wissen", "ich mochte wissen", "ware es moglich",
		"bitte bringt", "bitte macht", "wunsche mir von euch",
		"podrian", "podriais", "pueden por favor", "podeis por favor", "me gustaria saber", "quisiera saber", "seria posible", "hagan por favor",
		"poderiam", "podem por favor", "gostava de saber", "gostaria de saber", "seria possivel", "voces podem",
	}
}

// you are the folded words by which people speak to a company.
func you() []string {
	return []string{
		"you", "your", "yours", "u", "y all",
		"vous", "votre", "vos",
		"ihr", "euch", "euer", "eure", "eurem", "euren", "eurer", "ihnen", "konnen sie", "haben sie", "werden sie", "planen sie", "verkaufen sie",
		"ustedes", "usted", "vosotros", "vuestro", "vuestra", "vuestros", "vuestras", "os",
		"voces", "vossa", "vosso", "vossas", "vossos",
	}
}
