package radar

import "tribune/web/page"

// help is one thing that queries can say.
type help struct{ written, finds string }

// helpOf lists what queries can say; docs/query.md has the grammar.
func helpOf(v *page.View) []help {
	return []help{
		{"paper ink", v.T("both words, anywhere")},
		{"paper OR ink", v.T("at least one of them")},
		{"paper -ink, paper NOT ink", v.T("the first without the second")},
		{"(pen OR pencil) case", v.T("parentheses, to any depth")},
		{`"fountain pen"`, v.T("these words, one after the other")},
		{"pen NEAR/5 leaks", v.T("at most five words apart, in either order; ONEAR/5 in this order")},
		{"wish*, col?r, *paper", v.T("any letters in place of *, one in place of ?")},
		{"oriflame~1", v.T("also with one letter wrong")},
		{`="Apple"`, v.T("with exactly these capitals")},
		{"#paper, @name@server", v.T("a hashtag; a handle")},
		{"lang:fr, country:FR", v.T("in a language; from a country")},
		{`author:ana, site:example.org, source:"Shop reviews"`, v.T("by an author; on a site; through a source")},
		{"sentiment:negative", v.T("by mood: positive, negative or unclear")},
		{"has:question, has:link, has:image", v.T("with a question, a link, a picture")},
		{"reach>1000", v.T("by how many people it reaches")},
		{"list:rivals, query:Name", v.T("any of a saved list; what a standing query finds")},
	}
}
