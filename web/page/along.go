package page

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"tribune/gate"
	"tribune/know"
)

// A visitor who opened a share link has its code in the address (?via=), and
// keeps it there while they look around: the links of a page opened with a
// code lead on with it, and so do its searches and what comes of its forms.
// Nothing is kept with the visitor or about them. A page that was kept for
// others is another one by its address, so a code is only ever on pages that
// were asked for with it.

// via is the name under which a share link's code stands in an address.
const via = "via"

// What is led on: links within the site, and forms, of which those that are
// posted say so in the address they lead to.
var (
	codeShape = regexp.MustCompile(`^[A-Za-z0-9]{1,40}$`)
	leadsOn   = regexp.MustCompile(`<a\s(?:[^>]*\s)?href="(/(?:[^/"\\][^"]*)?|\?[^"]*)"|<form\b[^>]*>`)
)

// Via gives the code with which a visitor asks for a page; "" without one, and
// for members. What is posted, or fetched by script, is asked for from a page.
func Via(r *http.Request) string {
	if gate.From(r.Context()).ID != 0 {
		return ""
	}
	if code := r.URL.Query().Get(via); codeShape.MatchString(code) {
		return code
	}
	if r.Method == http.MethodGet && !Partial(r) {
		return ""
	}
	return viaOfReferer(r)
}

func viaOfReferer(r *http.Request) string {
	if from, err := url.Parse(r.Referer()); err == nil && from.Host == r.Host {
		return Code(r.Referer())
	}
	return ""
}

// Along takes the code of a share link along to where somebody goes after
// signing in: that of the address itself, or of the page they come from.
func Along(r *http.Request, next string) string {
	code := Via(r)
	if code == "" && gate.From(r.Context()).ID == 0 {
		code = viaOfReferer(r)
	}
	return With(next, code)
}

// With gives an address of this site with a code in it; one that has one keeps it.
func With(next, code string) string {
	if code == "" || Code(next) != "" {
		return next
	}
	to, err := url.Parse(next)
	if err != nil {
		return next
	}
	if to.Path == "" {
		to.Path = "/"
	}
	q := to.Query()
	q.Set(via, code)
	to.RawQuery = q.Encode()
	if with := know.SafeNext(to.String()); with != "" {
		return with
	}
	return next
}

// Code gives the code of a share link in an address of this site.
func Code(next string) string {
	to, err := url.Parse(next)
	if err != nil || !codeShape.MatchString(to.Query().Get(via)) {
		return ""
	}
	return to.Query().Get(via)
}

// Without gives the address without the code, once it is used.
func Without(next string) string {
	to, err := url.Parse(next)
	if err != nil || !strings.Contains(to.RawQuery, via+"=") {
		return next
	}
	q := to.Query()
	q.Del(via)
	to.RawQuery = q.Encode()
	return to.String()
}

// ledOn has the links of a page lead on with the code it was asked for with.
// Files and feeds stay as they are: who takes one keeps its address.
func ledOn(w http.ResponseWriter, r *http.Request, html []byte) []byte {
	code := Via(r)
	if code == "" {
		return html
	}
	w.Header().Set("X-Robots-Tag", "noindex, nofollow") // the page itself stands without the code
	var out bytes.Buffer
	rest := 0
	for _, at := range leadsOn.FindAllSubmatchIndex(html, -1) {
		out.Write(html[rest:at[1]])
		rest = at[1]
		switch tag := html[at[0]:at[1]]; {
		case at[2] >= 0:
			out.Truncate(out.Len() - 1 - (at[3] - at[2]))
			out.WriteString(hrefWith(string(html[at[2]:at[3]]), code) + `"`)
		case !bytes.Contains(tag, []byte(`method="post"`)):
			out.WriteString(`<input type="hidden" name="` + via + `" value="` + code + `">`)
		}
	}
	out.Write(html[rest:])
	return out.Bytes()
}

// hrefWith puts the code into an address as it stands in HTML.
func hrefWith(href, code string) string {
	to, part, _ := strings.Cut(href, "#")
	path, query, asks := strings.Cut(to, "?")
	last := path[strings.LastIndex(path, "/")+1:]
	if strings.Contains(last, ".") || strings.Contains(query, via+"=") {
		return href
	}
	if asks && query != "" {
		to += "&amp;"
	} else {
		to = path + "?"
	}
	to += via + "=" + code
	if part != "" {
		to += "#" + part
	}
	return to
}
