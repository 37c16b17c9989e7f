package settings

import (
	"net/http"
	"slices"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/web/page"
)

// rule is a verb whose least role can be chosen.
type rule struct {
	verb  know.Verb
	what  string
	least know.Role
	roles []know.Role
}

// order is the verbs as the page lists them: what customers do, then what the
// team does.
func order() []know.Verb {
	return []know.Verb{know.AddVoice, know.Write, know.Propose, know.Comment, know.Publish, know.Hide, know.Decide, know.Release, know.Tune, know.Invite, know.Inspect}
}

func rules(v *page.View) (all []rule) {
	adjustable := know.Adjustable()
	for _, verb := range order() {
		if roles, ok := adjustable[verb]; ok {
			all = append(all, rule{verb, verbWords(v, verb), v.Site.Rules.LeastFor(verb), roles})
		}
	}
	return all
}

func verbWords(v *page.View, verb know.Verb) string {
	switch verb {
	case know.AddVoice:
		return v.T("Put their own words behind an idea")
	case know.Write:
		return v.T("Write to the team")
	case know.Propose:
		return v.T("Propose an idea")
	case know.Comment:
		return v.T("Comment on an idea")
	case know.Publish:
		return v.T("Publish on the tribune, under their own name")
	case know.Hide:
		return v.T("Hide what somebody wrote, with a reason")
	case know.Decide:
		return v.T("Decide on ideas")
	case know.Release:
		return v.T("Say what has changed, in a release")
	case know.Tune:
		return v.T("Change sources and standing queries, and import")
	case know.Invite:
		return v.T("Invite people to the team")
	case know.Inspect:
		return v.T("See what staff did")
	}
	return string(verb)
}

// atLeast names everybody from a role up.
func atLeast(v *page.View, r know.Role) string {
	switch r {
	case know.Owner:
		return v.T("owners only")
	case know.Staff:
		return v.T("the team")
	case know.Member:
		return v.T("members, and the team")
	}
	return v.T("anybody")
}

func options(v *page.View, r rule) (all []page.Option) {
	for _, role := range r.roles {
		all = append(all, page.Option{Value: value(role), Name: atLeast(v, role)})
	}
	return all
}

// value writes a role in a form; a visitor has the empty one.
func value(r know.Role) string {
	if r == know.Visitor {
		return "visitor"
	}
	return string(r)
}

func (p panel) rules(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return p.showRules(w, r, v, page.Wrong{})
}

func (p panel) showRules(w http.ResponseWriter, r *http.Request, v *page.View, wrong page.Wrong) error {
	v.Title = v.T("Who may do what")
	return p.ShowDesk(w, r, v, rulesPage(v, rules(v), wrong))
}

func (p panel) setRules(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	err := p.People.Change(r.Context(), v.Actor, func(s *know.Site) (err error) {
		least := map[know.Verb]know.Role{}
		for verb, roles := range know.Adjustable() {
			least[verb] = s.Rules.LeastFor(verb)
			if !r.PostForm.Has(string(verb)) {
				continue // as it was
			}
			chosen := slices.IndexFunc(roles, func(role know.Role) bool { return r.PostForm.Get(string(verb)) == value(role) })
			if chosen < 0 {
				return fault.New(fault.Invalid, "“{what}” cannot be given to them. Choose one of those that are offered; nothing was changed.", "what", verbWords(v, verb))
			}
			least[verb] = roles[chosen]
		}
		s.Rules.Least = least
		return nil
	})
	if err != nil {
		var wrong page.Wrong
		if err := v.Wrong(err, &wrong); err != nil {
			return err
		}
		return p.showRules(w, r, v, wrong)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/desk/settings/rules")
}
