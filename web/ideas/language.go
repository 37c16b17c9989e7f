package ideas

import (
	"net/http"
	"slices"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"tribune/gate"
	"tribune/web/page"
)

// written is the name of the cookie that remembers in which language somebody
// writes here, if it is not the one they read.
const written = "written"

// writtenIn is the language that a form takes somebody's words to be in at
// first: the one they chose before, else that of the page. A visitor has to
// sign in first, and the same page is shown to all of them.
func writtenIn(r *http.Request, v *page.View) string {
	if c, err := r.Cookie(written); err == nil && v.Actor.ID != 0 && slices.Contains(tongues(), c.Value) {
		return c.Value
	}
	return v.Lang()
}

// ownWords gives who writes in another language than they read the page that
// says so, and everybody else the common one.
func ownWords(own, common http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie(written); err == nil && gate.From(r.Context()).ID != 0 {
			own.ServeHTTP(w, r)
			return
		}
		common.ServeHTTP(w, r)
	})
}

// remember keeps the language that was chosen for the next words.
func remember(w http.ResponseWriter, v *page.View, chosen string) {
	c := &http.Cookie{Name: written, Value: chosen, Path: "/ideas", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if chosen == v.Lang() || !slices.Contains(tongues(), chosen) {
		c.Value, c.MaxAge = "", -1
	}
	http.SetCookie(w, c)
}

// tongues are the languages one chooses from, as BCP 47 tags.
func tongues() []string {
	return []string{"ar", "bg", "bn", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "ga", "gl", "he", "hi", "hr", "hu", "id", "is",
		"it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "th", "tr", "uk", "ur", "vi", "zh"}
}

// named holds the languages as they are called in each language of pages:
// naming and ordering them takes longer than the rest of a page.
type named struct {
	mu      sync.Mutex
	options map[string][]page.Option
}

// languages are those that somebody chooses from, by their names in the
// reader's language; one that was said otherwise stays.
func (h handlers) languages(v *page.View, chosen string) []page.Option {
	h.named.mu.Lock()
	defer h.named.mu.Unlock()
	options, ok := h.named.options[v.Lang()]
	if !ok {
		options = inOrder(v)
		h.named.options[v.Lang()] = options
	}
	if chosen != "" && !slices.Contains(tongues(), chosen) {
		return append([]page.Option{{Value: chosen, Name: v.Language(chosen)}}, options...)
	}
	return options
}

func inOrder(v *page.View) []page.Option {
	tags := tongues()
	options := make([]page.Option, len(tags))
	for i, tag := range tags {
		options[i] = page.Option{Value: tag, Name: v.Language(tag)}
	}
	order := collate.New(language.Make(v.Lang()))
	slices.SortFunc(options, func(a, b page.Option) int { return order.CompareString(a.Name, b.Name) })
	return options
}
