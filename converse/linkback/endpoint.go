package linkback

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"tribune/internal/fetch"
)

const rel = "webmention"

// endpoint gives where a page wants to be told: by the first Link header that
// says so, else the first link or a element in the order of the page (section
// 3.1.2). It is empty if the page names none.
func endpoint(answer *fetch.Response) string {
	at, err := url.Parse(answer.URL)
	if err != nil {
		return ""
	}
	where, found := inHeader(answer.Header.Values("Link"))
	if !found {
		where, found = inPage(string(answer.Body))
	}
	if !found {
		return ""
	}
	to, err := at.Parse(strings.TrimSpace(where))
	if err != nil || to.Scheme != "http" && to.Scheme != "https" {
		return ""
	}
	to.Fragment = ""
	return to.String()
}

// inHeader reads Link headers (RFC 8288): <address>; rel="a webmention", ...
func inHeader(lines []string) (string, bool) {
	for _, line := range lines {
		for line != "" {
			open, end := strings.IndexByte(line, '<'), strings.IndexByte(line, '>')
			if open < 0 || end < open {
				break
			}
			address, rest := line[open+1:end], line[end+1:]
			next := strings.Index(rest, ",<")
			if next < 0 {
				next = strings.Index(rest, ", <")
			}
			parameters := rest
			if line = ""; next >= 0 {
				parameters, line = rest[:next], rest[next+1:]
			}
			for p := range strings.SplitSeq(parameters, ";") {
				name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
				if strings.EqualFold(strings.TrimSpace(name), "rel") && has(strings.Trim(strings.TrimSpace(value), `"`)) {
					return address, true
				}
			}
		}
	}
	return "", false
}

// inPage finds the first link or a element with that rel and an address.
func inPage(page string) (string, bool) {
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return "", false
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.Data != "a" && t.Data != "link" {
				continue
			}
			var rels string
			href, there := "", false
			for _, a := range t.Attr {
				switch a.Key {
				case "rel":
					rels = a.Val
				case "href":
					href, there = a.Val, true
				}
			}
			if there && has(rels) {
				return href, true
			}
		}
	}
}

func has(rels string) bool {
	return slices.ContainsFunc(strings.Fields(rels), func(r string) bool { return strings.EqualFold(r, rel) })
}
