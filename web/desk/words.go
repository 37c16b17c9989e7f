package desk

import (
	"net/url"
	"strings"

	"tribune/converse"
	"tribune/listen"
	"tribune/web/page"
)

// Why says in a word or two where a thread came from.
func Why(v *page.View, t converse.Thread) string {
	if t.Kind == converse.OfTell {
		return v.T("to be told")
	}
	return Place(v, t.Place)
}

// Rule says why a thread waits in the inbox, so that the rule can be overruled.
func Rule(v *page.View, t converse.Thread) string {
	switch t.Why {
	case converse.Addressed:
		return v.T("It is here because it was sent to us.")
	case converse.Asks:
		return v.T("It is here because it asks something.")
	case converse.Complains:
		return v.T("It is here because it complains.")
	case converse.ByHand:
		return v.T("It is here because one of us thought it should be.")
	case converse.ToTell:
		return v.T("It is here because they asked for this and cannot be reached by mail.")
	}
	return ""
}

// MentionPlace says where a mention was said: the host of its address, else
// the road it came by and its source.
func MentionPlace(v *page.View, m listen.Mention) string {
	if u, err := url.Parse(m.URL); err == nil && u.Host != "" {
		return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	}
	if m.SourceName == "" {
		return Place(v, string(m.Kind))
	}
	return Place(v, string(m.Kind)) + ", " + m.SourceName
}
