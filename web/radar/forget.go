package radar

import (
	"net/http"
	"strconv"

	"tribune/know"
	"tribune/web/page"
)

// forgetForm is how long strangers' words are kept, as typed.
type forgetForm struct {
	days  string
	wrong page.Wrong
}

func (x *radar) forgetting(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.showForgetting(w, r, v, forgetForm{days: strconv.Itoa(v.Site.Retention)})
}

func (x *radar) showForgetting(w http.ResponseWriter, r *http.Request, v *page.View, f forgetForm) error {
	v.Title, v.Section = v.T("Forgetting"), "radar"
	asks, err := x.Radar.ForgetAsks(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	return x.ShowDesk(w, r, v, forgetPage(v, asks, f))
}

func (x *radar) keepFor(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := forgetForm{days: r.PostForm.Get("retention")}
	days, err := strconv.Atoi(f.days)
	if err != nil {
		days = -1 // refused, with what it may be
	}
	if err := x.People.Change(r.Context(), v.Actor, func(s *know.Site) error { s.Retention = days; return nil }); err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		return x.showForgetting(w, r, v, f)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/desk/radar/forget")
}

func (x *radar) forgetAccount(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onSource(w, r, func(id int64) (to string, err error) {
		page.Flash(w, r, "removed")
		return "/desk/radar/forget", x.Radar.ForgetAccount(r.Context(), v.Actor, id)
	})
}

func (x *radar) refuseForget(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onSource(w, r, func(id int64) (to string, err error) {
		return "/desk/radar/forget", x.Radar.RefuseForget(r.Context(), v.Actor, id)
	})
}
