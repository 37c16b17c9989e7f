package robots

import (
	"net/url"
	"strings"
	"testing"
)

// The examples are those of RFC 9309, sections 2.2.1 to 2.2.3 and 5.1, and of
// what goes wrong.
func TestAllow(t *testing.T) {
	const example = "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\nUser-Agent: foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n\n" +
		"User-Agent: barbot\nUser-Agent: bazbot\nDisallow: /example/page.html\n\nUser-Agent: quxbot\n"
	for name, c := range map[string]struct {
		file, agent, path string
		want              bool
	}{
		"everybody, free":         {example, "Tribune", "/", true},
		"everybody, not":          {example, "Tribune", "/example/x", false},
		"everybody, end":          {example, "Tribune", "/a/b.gif", false},
		"everybody, not the end":  {example, "Tribune", "/a/b.gif?x", true},
		"named, not":              {example, "foobot", "/a", false},
		"named, allowed":          {example, "FooBot", "/example/page.html", true},
		"longest wins":            {"User-agent: *\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif", "Tribune", "/example/page/disallowed.gif", false},
		"as long: allowed":        {"User-agent: *\nDisallow: /example/page\nAllow: /example/page", "Tribune", "/example/page", true},
		"two names":               {example, "bazbot", "/example/page.html", false},
		"named without rules":     {example, "quxbot", "/example/", true},
		"groups of one name":      {"User-agent: Tribune\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: tribune/2.0\nDisallow: /b", "Tribune", "/b", false},
		"a name is not a part":    {"User-agent: TribuneBot\nDisallow: /", "Tribune", "/", true},
		"empty":                   {"", "Tribune", "/", true},
		"empty disallow":          {"User-agent: *\nDisallow:", "Tribune", "/a", true},
		"escaped":                 {"User-agent: *\nDisallow: /caf%c3%a9", "Tribune", "/café", false},
		"escaped in vain":         {"User-agent: *\nDisallow: /%62ar", "Tribune", "/bar", false},
		"a star in the middle":    {"User-agent: *\nDisallow: /*/feed", "Tribune", "/a/b/feed/x", false},
		"query":                   {"User-agent: *\nDisallow: /*?print=", "Tribune", "/a?print=1", false},
		"itself":                  {"User-agent: *\nDisallow: /", "Tribune", "/robots.txt", true},
		"CR only, comment, BOM":   {"\ufeffUser-agent: * # all\rDisallow: /a # no\r", "Tribune", "/a", false},
		"other lines in between":  {"User-agent: *\nCrawl-delay: 10\nSitemap: https://x/\nDisallow: /a", "Tribune", "/a", false},
		"HTML in place of it":     {"<!DOCTYPE html><html><body>Disallow: /</body></html>", "Tribune", "/", true},
		"rules before any group":  {"Disallow: /", "Tribune", "/", true},
		"no path":                 {"User-agent: *\nDisallow: /", "Tribune", "", false},
		"beyond what is read":     {"User-agent: *\n" + strings.Repeat("# x\n", MaxBytes/4) + "Disallow: /", "Tribune", "/", true},
		"a pattern without slash": {"User-agent: *\nDisallow: x", "Tribune", "/x", true},
	} {
		u, err := url.Parse("https://site.example" + c.path)
		if err != nil {
			t.Fatal(err)
		}
		if got := Parse([]byte(c.file), c.agent).Allow(u); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	u, _ := url.Parse("https://site.example/a")
	if Nothing().Allow(u) || !(Rules{}).Allow(u) {
		t.Error("Nothing allows, or no rules forbid")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /*a*b$\nAllow: /%zz", "/a?b")
	f.Fuzz(func(t *testing.T, file, path string) {
		u, err := url.Parse("https://site.example/" + path)
		if err != nil {
			return
		}
		r := Parse([]byte(file), "Tribune")
		r.Allow(u)
		r.rules = append(r.rules, rule{true, "/"})
		if root, _ := url.Parse("https://site.example/"); len(r.rules) == 1 && !r.Allow(root) {
			t.Error("what is allowed is not")
		}
	})
}
