package query

import (
	"slices"
	"strings"

	"golang.org/x/text/language"

	"tribune/internal/fault"
)

// commonWords are the words that most texts hold in the languages that are
// heard most, folded: the forty or so commonest of each.
var commonWords = func() map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(`
		the of and to a in is it you that he was for on are with as i his they be at one have this from or had by but what all were we when your can said there use an each which she do how their if will so my me not no just
		de la le les et des en un une du que qui dans est il elle au aux pour pas sur se plus par je ne ce on sont nous vous avec mais son sa ses tout c l d j qu n s
		el los las y del al lo con una su es por como mas pero sus muy sin sobre este ya me si porque esta entre cuando
		der die und den von zu das mit sich des auf fur ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem uber einen so zum war haben nur oder aber vor zur bis ich
		di che e il un per non sono una mi ho si ma ti lo ha cosa le con se io come da ci no questo bene tu sei
		o os as em um uma com nao mais dos das na no ao foi ele tem seu sua ou ser
		في من على ان الى هذا ما لا عن مع و هو هي كان التي الذي`) {
		set[w] = true
	}
	return set
}()

// Warnings says what of a query is allowed but seldom meant: a query that
// would find nearly everything, because all it needs are words that most texts
// hold, or fields that most posts have; words that look like operators; codes
// that no language or country has; and half names of sites. The first is about what matters most.
func (q *Query) Warnings() []*fault.Error {
	if q.root == nil {
		return nil
	}
	return slices.Concat(q.broad(), q.Notes())
}

// Notes says what of a query most likely means something else than it says. It
// is what Warnings says but for that it finds nearly everything, which may be meant
// where one looks through what is there.
func (q *Query) Notes() []*fault.Error {
	if q.root == nil {
		return nil
	}
	return slices.Concat(q.notes, q.root.strange(nil))
}

// longestEnd is how long what sites' names end in, such as com or info, mostly is.
const longestEnd = 4

// strange adds warnings of codes that no language, or no country, has, and of
// words in the place of a site's name.
func (n *node) strange(all []*fault.Error) []*fault.Error {
	switch {
	case len(all) >= maxNotes || n.op == opSaved: // what is saved is warned of where it is
		return all
	case n.op == opField && n.field == fieldLang:
		base, _, _ := strings.Cut(n.value, "-")
		if _, err := language.ParseBase(base); err != nil {
			all = append(all, fault.New(fault.Invalid, "Column {column}: no language has the code “{text}”, so nothing is found by it. Look its code up, such as en, fr or pt-br.", "column", n.col, "text", n.value))
		}
	case n.op == opField && n.field == fieldSite && !strings.Contains(n.value, ".") && len(n.value) > longestEnd && n.value != "localhost":
		all = append(all, fault.New(fault.Invalid, "Column {column}: “{text}” is no whole name of a site: it finds only those that end in .{text}. Write for example site:{text}.com.", "column", n.col, "text", n.value))
	case n.op == opField && n.field == fieldCountry:
		if r, err := language.ParseRegion(n.value); err != nil || !r.IsCountry() {
			all = append(all, fault.New(fault.Invalid, "Column {column}: no country has the code “{text}”, so nothing is found by it. Look its two letters up, such as fr, gb or br.", "column", n.col, "text", n.value))
		}
	}
	for _, k := range n.kids {
		all = k.strange(all)
	}
	return all
}

func (q *Query) broad() []*fault.Error {
	if bad := q.root.broad(); bad != nil {
		if bad.op == opField {
			return []*fault.Error{fault.New(fault.Invalid, "Column {column}: “{text}” alone finds every post it is true of, which can be very many. Join it with AND to a word to look for.", "column", bad.col, "text", bad.String())}
		}
		return []*fault.Error{fault.New(fault.Invalid, "Column {column}: “{text}” stands in nearly every text of its language. Join it with AND to a rarer word, or put it in a phrase.", "column", bad.col, "text", bad.String())}
	}
	return nil
}

// broad gives the part through which n finds nearly everything, nil if there
// is none.
func (n *node) broad() *node {
	switch n.op {
	case opTerm:
		if a := n.atoms[0]; len(n.atoms) == 1 && (a.kind == atomWord || a.kind == atomExact) && commonWords[a.text] {
			return n
		}
	case opField:
		switch n.field {
		case fieldLang, fieldCountry, fieldSentiment, fieldHas, fieldReach:
			return n
		}
	case opSaved:
		if n.kids[0].broad() != nil {
			return n
		}
	case opOr:
		for _, k := range n.kids {
			if bad := k.broad(); bad != nil {
				return bad
			}
		}
	case opAnd, opNear:
		var first *node
		for _, k := range n.kids {
			if k.op == opNot {
				continue
			}
			bad := k.broad()
			if bad == nil {
				return nil
			}
			if first == nil {
				first = bad
			}
		}
		return first
	}
	return nil
}
