package listen

import (
	"strings"

	"tribune/internal/query"
	"tribune/know"
	"tribune/storage"
)

// asked gives what standing queries are asked about something said. It rests
// on nothing but what a mention keeps, so that a query finds later among mentions
// what it would have found when they came.
func asked(text, url string, by know.Account, source, language, country string, reach int64) *query.Post {
	return &query.Post{Text: text, Author: by.Name, Handle: handleOf(by), Source: source, URL: url,
		Language: language, Country: country, Reach: reach}
}

// handleOf gives the handle that an account's address holds, "" if it holds
// none.
func handleOf(by know.Account) string {
	switch by.Kind {
	case know.Fediverse:
		return by.Address
	case know.NameOnly:
		_, who, _ := strings.Cut(by.Address, "/")
		if strings.HasPrefix(who, "@") || who != strings.Join(strings.Fields(query.Fold(by.Name)), " ") {
			return who // not the name, folded (accountOf)
		}
	case know.Web:
		if _, name, ok := strings.Cut(by.Address, "/@"); ok {
			return name
		}
	}
	return ""
}

// askedColumns are the columns of mention m, its account a and its source s
// that scanAsked reads; askedTables joins them.
const (
	askedColumns = `m.text, m.url, m.language, m.country, m.reach, coalesce(a.kind, ''), coalesce(a.address, ''), coalesce(a.name, ''), coalesce(s.name, '')`
	askedTables  = ` left join account a on a.id = m.account_id left join source s on s.id = m.source_id`
)

// scanAsked reads askedColumns, after the columns that go into before.
func scanAsked(row storage.Scanner, before ...any) (*query.Post, error) {
	var by know.Account
	var text, url, language, country, source string
	var reach int64
	err := row.Scan(append(before, &text, &url, &language, &country, &reach, &by.Kind, &by.Address, &by.Name, &source)...)
	return asked(text, url, by, source, language, country, reach), err
}
