package home

import (
	"tribune/listen"
	"tribune/web/page"
)

// kindTitle names a place that has no public name of its own.
func kindTitle(v *page.View, k listen.SourceKind) string {
	switch k {
	case listen.ImportSource:
		return v.T("Files we were given")
	case listen.FormSource:
		return v.T("Forms on our own pages")
	case listen.MailSource, listen.MailboxSource:
		return v.T("Letters to us")
	case listen.APISource, listen.WebhookSource:
		return v.T("Other programs of ours")
	case listen.WebmentionSource:
		return v.T("Pages that link to ours")
	}
	return v.T("A feed")
}

// kindLine says what we take from a place.
func kindLine(v *page.View, p listen.Place) string {
	switch {
	case p.Paused:
		return v.T("paused: nothing new is heard there; what was heard is kept as long as all else")
	case p.Kind == listen.ImportSource && p.Name != "":
		return v.T("what of it somebody of us brings in")
	case p.Kind == listen.ImportSource:
		return v.T("reviews and posts that somebody of us brought in")
	case p.Kind == listen.FormSource:
		return v.T("all that is written there, because it is written to us")
	case p.Kind == listen.MailSource || p.Kind == listen.MailboxSource:
		return v.T("all of them, because they are written to us; never public")
	case p.Kind == listen.APISource || p.Kind == listen.WebhookSource:
		return v.T("what they pass on to us: letters and calls, and what was said in public elsewhere")
	case p.Kind == listen.WebmentionSource:
		return v.T("those whose authors tell us of the link (Webmention)")
	case p.Addressed:
		return v.T("all that appears there, because it is written to us")
	}
	return v.T("what names us; the rest is thrown away after 7 days")
}
