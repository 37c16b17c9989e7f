package trends

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tribune/measure/digest"
	"tribune/web/page"
)

// digestForm is when somebody wants a digest, as typed.
type digestForm struct {
	every string // "", day, or the number of the day of the week
	hour  string
	zone  string
	wrong page.Wrong
}

// digestChosen fills the form with what the reader chose.
func (x *trends) digestChosen(ctx context.Context, v *page.View) (digestForm, error) {
	w, err := x.Digests.Wish(ctx, v.Actor)
	f := digestForm{hour: strconv.Itoa(w.Hour), zone: w.Zone}
	if f.zone == "" {
		f.zone = v.Site.Zone
	}
	switch w.Every {
	case digest.Day:
		f.every = "day"
	case digest.Week:
		f.every = strconv.Itoa(int(w.Weekday))
	}
	return f, err
}

func (x *trends) chooseDigest(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := digestForm{every: r.PostForm.Get("every"), hour: r.PostForm.Get("hour"), zone: strings.TrimSpace(r.PostForm.Get("zone"))}
	wish := digest.Wish{Zone: f.zone, Hour: int(count(f.hour))}
	switch f.every {
	case "":
	case "day":
		wish.Every = digest.Day
	default:
		wish.Every, wish.Weekday = digest.Week, time.Weekday(count(f.every))
	}
	if err := x.Digests.Choose(r.Context(), v.Actor, wish); err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		return x.showChosen(w, r, v, webhookForm{}, &f)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/desk/radar/alerts#digest")
}

// everies are how often a digest can come.
func everies(v *page.View) []page.Option {
	return []page.Option{{Value: "", Name: v.T("never")}, {Value: "day", Name: v.T("every day")},
		{Value: "1", Name: v.T("on Mondays")}, {Value: "2", Name: v.T("on Tuesdays")}, {Value: "3", Name: v.T("on Wednesdays")}, {Value: "4", Name: v.T("on Thursdays")},
		{Value: "5", Name: v.T("on Fridays")}, {Value: "6", Name: v.T("on Saturdays")}, {Value: "0", Name: v.T("on Sundays")}}
}

func hours() (all []page.Option) {
	for h := range 24 {
		all = append(all, page.Option{Value: strconv.Itoa(h), Name: fmt.Sprintf("%02d:00", h)})
	}
	return all
}
