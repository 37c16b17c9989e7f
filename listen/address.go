package listen

import (
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tribune/internal/query"
	"tribune/know"
)

// maxAddress is the longest address that is kept, in bytes.
const maxAddress = 2048

// webAddress reads an address that a browser can open; ok is false for
// anything else.
func webAddress(s string) (u *url.URL, ok bool) {
	u, err := url.Parse(s)
	if err != nil || len(s) > maxAddress || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil {
		return nil, false
	}
	return u, true
}

// trackers are parameters that say how a reader came, not what they read.
var trackers = regexp.MustCompile(`^(utm_.*|fbclid|gclid|gclsrc|dclid|msclkid|yclid|igshid|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|ref_src|ref_url|wt_mc|at_medium|at_campaign|xtor)$`)

// canonical gives an address in the form in which two that open the same page
// are equal: host in lower case, without the default port, the fragment, the
// parameters that only track, and the slash at the end. http and https are one.
// It is empty if s is no address of the web, and only for comparing.
func canonical(s string) string {
	u, ok := webAddress(s)
	if !ok {
		return ""
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p := u.Port(); p != "" && p != "80" && p != "443" {
		host += ":" + p
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	var kept []string
	for _, pair := range strings.Split(u.RawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if pair != "" && !trackers.MatchString(strings.ToLower(name)) {
			kept = append(kept, pair)
		}
	}
	slices.Sort(kept)
	if len(kept) > 0 {
		path += "?" + strings.Join(kept, "&")
	}
	return host + path
}

// fediverseHandle is "@name@server". Without the first @ it is a mail address.
var fediverseHandle = regexp.MustCompile(`^@([\w.-]+)@([\w-]+(\.[\w-]+)+)$`)

// blueskyPage is the page of somebody on Bluesky, by their identifier.
var blueskyPage = regexp.MustCompile(`^bsky\.app/profile/(did:[a-z]+:[A-Za-z0-9._:%-]+)$`)

// accountOf says which account speaks: by a fediverse handle, else the
// author's own page, else a mail address (which stays unconfirmed), else the
// bare name at this source. Who gives none of these speaks as the source. What
// came by mail, call or form was said by whom a mail address names, if it gives one.
func accountOf(source int64, sourceName string, kind Kind, by Author) know.Account {
	name := by.Name
	if name == "" {
		name = by.Handle
	}
	letter := know.Account{Kind: know.Mail, Address: strings.ToLower(by.Email), Name: name}
	if by.Email != "" && (kind == KindMail || kind == KindCall || kind == KindForm) {
		return letter
	}
	if m := fediverseHandle.FindStringSubmatch(by.Handle); m != nil {
		page := by.URL
		if page == "" {
			page = "https://" + strings.ToLower(m[2]) + "/@" + m[1]
		}
		return know.Account{Kind: know.Fediverse, Address: strings.ToLower(m[1] + "@" + m[2]), Name: name, URL: page}
	}
	page := canonical(by.URL)
	if m := blueskyPage.FindStringSubmatch(page); m != nil {
		return know.Account{Kind: know.Bluesky, Address: strings.ToLower(m[1]), Name: name, URL: by.URL}
	}
	if page != "" {
		return know.Account{Kind: know.Web, Address: strings.ToLower(page), Name: name, URL: by.URL}
	}
	if by.Email != "" {
		return letter
	}
	who := by.Handle
	if who == "" {
		who = by.Name
	}
	if name == "" {
		name = sourceName
	}
	at := strconv.FormatInt(source, 10) + "/" + strings.Join(strings.Fields(query.Fold(who)), " ")
	return know.Account{Kind: know.NameOnly, Address: at, Name: name}
}

// isNobody reports whether an account stands for those at a source who gave no
// name: they are many, and not one author.
func isNobody(a know.Account) bool {
	return a.Kind == know.NameOnly && strings.HasSuffix(a.Address, "/")
}

// bareName gives the name by which alone an account is known at its source, ""
// if it is known by more, or is the source itself.
func bareName(a know.Account) string {
	if a.Kind != know.NameOnly {
		return ""
	}
	_, name, _ := strings.Cut(a.Address, "/")
	return name
}

// mailAddress reads a bare mail address; ok is false for anything else.
func mailAddress(s string) (address string, ok bool) {
	a, err := mail.ParseAddress(s)
	if err != nil || len(s) > 254 { // RFC 5321, section 4.5.3.1.3
		return "", false
	}
	return a.Address, true
}
