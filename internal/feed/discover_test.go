package feed

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiscover(t *testing.T) {
	const rss, atm, js = "application/rss+xml", "application/atom+xml", "application/feed+json"
	cases := map[string]struct {
		page string
		want []Link
	}{
		"none": {"<html><body>Hi", nil},
		"declared": {`<head><link rel="alternate" type="application/rss+xml" title="Blog &amp; more" href="/feed">
			<LINK REL='Alternate' TYPE='Application/Atom+XML; charset=utf-8' HREF='https://x.example/atom'/>
			<link rel=alternate type=application/json href=/f.json><link rel=alternate type=application/feed+json href=/g.json></head>
			<a href="/other.rss">x</a>`,
			[]Link{{"https://s.example/feed", "Blog & more", rss}, {"https://x.example/atom", "", atm},
				{"https://s.example/g.json", "", js}, {"https://s.example/f.json", "", "application/json"}}},
		"not declared": {`<link rel=stylesheet type=application/rss+xml href=/a><link rel="alternate stylesheet" type=application/rss+xml href=/b>
			<link rel=alternate hreflang=fr href=/fr><link rel=alternate type=application/json href=/wp-json/wp/v2/posts/1>
			<!-- <link rel=alternate type=application/rss+xml href=/c> --><script>'<link rel=alternate type=application/rss+xml href=/d>'</script>`, nil},
		"twice":  {`<link rel=alternate type=application/rss+xml href=/a><link rel=alternate type=application/rss+xml href=/a>`, []Link{{"https://s.example/a", "", rss}}},
		"base":   {`<base href="https://b.example/x/"><base href="https://c.example/"><link rel=alternate type=application/rss+xml href=f>`, []Link{{"https://b.example/x/f", "", rss}}},
		"unsafe": {`<link rel=alternate type=application/rss+xml href="javascript:x"><link rel=alternate type=application/rss+xml href="file:///etc/passwd"><link rel=alternate type=application/rss+xml>`, nil},
		"anchors": {`<a href="/a.rss">a</a><a href="b.atom">b</a><a href="/x/feed.xml?y">c</a><a href="/rss.xml">d</a><a href="/feed/">e</a><a href="/about">f</a><a href="mailto:a.rss">g</a>`,
			[]Link{{"https://s.example/a.rss", "", rss}, {"https://s.example/blog/b.atom", "", atm}, {"https://s.example/x/feed.xml?y", "", ""}, {"https://s.example/rss.xml", "", rss}, {"https://s.example/feed/", "", ""}}},
		"latin 1": {"<meta charset=iso-8859-1><link rel=alternate type=application/rss+xml title='Caf\xe9' href=/a>", []Link{{"https://s.example/a", "Café", rss}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := Discover([]byte(c.page), at(t, "https://s.example/blog/page"))
			if len(got) == 0 {
				got = nil
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := Discover([]byte(`<link rel=alternate type=application/rss+xml href=/a>`), nil); len(got) != 0 {
		t.Errorf("a relative address without a base: %v", got)
	}
}

func FuzzDiscover(f *testing.F) {
	f.Add([]byte(`<base href=//x/><link rel=alternate type=application/rss+xml href=/a title=x>`))
	f.Add([]byte(`<a href="/a.rss">a</a><a href="feed.xml">b`))
	f.Fuzz(func(t *testing.T, page []byte) {
		seen := map[string]bool{}
		for _, l := range Discover(page, at(t, "https://s.example/blog/")) {
			u, err := url.Parse(l.URL)
			if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || seen[l.URL] {
				t.Fatalf("bad link %q", l.URL)
			}
			seen[l.URL] = true
		}
	})
}
