package desk

import (
	"tribune/know"
	"tribune/web/page"
)

// settings lists the settings that the reader may see.
func settings(v *page.View) (all []Tab) {
	add := func(verb know.Verb, path, name string) {
		if know.May(v.Actor, verb, know.Subject{Audience: know.Team}) {
			all = append(all, Tab{Name: name, Href: path, Current: v.Path == path})
		}
	}
	add(know.Configure, "/desk/settings", v.T("Look and words"))
	add(know.Invite, "/desk/settings/team", v.T("Team"))
	add(know.Configure, "/desk/settings/mail", v.T("Mail"))
	add(know.Configure, "/desk/settings/rules", v.T("Rules"))
	add(know.Inspect, "/desk/settings/audit", v.T("Audit"))
	add(know.Decide, "/desk/charter", v.T("Purpose and charter"))
	return append(all, Tab{Name: v.T("How we listen"), Href: "/how-we-listen"})
}
