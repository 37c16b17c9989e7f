package naming

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tribune/internal/query"
)

// Nobody reports whether words are no person's name, though a name may be looked
// like them: a relation with what stands before it ("a friend at work", "Ma sœur"),
// nobody and somebody, a channel ("Instagram ad"), a title alone, or one letter. A
// name that is one word of two letters or more is a name.
func Nobody(name string) bool {
	if oneLetter(name) {
		return true
	}
	for _, r := range readings(name, "") {
		if r.nobody() {
			return true
		}
	}
	return false
}

// oneLetter reports whether a name is one letter, of a script that has capitals:
// in others one sign may be a whole name.
func oneLetter(name string) bool {
	word := strings.Join(query.Words(name), "")
	r, size := utf8.DecodeRuneInString(word)
	return size == len(word) && unicode.IsLower(r)
}

func (r reading) nobody() bool {
	if len(r.words) == 0 {
		return false
	}
	whole := strings.Join(r.words, " ")
	for phrase := range strings.SplitSeq(nobodies(), "|") {
		if whole == phrase {
			return true
		}
	}
	if len(r.words) > 1 && listed(" at in from by through ", r.words[0]) && r.words[1] == "the" {
		return true // a place
	}
	return listed(somebodies(), r.words[0]) || channel(r.words) || untitled(r.words) || !initialled(r.text) && r.relation()
}

// initialled reports whether a name begins with an initial: A. Friend and L Amico
// are somebody. A and O without a point are articles.
func initialled(name string) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	letter, dotted := strings.CutSuffix(first, ".")
	return utf8.RuneCountInString(letter) == 1 && (dotted || !strings.ContainsAny(letter, "AaOo"))
}

// channel reports whether words say where something was seen: a channel, and
// what is there.
func channel(words []string) bool {
	found := false
	for _, w := range words {
		switch {
		case listed(channels(), w):
			found = true
		case listed(onChannels(), w), listed(articles(), w):
		default:
			return false
		}
	}
	return found
}

// untitled reports whether there is no name with a title, or a post: Mr Sales
// and Dr Do are somebody, the director of sales is not.
func untitled(words []string) bool {
	post, addressed, does := false, false, false
	for at, w := range words {
		switch {
		case listed(honorifics(), w):
			addressed = true
		case listed(posts(), w):
			post = true
		case listed(articles(), w) && at < len(words)-1:
			does = true // Le Frau is somebody, le directeur is not
		case at > 0 && at < len(words)-1 && listed(between(), w):
		case listed(functions(), w):
			does = true
		default:
			return false
		}
	}
	return post || addressed && !does
}

// relation reports whether a name begins with a relation of somebody's.
func (r reading) relation() bool {
	for _, t := range tongues() {
		from := r.words
		if len(from) > 1 && listed(" a o il la i le gli from by through via par von durch por per ", from[0]) && listed(t.before, from[1]) {
			from = from[1:]
		}
		if t.relation(from, r.text) {
			return true
		}
	}
	return false
}

// relation is that of one language, for words of a text.
func (t tongue) relation(words []string, text string) bool {
	for at, w := range words {
		switch {
		case at > 0 && listed(t.kin, w):
			return agree(words[at-1], w) && !(listed(givenToo(), words[at-1]) && listed(familiesToo(), w) && capital(text, w))
		case listed(t.before, w), at > 0 && listed(t.amid, w):
		default:
			return false
		}
	}
	return false
}

// agree reports whether what is written before a relation can stand there. Where it
// cannot it is a name: An Cousin, Le Ami.
func agree(before, kin string) bool {
	vowel := strings.ContainsAny(kin[:1], "aeiou")
	switch before {
	case "an":
		return vowel
	case "le", "ma":
		return !vowel
	}
	return true
}

// capital reports whether a word of a text begins with one.
func capital(text, word string) bool {
	return slices.ContainsFunc(query.Tokenize(text).Tokens, func(t query.Token) bool { return t.Word == word && capitals(text, []query.Token{t}) == 1 })
}

// givenToo stand before relations, and are given or family names or initials as well.
func givenToo() string { return ` a el la le lo ma mia mio un um uma una ` }

// familiesToo are relations, and names as well: behind one of givenToo the capital
// says which it is. Una Prima is somebody, una prima is not.
func familiesToo() string {
	return ` amici amico cousin fratello irma mae mama maman mamie mari nonna papa prima primo tia `
}

// tongue are words of one language, folded: relations, what stands before them
// (articles, possessives), and what may stand between.
type tongue struct{ before, amid, kin string }

func tongues() []tongue {
	return []tongue{
		{
			` a an my our the his her their your one some another `,
			` old good great best dear close other little big younger older elder twin new of mine my our the school work co ex step half foster `,
			` friend friends bestie sister sisters brother brothers mother father mum mom mummy mommy dad daddy parent parents grandma grandpa grandmother grandfather granny
 wife husband partner spouse fiance fiancee girlfriend boyfriend daughter uncle aunt auntie cousin cousins niece nephew neighbour neighbours neighbor neighbors
 colleague colleagues worker workers coworker coworkers workmate classmate schoolmate roommate flatmate housemate teammate boss teacher acquaintance acquaintances relative relatives family stranger doctor dentist ex penfriend penpal customer client therapist hairdresser kid kids `,
		},
		{
			` un une mon ma mes notre nos le la les l `,
			` vieil vieille vieux bon bonne meilleur meilleure tres cher chere grand grande petit petite jeune beau belle de d des mes nos ex `,
			` ami amie amis amies copain copains copine copines pote potes frere freres soeur soeurs mere pere maman papa parents oncle tante cousin cousine cousins cousines
 mari femme epoux epouse conjoint conjointe compagnon compagne fils fille voisin voisine voisins voisines collegue collegues neveu niece patron patronne prof connaissance famille mamie papi medecin ex client cliente `,
		},
		{
			` ein eine einem einen einer mein meine meinem meinen meiner unser unsere unserem unseren unserer der die `,
			` alter alte alten guter gute guten bester beste besten lieber liebe lieben enger enge engen kleiner kleine kleinen grosser grosse grossen von aus meiner meinen ex `,
			` freund freunde freunden freundin freundinnen bekannter bekannte bekannten kollege kollegen kollegin kolleginnen nachbar nachbarn nachbarin schwester schwestern bruder
 mutter vater mama papa eltern onkel tante cousin cousine frau mann sohn tochter partner partnerin oma opa grossmutter grossvater chef chefin lehrer lehrerin kumpel
 schwager schwagerin schwiegermutter schwiegervater neffe nichte mitbewohner mitbewohnerin familie arzt arztin ex kunde kundin `,
		},
		{
			` un una unos unas mi mis el la los las nuestro nuestra `,
			` buen buena gran viejo vieja mejor mejores querido querida de mis ex `,
			` amigo amiga amigos amigas hermano hermana hermanos hermanas madre padre padres mama papa tio tia primo prima companero companera companeros companeras colega vecino vecina vecinos
 esposo esposa marido mujer novio novia hijo hija abuelo abuela jefe jefa cunado cunada sobrino sobrina suegro suegra conocido conocida familia pareja medico medica ex cliente `,
		},
		{
			` un uno una il lo la l i gli mio mia miei mie nostro nostra `,
			` caro cara vecchio vecchia buon buona buono grande migliore di dei mio mia miei mie ex `,
			` amico amica amici amiche fratello fratelli sorella sorelle madre padre mamma genitori zio cugino cugina collega colleghi vicino vicina marito moglie
 fidanzato fidanzata compagno compagna figlio figlia nonno nonna nipote cognato cognata conoscente famiglia medico ex cliente `,
		},
		{
			` um uma uns umas meu minha meus minhas nosso nossa `,
			` bom boa grande velho velha melhor querido querida de dos das meus minhas ex `,
			` amigo amiga amigos amigas irmao irma irmaos mae pai mamae papai pais tio tia primo prima colega colegas vizinho vizinha marido esposo esposa mulher
 namorado namorada filho filha avo chefe cunhado cunhada sobrinho sobrinha sogro sogra conhecido conhecida familia companheiro companheira medico medica ex cliente `,
		},
	}
}

// somebodies begin what is said of nobody by name.
func somebodies() string {
	return ` nobody somebody someone anybody anyone everybody everyone niemand jemand irgendjemand quelqu nessuno qualcuno alguien ninguem alguem `
}

// nobodies are said where a name is not known, or there is none.
func nobodies() string {
	return `no one|noone|none|unknown|anonymous|no name|no idea|not sure|don t know|i don t know|i dont know|dont know|i do not know|i don t remember|i forgot|can t remember|word of mouth|by word of mouth|
|me|myself|a man|a woman|a girl|a boy|a lady|a guy|a pen pal|my pen pal|two friends|friend of mine|a shop|the market|repair cafe|email|e mail|nothing|idk|friends|family|friends and family|inconnu|inconnue|anonyme|personne|aucun|aucune idee|sais pas|je ne sais pas|je sais pas|je ne sais plus|bouche a oreille|le bouche a oreille|moi|moi meme|un homme|une femme|un monsieur|une dame|
|unbekannt|anonym|keine ahnung|weiss nicht|ich weiss nicht|weiss ich nicht|mundpropaganda|ich|ich selbst|ein mann|eine dame|ein herr|nichts|nadie|desconocido|desconocida|no lo se|boca a boca|el boca a boca|yo mismo|un hombre|un senor|una senora|yo misma|
|sconosciuto|sconosciuta|non so|non lo so|passaparola|il passaparola|un uomo|una donna|un signore|una signora|niente|me stesso|me stessa|desconhecido|desconhecida|nao sei|boca a boca|eu mesmo|um homem|uma senhora|um senhor|eu mesma|chief executive|chief executive officer`
}

// channels are where things are seen.
func channels() string {
	return ` google bing duckduckgo ecosia instagram insta facebook youtube tiktok twitter linkedin pinterest reddit whatsapp telegram mastodon bluesky snapchat amazon ebay etsy wikipedia chatgpt
 internet newspaper newspapers magazine magazines tv television fernsehen zeitung zeitschrift radio podcast podcasts blog blogs advert advertisement advertising werbung anzeige reklame publicite publicidad publicidade pubblicita anuncio `
}

// onChannels may stand beside a channel.
func onChannels() string {
	return ` ad ads post posts story stories reel reels video videos channel group page feed search result results engine online site app influencer article review reviews account
 suche gruppe kanal artikel seite recherche pub annonce annonces groupe chaine moteur busqueda grupo canal pagina ricerca annuncio gruppo pesquisa
 a an on in at by via from through my some ein eine einer im auf bei uber un une sur en par de d du el en por su di da do na no em pelo pela um uma `
}

// honorifics stand before a name.
func honorifics() string {
	return ` mr mrs ms mx mister missus madam madame mme mlle monsieur mademoiselle herr frau fraulein senor senora senorita sr sra senhor senhora signor signora signore
 dr doctor docteur doktor doctora dottore dottoressa prof professor professeur professora professore professoressa `
}

// posts are what somebody is in a house.
func posts() string {
	return ` ceo cto cfo coo cmo cio vp svp evp pdg president presidente prasident prasidentin chairman chairwoman chairperson director directors directora directeur directrice direktor direktorin
 direttore direttrice diretor diretora manager managers founder founders cofounder owner owners gerant gerante fondateur fondatrice proprietaire geschaftsfuhrer geschaftsfuhrerin inhaber inhaberin
 grunder grunderin chef chefin gerente fundador fundadora fondatore proprietario titolare jefe jefa vice `
}
