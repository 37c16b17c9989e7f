package workshop

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"tribune/know"
	"tribune/shape"
	"tribune/shape/charter"
	"tribune/web/desk"
	"tribune/web/page"
)

// votersShown is how many voters are named at once.
const votersShown = 200

// opened is an idea with all that the desk can do with it.
type opened struct {
	idea      shape.Idea
	into      shape.Idea // what it became part of
	decisions []shape.Decision
	told      map[int64]shape.Told
	nameless  bool // its author left and took the words along
	voices    []shape.Voice
	more      string // address of the further voices
	voters    []shape.Voter
	against   []shape.Voter
	faces     desk.Faces
	statuses  []shape.Status
	releases  []shape.Release
	calls     []shape.Call
	entitled  shape.Entitled
	bound     shape.Bound
	charter   charter.Version // that holds
	signed    map[int64]charter.Override

	form  string // the form that was filled in wrongly
	typed map[string]string
	wrong page.Wrong
}

func (x *workshop) idea(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	return x.showIdea(w, r, v, id, opened{})
}

func (x *workshop) showIdea(w http.ResponseWriter, r *http.Request, v *page.View, id int64, o opened) (err error) {
	ctx, a := r.Context(), v.Actor
	if o.idea, err = x.Ideas.Idea(ctx, a, id); err != nil {
		return err
	}
	v.Title, v.Section = o.idea.Title, "ideas"
	if o.idea.MergedInto != 0 {
		if o.into, err = x.Ideas.Idea(ctx, a, o.idea.MergedInto); err != nil {
			return err
		}
	}
	after, _ := strconv.ParseInt(r.URL.Query().Get("voices"), 10, 64)
	if o.voices, err = x.Ideas.Voices(ctx, a, id, after, 30); err != nil {
		return err
	}
	if len(o.voices) == 30 {
		o.more = desk.Link("/desk/ideas/%d?voices=%d#voices", id, o.voices[29].ID)
	}
	if o.voters, err = x.Ideas.Voters(ctx, a, id); err != nil {
		return err
	}
	if o.against, err = x.Ideas.VotersAgainst(ctx, a, id); err != nil {
		return err
	}
	if o.nameless, err = x.Ideas.Nameless(ctx, o.idea); err != nil {
		return err
	}
	if err := x.decided(r, v, &o); err != nil {
		return err
	}
	return x.ShowDesk(w, r, v, ideaPage(v, o))
}

// decided reads the decisions on an idea, and what deciding again needs.
func (x *workshop) decided(r *http.Request, v *page.View, o *opened) (err error) {
	ctx, a, id := r.Context(), v.Actor, o.idea.ID
	if o.decisions, err = x.Ideas.Decisions(ctx, a, id); err != nil {
		return err
	}
	people, accounts := []int64{o.idea.Person}, []int64{}
	o.told = map[int64]shape.Told{}
	for _, d := range o.decisions {
		people = append(people, d.By)
		if o.told[d.ID], err = x.Ideas.Told(ctx, a, d.ID); err != nil {
			return err
		}
	}
	for _, voice := range o.voices {
		people, accounts = append(people, voice.Person, voice.AddedBy), append(accounts, voice.Account)
	}
	if o.faces, err = desk.Meet(ctx, x.Kit, people, accounts); err != nil {
		return err
	}
	if o.statuses, err = x.Ideas.Statuses(ctx); err != nil {
		return err
	}
	if o.releases, _, err = x.Ideas.Releases(ctx, a, "", 30); err != nil {
		return err
	}
	if o.calls, err = x.Ideas.Calls(ctx, a, false); err != nil {
		return err
	}
	if o.entitled, err = x.Ideas.Entitled(ctx, a, id); err != nil {
		return err
	}
	return x.promised(r, o)
}

// promised reads what the charter says of an idea, and of its decisions.
func (x *workshop) promised(r *http.Request, o *opened) (err error) {
	ctx := r.Context()
	if o.bound, err = x.Ideas.Bound(ctx, o.idea); err != nil {
		return err
	}
	if o.charter, err = x.Charter.Current(ctx); err != nil {
		return err
	}
	ids := make([]int64, len(o.decisions))
	for n, d := range o.decisions {
		ids[n] = d.ID
	}
	o.signed, err = x.Charter.OverridesOf(ctx, ids)
	return err
}

// fault is what is wrong with one of the page's forms.
func (o opened) fault(form string) page.Wrong {
	if o.form != form {
		return page.Wrong{}
	}
	return o.wrong
}

// value is what was typed into a field of a form that is shown again, else
// what stands there at first.
func (o opened) value(form, field, first string) string {
	if o.form != form {
		return first
	}
	return o.typed[field]
}

// on runs what a form asks of an idea. If its input was wrong the idea is
// shown again with what was typed.
func (x *workshop) on(w http.ResponseWriter, r *http.Request, v *page.View, form, done string, do func(id int64) error) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	if err := do(id); err != nil {
		o := opened{form: form, typed: typed(r)}
		if err := v.Wrong(err, &o.wrong); err != nil {
			return err
		}
		return x.showIdea(w, r, v, id, o)
	}
	page.Flash(w, r, done)
	if r.PostForm.Get("back") == "hidden" {
		return page.Back(w, r, "/desk/hidden")
	}
	return page.Back(w, r, desk.Link("/desk/ideas/%d", id))
}

// decide makes a decision. The status field holds a stage, or a stage and the
// team's own name for it: "planned", "planned|Next spring".
func (x *workshop) decide(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.on(w, r, v, "decide", "decided", func(id int64) error {
		stage, status, _ := strings.Cut(r.PostForm.Get("status"), "|")
		n := shape.NewDecision{Stage: shape.Stage(stage), Status: status, Reason: r.PostForm.Get("reason"), Language: v.Lang(),
			Override: charter.Signature{Reason: r.PostForm.Get("override.reason"), Name: r.PostForm.Get("override.signer")}}
		n.Purpose, n.Clause = cited(r.PostForm.Get("cites"))
		var err error
		if n.PromisedAt, err = endOfDay(r.PostForm.Get("promised_at"), v.Zone()); err != nil {
			return err
		}
		if n.Stage == shape.Shipped {
			if n.Release, _ = strconv.ParseInt(r.PostForm.Get("release"), 10, 64); n.Release == 0 {
				idea, err := x.Ideas.Idea(r.Context(), v.Actor, id)
				if err != nil {
					return err
				}
				n.NewRelease = &shape.NewRelease{Title: first(r.PostForm.Get("title"), idea.Title), Body: first(r.PostForm.Get("body"), n.Reason), Language: v.Lang()}
			}
		}
		_, err = x.Ideas.Decide(r.Context(), v.Actor, id, n)
		return err
	})
}

func (x *workshop) sort(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.on(w, r, v, "sort", "saved", func(id int64) error {
		list := tags(r.PostForm.Get("tags"))
		call, _ := strconv.ParseInt(r.PostForm.Get("call"), 10, 64)
		e := shape.IdeaEdit{Tags: &list}
		idea, err := x.Ideas.Idea(r.Context(), v.Actor, id)
		if err != nil {
			return err
		}
		if idea.Call != call {
			e.Call = &call
		}
		if _, err = x.Ideas.Edit(r.Context(), v.Actor, id, e); err != nil {
			return err
		}
		was := r.PostForm.Get("clause_was")
		if clause := r.PostForm.Get("clause_id"); clause != was {
			id64, _ := strconv.ParseInt(clause, 10, 64)
			_, err = x.Ideas.Cite(r.Context(), v.Actor, id, id64)
		}
		return err
	})
}

// entitle gives an idea a title of ours, if its author took theirs along.
func (x *workshop) entitle(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.on(w, r, v, "title", "saved", func(id int64) error {
		title, lang := r.PostForm.Get("title"), v.Lang()
		_, err := x.Ideas.Edit(r.Context(), v.Actor, id, shape.IdeaEdit{Title: &title, Language: &lang})
		return err
	})
}

func (x *workshop) hide(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.on(w, r, v, "hide", "saved", func(id int64) error { return x.Ideas.Hide(r.Context(), v.Actor, id, r.PostForm.Get("reason")) })
}

func (x *workshop) showAgain(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.on(w, r, v, "hide", "saved", func(id int64) error { return x.Ideas.Show(r.Context(), v.Actor, id) })
}

// pickForMerge is the page on which one chooses the idea that another becomes
// part of.
func (x *workshop) pickForMerge(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	idea, err := x.Ideas.Idea(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	v.Title, v.Section = idea.Title, "ideas"
	f := finding{merge: id, text: strings.TrimSpace(r.URL.Query().Get("q"))}
	alike := f.text == ""
	if alike {
		f.text = idea.Title + " " + idea.Body
	}
	if err := x.fill(r, v, &f, alike); err != nil {
		return err
	}
	if alike {
		f.text = ""
	}
	return x.ShowDesk(w, r, v, mergePage(v, idea, f))
}

func (x *workshop) merge(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.on(w, r, v, "merge", "saved", func(id int64) error {
		into, _ := strconv.ParseInt(r.PostForm.Get("idea"), 10, 64)
		return x.Ideas.Merge(r.Context(), v.Actor, id, into)
	})
}

func (x *workshop) unmerge(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.on(w, r, v, "merge", "saved", func(id int64) error { return x.Ideas.Unmerge(r.Context(), v.Actor, id) })
}

// told is who was told of a decision, one by one.
type told struct {
	decision shape.Decision
	idea     shape.Idea
	count    shape.Told
	list     []shape.Telling
	next     string
	faces    desk.Faces
}

func (x *workshop) decision(w http.ResponseWriter, r *http.Request, v *page.View) error {
	ctx, a := r.Context(), v.Actor
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	var t told
	if t.decision, err = x.Ideas.Decision(ctx, a, id); err != nil {
		return err
	}
	if t.idea, err = x.Ideas.Idea(ctx, a, t.decision.Idea); err != nil {
		return err
	}
	if t.count, err = x.Ideas.Told(ctx, a, id); err != nil {
		return err
	}
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	if t.list, err = x.Ideas.Tellings(ctx, a, id, after, 100); err != nil {
		return err
	}
	if len(t.list) == 100 {
		t.next = desk.Link("/desk/decisions/%d?after=%d", id, t.list[99].ID)
	}
	people, accounts := []int64{t.decision.By}, []int64{}
	for _, x := range t.list {
		people, accounts = append(people, x.Person), append(accounts, x.Account)
	}
	if t.faces, err = desk.Meet(ctx, x.Kit, people, accounts); err != nil {
		return err
	}
	v.Title, v.Section = v.T("Who is told"), "ideas"
	return x.ShowDesk(w, r, v, toldPage(v, t))
}

// stageOptions are the stages and the team's own names for them.
func stageOptions(v *page.View, statuses []shape.Status) []page.Option {
	options := []page.Option{{Value: "", Name: v.T("choose …")}}
	for _, s := range shape.Stages() {
		options = append(options, page.Option{Value: string(s), Name: v.Stage(s, "")})
		for _, own := range statuses {
			if own.Stage == s {
				options = append(options, page.Option{Value: string(s) + "|" + own.Name, Name: v.T("{stage}: {status}", "stage", v.Stage(s, ""), "status", own.Name)})
			}
		}
	}
	return options
}

func releaseOptions(v *page.View, releases []shape.Release) []page.Option {
	options := []page.Option{{Value: "", Name: v.T("a new one, written here")}}
	for _, r := range releases {
		options = append(options, page.Option{Value: strconv.FormatInt(r.ID, 10), Name: v.T("{title}, {date}", "title", r.Title, "date", v.Date(r.ReleasedAt))})
	}
	return options
}

// because says why somebody is told.
func because(v *page.View, b shape.Because) string {
	switch b {
	case shape.Proposed:
		return v.T("proposed it")
	case shape.Voted:
		return v.T("voted for it")
	case shape.Opposed:
		return v.T("voted against it")
	case shape.Commented:
		return v.T("commented on it")
	case shape.Followed:
		return v.T("follows it")
	}
	return v.T("was quoted behind it")
}

// endOfDay reads a day of a form as its last moment in a zone, so that a
// promise for today still holds; "" is the zero time.
func endOfDay(text string, zone *time.Location) (time.Time, error) {
	t, err := dayOf(text, zone, "promised_at")
	if err != nil || t.IsZero() {
		return t, err
	}
	return t.AddDate(0, 0, 1).Add(-time.Second), nil
}

// silent reports whether a decision for this stage is told to nobody.
func silent(s shape.Stage) bool { return s == shape.Open || s == shape.UnderReview }

// may reports whether the reader may do something here at all.
func may(v *page.View, verb know.Verb) bool { return know.May(v.Actor, verb, know.Subject{}) }

// named gives an idea's title unless it is its number alone.
func named(i shape.Idea) string {
	if i.Title == shape.Untitled(i.ID) {
		return ""
	}
	return i.Title
}
