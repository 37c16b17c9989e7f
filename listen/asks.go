package listen

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

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
// matches), in English, French, German, Spanish and Portuguese. It rather opens
// one too many than leaves somebody without an answer: what asks for nothing
// is dismissed by hand.
//
//  1. complains: it holds one of the complaints below;
//  2. asks: it holds one of the requests below;
//  3. asks: it holds a question mark.
//
// Words are compared folded, as in queries: without case and accents, parted
// at apostrophes. Addresses of the web are left out first, since they are full
// of question marks; one at the end of an address is the sentence's.

// AskOf applies the rule to a text that is said to us or about us. phrase is
// what it found: one of AskRule, or the question mark.
func AskOf(text string) (a Ask, phrase string) {
	if strings.Contains(text, "/") || strings.Contains(strings.ToLower(text), "www.") { // most hold no address: looking is dear
		text = links.ReplaceAllString(text, " ")
	}
	words := query.Words(text)
	if p := held(words, complaints()); p != "" {
		return Complains, p
	}
	if p := held(words, requests()); p != "" {
		return Asks, p
	}
	if i := strings.IndexAny(text, questionMarks); i >= 0 {
		mark, _ := utf8.DecodeRuneInString(text[i:])
		return Asks, string(mark)
	}
	return NoAsk, ""
}

func askOf(text string) Ask {
	a, _ := AskOf(text)
	return a
}

// AskRule gives the phrases of the rule, folded, for the page that shows it:
// what counts as a complaint and what as a request. Apart from them, any
// question mark asks.
func AskRule() (complain, request []string) { return complaints(), requests() }

// questionMarks are those of Latin, Chinese and Arabic writing.
const questionMarks = "?？؟"

// links finds addresses, with or without a scheme, up to the last character
// that is no punctuation.
var links = regexp.MustCompile(`(?i)(\b[a-z][a-z0-9+.-]*://|\bwww\.|\b[\w-]+(\.[\w-]+)+/)[^\s？؟]*[\pL\pN/=&#_~%+-]`)

// held gives the first of the phrases that stands in the words, "" if none.
func held(words, phrases []string) string {
	text := " " + strings.Join(words, " ") + " "
	if i := slices.IndexFunc(phrases, func(p string) bool { return stands(text, p) }); i >= 0 {
		return phrases[i]
	}
	return ""
}

// stands reports whether a phrase stands between spaces in a text.
func stands(text, phrase string) bool {
	for from := 1; ; {
		i := strings.Index(text[from:], phrase)
		if i < 0 {
			return false
		}
		from += i
		if end := from + len(phrase); text[from-1] == ' ' && end < len(text) && text[end] == ' ' {
			return true
		}
		from++
	}
}

// complaints are folded phrases that say that something does not work, or was
// not done.
func complaints() []string {
	return []string{
		// English
		"doesn t work", "does not work", "didn t work", "don t work", "do not work", "won t work", "never worked", "stopped working", "not working", "no longer works",
		"never arrived", "hasn t arrived", "has not arrived", "still waiting for", "still haven t received", "never received",
		"want a refund", "want my money back", "ask for a refund", "broke", "broken", "damaged", "defective", "faulty",
		"fell apart", "falls apart", "falling apart", "no reply from", "nobody answers", "never answered", "no answer from",
		"very disappointed", "so disappointed", "really disappointed", "waste of money", "worst customer service",
		// French
		"ne fonctionne pas", "ne fonctionne plus", "ne marche pas", "ne marche plus", "marche pas", "fonctionne pas",
		"jamais arrive", "jamais arrivee", "jamais recu", "toujours pas recu", "toujours pas arrive", "pas encore recu",
		"etre rembourse", "etre remboursee", "remboursez moi", "un remboursement", "casse", "cassee", "casses", "cassees",
		"abime", "abimee", "en panne", "defectueux", "defectueuse", "aucune reponse", "sans reponse", "jamais repondu", "tres decu", "tres decue", "vraiment decu", "vraiment decue",
		"service client deplorable",
		// German
		"funktioniert nicht", "funktioniert nicht mehr", "geht nicht mehr", "nie angekommen", "nicht angekommen", "noch nicht erhalten",
		"immer noch nicht", "warte immer noch", "warte noch immer", "geld zuruck", "ruckerstattung", "kaputt", "kaputtgegangen", "zerbrochen",
		"beschadigt", "defekt", "keine antwort", "niemand antwortet", "sehr enttauscht", "wirklich enttauscht", "total enttauscht",
		// Spanish
		"no funciona", "dejo de funcionar", "nunca llego", "no ha llegado", "no me ha llegado", "sigo esperando", "todavia no he recibido",
		"aun no he recibido", "quiero un reembolso", "que me devuelvan el dinero", "mi dinero de vuelta", "roto", "rotos", "rompio",
		"esta rota", "llego rota", "defectuoso", "defectuosa", "nadie responde", "nadie contesta", "sin respuesta", "muy decepcionado", "muy decepcionada",
		// Portuguese
		"nao funciona", "parou de funcionar", "nunca chegou", "nao chegou", "ainda nao recebi", "ainda nao chegou", "continuo a espera",
		"quero um reembolso", "quero o meu dinheiro", "meu dinheiro de volta", "chegou partido", "chegou partida", "quebrou", "quebrado",
		"quebrada", "partiu se", "esta partido", "esta partida", "com defeito", "ninguem responde", "sem resposta", "muito desiludido", "muito desiludida",
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
