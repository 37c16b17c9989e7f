package settings

import (
	"net/http"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/web/mail"
	"tribune/web/page"
)

// teamView is the team, and an invitation as it was typed.
type teamView struct {
	team        []know.Person
	name, email string
	role        know.Role
	link        string       // to hand over, just made
	invited     know.Invited // what just became of an invitation
	mailed      bool
	mailSet     bool
	wrong       page.Wrong
}

func (p panel) team(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return p.showTeam(w, r, v, teamView{role: know.Staff, mailed: true})
}

func (p panel) showTeam(w http.ResponseWriter, r *http.Request, v *page.View, t teamView) (err error) {
	if err := know.Require(v.Actor, know.Invite, know.Subject{Audience: know.Team}); err != nil {
		return err
	}
	if t.team, err = p.People.Team(r.Context()); err != nil {
		return err
	}
	t.mailSet = mail.Set(p.Kit, v.Site)
	v.Title = v.T("Team")
	return p.ShowDesk(w, r, v, teamPage(v, t))
}

// invite shows what became of an invitation: the link of somebody new, this once.
func (p panel) invite(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	t := teamView{name: r.PostForm.Get("name"), email: r.PostForm.Get("email"), role: know.Role(r.PostForm.Get("role")), mailed: r.PostForm.Get("mailed") == "1"}
	in, err := p.People.Invite(r.Context(), v.Actor, t.name, t.email, t.role, t.mailed)
	if err != nil {
		if err := v.Wrong(err, &t.wrong); err != nil {
			return err
		}
		return p.showTeam(w, r, v, t)
	}
	w.Header().Set("Cache-Control", "no-store")
	done := teamView{invited: in, role: know.Staff, mailed: t.mailed}
	if in.Secret != "" {
		done.link = p.URL + "/signin/" + in.Secret
	}
	return p.showTeam(w, r, v, done)
}

func (p panel) setRole(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	role := know.Role(r.PostForm.Get("role"))
	if id == v.Actor.ID && v.Actor.Role == know.Owner && role != know.Owner {
		t := teamView{role: know.Staff, mailed: true}
		err := fault.New(fault.Conflict, "You would no longer be an owner. Let another owner change your role.")
		if err := v.Wrong(err, &t.wrong); err != nil {
			return err
		}
		return p.showTeam(w, r, v, t)
	}
	if err := p.People.SetRole(r.Context(), v.Actor, id, role, r.PostForm.Get("leads") == "1"); err != nil {
		t := teamView{role: know.Staff, mailed: true}
		if err := v.Wrong(err, &t.wrong); err != nil {
			return err
		}
		return p.showTeam(w, r, v, t)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/desk/settings/team")
}

// roles are those that the reader may give.
func roles(v *page.View, out bool) (all []page.Option) {
	if v.Actor.Role == know.Owner {
		all = append(all, page.Option{Value: string(know.Owner), Name: role(v, know.Owner)})
	}
	all = append(all, page.Option{Value: string(know.Staff), Name: role(v, know.Staff)})
	if out {
		all = append(all, page.Option{Value: string(know.Member), Name: v.T("not of the team any more")})
	}
	return all
}

func role(v *page.View, r know.Role) string {
	switch r {
	case know.Owner:
		return v.T("owner")
	case know.Staff:
		return v.T("staff")
	case know.Member:
		return v.T("member")
	case know.Guest:
		return v.T("without an account")
	}
	return v.T("anybody")
}
