package markdown_test

import (
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"tribune/internal/markdown"
)

func TestHTML(t *testing.T) {
	const rel = ` rel="nofollow noopener ugc"`
	cases := []struct{ name, src, want string }{
		{"words", "a *b* **c** `d`", "<p dir=\"auto\">a <em>b</em> <strong>c</strong> <code>d</code></p>\n"},
		{"line break", "a\nb", "<p dir=\"auto\">a<br>\nb</p>\n"},
		{"heading", "# A\n### B", "<h4 dir=\"auto\">A</h4>\n<h6 dir=\"auto\">B</h6>\n"},
		{"link", "[a](https://x.example/?a=1&b=2)", "<p dir=\"auto\"><a href=\"https://x.example/?a=1&amp;b=2\"" + rel + ">a</a></p>\n"},
		{"bare address", "see https://x.example.", "<p dir=\"auto\">see <a href=\"https://x.example\"" + rel + ">https://x.example</a>.</p>\n"},
		{"mail address", "<a@x.example>", "<p dir=\"auto\"><a href=\"mailto:a@x.example\"" + rel + ">a@x.example</a></p>\n"},
		{"own page", "[a](/ideas/3)", "<p dir=\"auto\"><a href=\"/ideas/3\"" + rel + ">a</a></p>\n"},
		{"list", "3. a\n4. b", "<ol start=\"3\" dir=\"auto\">\n<li dir=\"auto\">a</li>\n<li dir=\"auto\">b</li>\n</ol>\n"},
		{"picture", "a ![a *cat*](https://x.example/c.png) b", "<p dir=\"auto\">a a <em>cat</em> b</p>\n"},
		{"picture in a link", "[![cat](c.png)](https://x.example)", "<p dir=\"auto\"><a href=\"https://x.example\"" + rel + ">cat</a></p>\n"},
		{"typed markup is shown", "1 <b>2</b>\n\n<div>3</div>", "<p dir=\"auto\">1 &lt;b&gt;2&lt;/b&gt;</p>\n<p dir=\"auto\">&lt;div&gt;3&lt;/div&gt;</p>\n"},
		{"code has no class", "```js\na<b\n```", "<pre><code>a&lt;b\n</code></pre>\n"},
		{"right to left", "שלום", "<p dir=\"auto\">שלום</p>\n"},
		{"bad UTF-8", "a\xffb", "<p dir=\"auto\">a\ufffdb</p>\n"},
		{"nothing", "", ""},
	}
	r := markdown.New()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, r.HTML(c.src)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

var attacks = []string{
	`<script>alert(1)</script>`, `<scr<script>ipt>alert(1)</scr</script>ipt>`, `<SCRIPT SRC=//evil.example/x.js></SCRIPT>`,
	`<img src=x onerror=alert(1)>`, `<img src="https://evil.example/p.gif">`, `![x](https://evil.example/p.gif)`, `![x](data:image/svg+xml;base64,PHN2Zz4=)`,
	"![x][r]\n\n[r]: https://evil.example/p.gif", `![x](javascript:alert(1))`, `[![x](https://evil.example/p.gif)](javascript:alert(1))`,
	`[x](javascript:alert(1))`, `[x](JaVaScRiPt:alert(1))`, `[x](java&#x73;cript:alert(1))`, "[x](java\tscript:alert(1))", `[x](&#1;javascript:alert(1))`,
	`[x](<javascript:alert(1)>)`, `<javascript:alert(1)>`, `[x](vbscript:msgbox(1))`, `[x](data:text/html;base64,PHNjcmlwdD4=)`, `[x](file:///etc/passwd)`,
	"[x][r]\n\n[r]: javascript:alert(1)", `[x](https://x.example "\" onmouseover=alert(1) ")`, `[x](https://x.example"onclick="alert(1))`,
	`<a href="javascript:alert(1)">x</a>`, `<svg><script>alert(1)</script></svg>`, `<svg onload=alert(1)>`, `<math><mi xlink:href="javascript:alert(1)">`,
	`<style>@import url(https://evil.example)</style>`, `<p style="background:url(https://evil.example)">`, `<iframe src="https://evil.example"></iframe>`,
	`<object data="https://evil.example"></object>`, `<embed src="https://evil.example">`, `<link rel=stylesheet href="https://evil.example">`,
	`<meta http-equiv=refresh content="0;url=https://evil.example">`, `<base href="https://evil.example">`, `<form action="https://evil.example"><input>`,
	`<details open ontoggle=alert(1)>`, `<video poster="https://evil.example/p.gif">`, `<!--><script>alert(1)</script>-->`, `<![CDATA[<script>alert(1)</script>]]>`,
	"```\n</code></pre><script>alert(1)</script>\n```", "`</code><script>alert(1)</script>`", "# <script>alert(1)</script> {#id onclick=alert(1)}",
	"    <script>alert(1)</script>", "- <img src=x onerror=alert(1)>", "> <script>\n> alert(1)\n> </script>", "<img src=x\nonerror=alert(1)\n>",
	"```\" onclick=alert(1)\nx\n```", `&lt;script&gt;alert(1)&lt;/script&gt;`, `\<script>alert(1)\</script>`, "<https://x.example/\"onclick=alert(1)>",
	"www.x.example/<script>alert(1)</script>", "https://x.example/'onclick='alert(1)", "<<script>alert(1)//<</script>", "\x00<script\x00>alert(1)</script>",
}

func TestAttacks(t *testing.T) {
	r := markdown.New()
	for _, src := range attacks {
		if bad := harm(r.HTML(src)); bad != "" {
			t.Errorf("%q gives %s in %q", src, bad, r.HTML(src))
		}
	}
}

// The judge itself is tried, because one that lets everything pass proves nothing.
func TestHarmIsSeen(t *testing.T) {
	for _, out := range []string{
		`<script>`, `<img src="x">`, `<p onclick="x">`, `<a href="javascript:x" rel="nofollow noopener ugc">`, `<p id="x">`,
		`<a href="https://x.example">`, `<style>`, `<!-- x -->`, `<a href="&#106;avascript:x" rel="nofollow noopener ugc">`, `<h1>`,
	} {
		if harm(out) == "" {
			t.Errorf("%q passes", out)
		}
	}
}

// harm reads the output as a browser does and names the first thing in it that
// is not on the list of what may be there.
func harm(out string) string {
	z := html.NewTokenizer(strings.NewReader(out))
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return ""
		case html.TextToken, html.EndTagToken:
			continue
		case html.CommentToken, html.DoctypeToken:
			return z.Token().String()
		}
		t := z.Token()
		if !strings.Contains(" p br hr em strong code pre blockquote ul ol li h4 h5 h6 a ", " "+t.Data+" ") {
			return t.String()
		}
		attrs := map[string]string{}
		for _, a := range t.Attr {
			attrs[a.Key] = a.Val
			switch a.Key {
			case "dir", "rel", "start":
			case "href":
				scheme, _, ok := strings.Cut(strings.ToLower(strings.TrimSpace(a.Val)), ":")
				if ok && scheme != "http" && scheme != "https" && scheme != "mailto" && !strings.ContainsAny(scheme, "/?#") {
					return t.String()
				}
			default:
				return t.String()
			}
		}
		if _, ok := attrs["href"]; ok && attrs["rel"] != "nofollow noopener ugc" {
			return t.String()
		}
	}
}

func TestText(t *testing.T) {
	cases := []struct{ name, src, want string }{
		{"blocks", "# A *b*\n\nc\nd &amp; \\*e\\*\n\n---\n\nf", "A b\n\nc\nd & *e*\n\nf"},
		{"tight list", "a\n\n- b\n- c\n  1. d\n  2. e\n- f\n\ng", "a\n\n- b\n- c\n  1. d\n  2. e\n- f\n\ng"},
		{"loose list", "- b\n\n- c\n\n  d\n  e", "- b\n\n- c\n\n  d\n  e"},
		{"quote", "> a\n> b\n>\n> c\n\nd", "> a\n> b\n>\n> c\n\nd"},
		{"code", "a\n\n```\nb  <c>\n\n  d\n```\ne", "a\n\nb  <c>\n\n  d\n\ne"},
		{"links", "[a](https://x.example) https://y.example <b@x.example> [c](/own) [d](mailto:d@x.example)",
			"a (https://x.example) https://y.example b@x.example c d (d@x.example)"},
		{"picture", "![cat](x.png)", "cat"},
		{"typed markup", "<b>x</b>", "<b>x</b>"},
		{"nothing", "\n", ""},
	}
	r := markdown.New()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, r.Text(c.src)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDeepNestingStaysShallow(t *testing.T) {
	r := markdown.New()
	for _, marker := range []string{">", "> ", "- ", "1. ", "2) ", ">- "} {
		out := r.HTML("a\n\n" + strings.Repeat(marker, 10000) + "b")
		if n := strings.Count(out, "<blockquote") + strings.Count(out, "<li"); n < 2 || n > 40 {
			t.Errorf("%q nests %d deep", marker, n)
		}
	}
	if got := r.HTML(strings.Repeat("- ", 40)); strings.Contains(got, "<li") {
		t.Errorf("a rule of dashes became %q", got)
	}
}

func TestExcerpt(t *testing.T) {
	r := markdown.New()
	for _, c := range []struct {
		src   string
		runes int
		want  string
	}{
		{"# A\n\n- b\n- [c](https://x.example)\n\n> d", 40, "A b c d"},
		{"one two three four", 12, "one two…"},
		{"one two, three", 9, "one two…"},
		{"one two", 7, "one two"},
		{"éééééééééé", 5, "éééé…"},
		{"abc", 1, "…"},
		{"abc", 0, ""},
	} {
		if got := r.Excerpt(c.src, c.runes); got != c.want {
			t.Errorf("Excerpt(%q, %d) = %q, want %q", c.src, c.runes, got, c.want)
		}
	}
}

func TestOneRendererForAll(t *testing.T) {
	r := markdown.New()
	want := r.HTML(strings.Join(attacks, "\n\n"))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if r.HTML(strings.Join(attacks, "\n\n")) != want {
				t.Error("another result beside others")
			}
		})
	}
	group.Wait()
}

func FuzzHTML(f *testing.F) {
	for _, src := range attacks {
		f.Add(src)
	}
	f.Add("- a\n  1. b\n> c\n```\nd")
	r := markdown.New()
	f.Fuzz(func(t *testing.T, src string) {
		out := r.HTML(src)
		if bad := harm(out); bad != "" {
			t.Fatalf("%q gives %s in %q", src, bad, out)
		}
		r.Text(src)
		if short := r.Excerpt(src, 20); utf8.RuneCountInString(short) > 20 || strings.Contains(short, "\n") {
			t.Fatalf("excerpt %q", short)
		}
	})
}
