package listen

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tribune/know"
)

// A mail address is no account of the fediverse, whatever member it came in.
func TestAccountOf(t *testing.T) {
	for name, c := range map[string]struct {
		kind Kind
		by   Author
		want know.Account
	}{
		"fediverse":            {KindPost, Author{Handle: "@Cara@X.test"}, know.Account{Kind: know.Fediverse, Address: "cara@x.test", Name: "@Cara@X.test", URL: "https://x.test/@Cara"}},
		"handle without its @": {KindPost, Author{Handle: "cara@x.test", URL: "https://x.test/@cara"}, know.Account{Kind: know.Fediverse, Address: "cara@x.test", Name: "@cara@x.test", URL: "https://x.test/@cara"}},
		"mail as handle":       {KindPost, Author{Name: "Cara", Handle: "Cara@x.test"}, know.Account{Kind: know.Mail, Address: "cara@x.test", Name: "Cara"}},
		"letter":               {KindMail, Author{Handle: "cara@x.test"}, know.Account{Kind: know.Mail, Address: "cara@x.test"}},
		"call with a page":     {KindCall, Author{Name: "Cara", Email: "cara@x.test", URL: "https://x.test/cara"}, know.Account{Kind: know.Mail, Address: "cara@x.test", Name: "Cara"}},
		"post with a page":     {KindPost, Author{Name: "Cara", Email: "cara@x.test", URL: "https://x.test/cara"}, know.Account{Kind: know.Web, Address: "x.test/cara", Name: "Cara", URL: "https://x.test/cara"}},
		"call without address": {KindCall, Author{Name: "Cara"}, know.Account{Kind: know.NameOnly, Address: "7/cara", Name: "Cara"}},
	} {
		t.Run(name, func(t *testing.T) {
			ok(t, cleanAuthor(&c.by))
			if d := cmp.Diff(c.want, accountOf(7, "Shop", c.kind, c.by)); d != "" {
				t.Error(d)
			}
		})
	}
	p, err := postOf(map[string]string{"text": "x", "acct": "cara@x.test"})
	ok(t, err)
	if p.Author.Handle != "@cara@x.test" {
		t.Errorf("acct became %q", p.Author.Handle)
	}
}
