package radar

import (
	"strings"

	"tribune/converse"
	"tribune/listen"
	"tribune/web/page"
)

// found says by which rule a mention wants an answer, or that none found one.
func found(v *page.View, m listen.Mention) string {
	if converse.Rule(m) == converse.Addressed {
		return v.T("It was sent to us: it wants an answer, whatever it says.")
	}
	if m.Asks == listen.NoAsk {
		if !toOrAboutUs(m) {
			return v.T("The rule did not look at it: it was not sent to us, and no standing query about us finds it.")
		}
		return v.T("No rule found that it wants an answer.")
	}
	ask, phrase := listen.AskOf(m.Text)
	switch {
	case ask != m.Asks: // the rule was another when it was heard
		return v.T("It wants an answer, by the rule as it was when this was heard.")
	case ask == listen.Complains:
		return v.T("It complains, says the rule: it holds “{phrase}”.", "phrase", phrase)
	}
	return v.T("It asks, says the rule: it holds “{phrase}”.", "phrase", phrase)
}

// unopened says why a mention that wants an answer opened no conversation.
func unopened(v *page.View, m listen.Mention) string {
	switch {
	case m.Asks == listen.NoAsk || converse.Rule(m) != "":
		return ""
	case m.CopyOf != 0:
		return v.T("It opened no conversation, because it repeats what was said elsewhere.")
	case !toOrAboutUs(m):
		return v.T("It opened no conversation, because no standing query about us finds it now.")
	}
	return v.T("It opened no conversation, because it was old when it was heard, or is about a rival.")
}

// toOrAboutUs reports whether the rule looks at a mention at all.
func toOrAboutUs(m listen.Mention) bool {
	if m.Addressed {
		return true
	}
	for _, p := range m.Purposes {
		if p == listen.Us {
			return true
		}
	}
	return false
}

// complaints and requests are the words of the rule, in one line.
func complaints() string {
	all, _ := listen.AskRule()
	return strings.Join(all, " · ")
}

func requests() string {
	_, all := listen.AskRule()
	return strings.Join(all, " · ")
}
