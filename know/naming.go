package know

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"tribune/internal/fault"
	"tribune/internal/query"
	"tribune/storage"
)

// People speak here under their own names: nobody is "Support", "the Oriflamme
// team" or "Customer Service". A name is compared by its folded words, so that
// accents, capitals and signs make no difference:
//
//   - the brand, or a stretch of its words, is no name of a person;
//   - a name of nothing but functions, the brand, and small words between them
//     is none ("Sales", "Service client de Oriflamme", "Customer Care 24");
//   - nor is one that begins or ends with a word for many people, or for those
//     who help ("Paper team", "Équipe produit", "Anna Support"), but for "Staff"
//     behind a first name: it is the name of families, too. Functions that
//     are also names of families (Sales, Press, Legal) may end a name;
//   - nor is "the" and one more word ("The Boss"). Longer names may begin so:
//     The Anh Nguyen is somebody.

// functions are words for what departments do: English, French, German,
// Spanish, Portuguese.
func functions() string {
	return ` account accounts accounting admin administration administrator administrators admins agent agents assistance billing bot business care
 chat client clients clientele commercial commerce communication communications community company complaint complaints contact corporate customer
 customers department desk dept development editor editorial editors enquiries feedback finance help helpdesk helpline hotline hr info information
 inquiries it legal logistics management marketing media moderation moderator moderators newsletter noreply office official online operations order
 orders ops postmaster pr press product products public purchasing quality reception recruiting recruitment relations resources human returns sales
 secretariat security service services shipping shop site social staff store success support team teams tech technical technology user users
 warranty webmaster website official reply experience happiness
 accueil achats assistance boutique clients clientele collaborateurs commercial commerciaux communaute communication comptabilite conseil
 consommateur consommateurs direction editorial equipe equipes expeditions facturation generale humaines juridique livraison logistique magasin
 moderateur moderateurs moderation officiel officielle presse produit produits qualite rayon reclamations redaction relation relations renseignements
 ressources sav secretariat standard technique usagers vente ventes apres
 abteilung anfragen auskunft beratung beschwerden betreuung buchhaltung einkauf firma geschaftsfuhrung hilfe kunde kunden kundenberatung
 kundenbetreuung kundendienst kundenservice leitung mannschaft marketingabteilung mitarbeiter offentlichkeitsarbeit personal personalabteilung
 pressestelle produktteam redaktion rechnung rechnungen sekretariat technik unternehmen verkauf versand vertrieb verwaltung zentrale
 administracion administracao almacen apoio asistencia assistencia atencion atendimento atencao ayuda ajuda calidad qualidade cliente clientes
 comercial compras comunicacion comunicacao comunidad comunidade consumidor contabilidad contabilidade departamento devoluciones direccion direcao
 empresa equipa equipas equipe equipes equipo equipos envios facturacion faturacao finanzas financeiro informacion informacoes juridico logistica
 loja mercadeo moderador moderadores oficial pedidos prensa imprensa producto produto reclamaciones reclamacoes recursos humanos redaccion redacao
 servicio servicios servico servicos soporte suporte tecnico tienda usuario usuarios ventas vendas sac `
}

// many are words for many people, or for those who help: with one at either
// end it is nobody's name, whatever else stands there.
func many() string {
	return ` team teams support staff crew helpdesk helpline hotline department dept noreply webmaster postmaster
 equipe equipes assistance sav
 mannschaft kundendienst kundenservice kundenbetreuung kundenberatung abteilung pressestelle
 equipo equipos equipa equipas soporte suporte atendimento departamento
 customer+service customer+services customer+care customer+support customer+success customer+relations help+desk service+desk
 service+client service+clients service+clientele service+consommateurs relation+client relations+clients service+commercial service+presse
 servicio+cliente servicio+clientes servico+cliente atencion+cliente atencao+cliente apoio+cliente `
}

// articles may stand before a function, where other small words may not: Al
// Press and Di Sales are somebody.
func articles() string {
	return ` the le la les l der die das el los las o os our your your unser unsere notre nos votre vos nuestro nuestra nosso nossa `
}

// between are words that make no difference between functions.
func between() string {
	return ` a al an and ao aos at aus aux bei by chez com da das de del dem den der des di die do dos du e el em en et for from fur i im l la las le les los
 net no non not o of on or org os our pour para por r s the to u und unser unsere us von y your vos votre nos notre we & c d ` + legal()
}

// legal are forms of companies, which a brand may have or not.
func legal() string {
	return ` ab ag asa as bv co corp corporation eurl ev gmbh group groupe inc incorporated kg lda limited llc llp ltd ltda mbh nv oy plc pty sa sarl sas scop sl spa srl ug `
}

func listed(list, word string) bool {
	for one := range strings.FieldsSeq(list) {
		if one == word {
			return true
		}
	}
	return false
}

// nameWords gives the folded words of a name, without numbers at their ends.
func nameWords(name string) (words []string) {
	for _, w := range query.Words(name) {
		if w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) }); w != "" {
			words = append(words, w)
		}
	}
	return words
}

// notAPerson is what a name is, if it is no person's.
type notAPerson uint8

const (
	somebody notAPerson = iota
	theBrand
	aFunction
)

// personal reports whether a name can be a person's at a company of that
// brand; "" for a brand that nobody chose yet.
func personal(name, brand string) notAPerson {
	words, ours := nameWords(name), nameWords(brand)
	bare := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return listed(legal(), w) })
	house := slices.DeleteFunc(slices.Clone(ours), func(w string) bool { return listed(legal(), w) })
	if len(house) == 0 {
		house = ours
	}
	if len(bare) > 0 && listed(articles(), bare[0]) && len(bare) > 1 {
		if within(house, bare[1:]) {
			return theBrand
		}
	}
	if len(house) > 0 && (within(house, bare) || strings.Join(bare, "") == strings.Join(house, "")) {
		return theBrand
	}
	if len(words) == 0 {
		return somebody
	}
	if allFunctions(words, house) {
		return aFunction
	}
	if manyAt(words, house) || listed(many(), strings.Join(words, "")) {
		return aFunction
	}
	if len(words) == 2 && words[0] == "the" && strings.EqualFold(strings.Fields(name)[0], "the") {
		return aFunction
	}
	return somebody
}

// within reports whether words are a stretch of the brand's: all of it, or a
// part that says something.
func within(house, words []string) bool {
	if len(words) == 0 || len(words) > len(house) {
		return false
	}
	if len(words) == 1 && len(house) > 1 && (len([]rune(words[0])) < 3 || listed(between(), words[0])) {
		return false
	}
	for at := 0; at+len(words) <= len(house); at++ {
		if slices.Equal(house[at:at+len(words)], words) {
			return true
		}
	}
	return false
}

// allFunctions reports whether nothing but functions, the brand, and small
// words stand in a name, with a function among them.
func allFunctions(words, house []string) bool {
	found := false
	for at, w := range words {
		switch {
		case listed(functions(), w):
			found = true
		case at > 0 && listed(between(), w), listed(articles(), w), slices.Contains(house, w):
		default:
			return false
		}
	}
	return found
}

// manyAt reports whether a name begins or ends with a word for many people.
func manyAt(words, house []string) bool {
	last := len(words) - 1
	family := last == 1 && words[last] == "staff" && !listed(functions(), words[0]) && !slices.Contains(house, words[0]) && !listed(between(), words[0]) // Sam Staff is somebody
	if listed(many(), words[0]) || listed(many(), words[last]) && !family {
		return true
	}
	plain := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return listed(" au a al ao aux de du del do des ", w) })
	return len(plain) > 1 && (listed(many(), plain[0]+"+"+plain[1]) || listed(many(), plain[len(plain)-2]+"+"+plain[len(plain)-1]))
}

// mayBeNamed refuses an account named after the company or a department:
// people speak as themselves.
func (d *Directory) mayBeNamed(ctx context.Context, q storage.Q, name string) error {
	s, err := readSite(ctx, q)
	if err != nil {
		return err
	}
	return s.mayBeNamed(name)
}

func (s Site) mayBeNamed(name string) error {
	brand := s.Brand
	if !s.SetUp { // nobody has said yet what it is called
		brand = ""
	}
	switch personal(name, brand) {
	case theBrand:
		return fault.New(fault.Invalid, "People speak here under their own names, not as {brand}. Write your first and last name.", "brand", s.Brand).On("name")
	case aFunction:
		return fault.New(fault.Invalid, "This is what a department is called, and people speak here as themselves. Write your first and last name; what you do stands beside it.").On("name")
	}
	return nil
}

// nameFor gives a name as it is kept, or says why it cannot be a person's.
func (d *Directory) nameFor(ctx context.Context, q storage.Q, name string) (string, error) {
	name, err := named(name)
	if err != nil {
		return "", err
	}
	return name, d.mayBeNamed(ctx, q, name)
}

// CheckName gives a name as it is kept, or says why nobody can be called so:
// also of somebody who has the name already, because the rule is younger than
// the name, or the company is called so since.
func (d *Directory) CheckName(ctx context.Context, name string) (string, error) {
	return d.nameFor(ctx, d.db, name)
}
