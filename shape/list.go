package shape

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tribune/internal/fault"
	"tribune/internal/query"
	"tribune/know"
	"tribune/storage"
)

// Sort is the order of a list of ideas, always from the most or latest on.
type Sort string

// The orders. The zero Sort is ByVotes.
const (
	ByVotes   Sort = "votes"
	ByNew     Sort = "new"
	ByDecided Sort = "decided" // decided ones only, the latest decision first
	ByVoices  Sort = "voices"  // those that most voices stand behind
)

// column gives the column that a list is ordered by, before the id.
func (s Sort) column() (string, error) {
	switch s {
	case "", ByVotes:
		return "votes", nil
	case ByNew:
		return "created_at", nil
	case ByDecided:
		return "decided_at", nil
	case ByVoices:
		return "voices", nil
	}
	return "", fault.New(fault.Invalid, "Ideas are sorted by votes, voices, new or decided.").On("sort")
}

// key gives what an idea has in that column.
func (s Sort) key(i Idea) int64 {
	switch s {
	case ByNew:
		return storage.Micros(i.CreatedAt)
	case ByDecided:
		return storage.Micros(i.DecidedAt)
	case ByVoices:
		return i.Voices
	}
	return i.Votes
}

// Filter says which ideas to list, and in what order. The zero Filter lists
// all that the asker may see, most votes first. Merged ideas are not listed,
// hidden and withdrawn ones in their author's own list alone.
type Filter struct {
	Text   string // words, all of them; the last may be only begun
	Stage  Stage
	Tag    string
	Call   int64
	Person int64 // who proposed them
	Sort   Sort
	Cursor string // of the page before; "" for the first
	Limit  int    // 1 to 100, 20 if 0

	Undecided bool // those without any decision
}

// TagCount is a tag and how many ideas that everybody may see carry it.
type TagCount struct {
	Tag   string
	Ideas int64
}

// The numbers that keep a list's cost apart from the number of ideas: a search
// looks at the newest maxHits ideas that match, and a tag that at most maxHits
// ideas carry is listed from those; one that more carry is so common that
// walking the order finds them soon.
const (
	maxHits      = 1000
	minBegun     = 3 // bytes of a word that may be only begun: less begins too many
	defaultLimit = 20
	maxLimit     = 100
)

// listing is a query being put together.
type listing struct {
	from  string
	where strings.Builder
	args  []any
}

// arg adds an argument and gives its hole.
func (l *listing) arg(v any) string {
	l.args = append(l.args, v)
	return "$" + strconv.Itoa(len(l.args))
}

// and adds a condition; each ? in it is one of the values.
func (l *listing) and(condition string, values ...any) {
	for _, v := range values {
		condition = strings.Replace(condition, "?", l.arg(v), 1)
	}
	if l.where.Len() > 0 {
		l.where.WriteString(" and ")
	}
	l.where.WriteString(condition)
}

// text gives the query. Where many ideas are looked at to find the few of a
// page, they are sorted by their numbers alone, and the words read afterwards.
// An order that only the stages have indexes for is read stage by stage.
func (l *listing) text(column string, limit int, byStage bool) string {
	order, most := ` order by idea.`+column+` desc, idea.id desc`, ` limit `+l.arg(limit)
	found := ` from ` + l.from + ` where ` + l.where.String()
	if !byStage && l.from == "idea" {
		return `select ` + ideaColumns + found + order + most
	}
	page := `select idea.id as id` + found + order + most
	if byStage {
		stages := make([]string, len(Stages()))
		for n, stage := range Stages() {
			stages[n] = `select id from (select idea.id as id` + found + ` and idea.stage = '` + string(stage) + `'` + order + most + `) staged`
		}
		page = strings.Join(stages, ` union all `)
	}
	return `select ` + ideaColumns + ` from (` + page + `) page cross join idea where idea.id = page.id` + order + most
}

// byStage says whether a list is read stage by stage. Votes and voices change
// all the time, and each index over them costs every vote two pages written:
// there is one of each, by stage.
func (l *listing) byStage(column string, f Filter) bool {
	return (column == "votes" || column == "voices") && l.from == "idea" && f.Stage == "" && f.Call == 0 && f.Person == 0
}

// List gives a page of ideas, and the cursor of the next one, "" after the
// last. Ideas whose votes change while somebody turns pages may be met twice
// or not at all; all others are met once.
//
// What several people may see is read for all of them, and held in memory
// until a fact changes it. The tags of the ideas are shared: they must not be
// written to.
func (s *Ideas) List(ctx context.Context, a know.Actor, f Filter) (ideas []Idea, next string, err error) {
	l, err := s.held(ctx, a, f)
	if err != nil {
		return nil, "", err
	}
	return slices.Clone(l.ideas), l.next, nil
}

// ListMark gives a number that is another one whenever List may give another
// page than before.
func (s *Ideas) ListMark(ctx context.Context, a know.Actor, f Filter) (uint64, error) {
	l, err := s.held(ctx, a, f)
	return l.version, err
}

// readList reads a page of ideas.
func (s *Ideas) readList(ctx context.Context, a know.Actor, f Filter) (ideas []Idea, next string, err error) {
	if err := know.Require(a, know.Read, know.Subject{}); err != nil {
		return nil, "", err
	}
	column, err := f.Sort.column()
	if err != nil {
		return nil, "", err
	}
	l := &listing{from: "idea"}
	if ok, err := s.choose(ctx, l, a, f); err != nil || !ok {
		return nil, "", err
	}
	if f.Cursor != "" {
		key, id, err := readCursor(f.Sort, f.Cursor)
		if err != nil {
			return nil, "", err
		}
		l.and(`(idea.`+column+`, idea.id) < (?, ?)`, key, id)
	}
	ideas, err = storage.All(ctx, s.db, scanIdea, l.text(column, f.Limit+1, l.byStage(column, f)), l.args...)
	if err != nil {
		return nil, "", fmt.Errorf("shape: list: %w", err)
	}
	if len(ideas) > f.Limit {
		ideas = ideas[:f.Limit]
		next = writeCursor(f.Sort, ideas[f.Limit-1])
	}
	return ideas, next, addTags(ctx, s.db, ideas)
}

// choose writes the conditions of a filter; ok is false if nothing can match.
func (s *Ideas) choose(ctx context.Context, l *listing, a know.Actor, f Filter) (ok bool, err error) {
	if f.Text != "" {
		words, how := searched(f.Text)
		if len(words) == 0 {
			return false, nil
		}
		from, arg := hits(s.db, 1, words, how)
		l.from, l.args = `(`+from+`) hit cross join idea`, append(l.args, arg)
		l.and(`idea.id = hit.id`)
	}
	if f.Tag != "" {
		if err := s.chooseTag(ctx, l, f); err != nil {
			return false, err
		}
	}
	if own := f.Person != 0 && f.Person == a.ID; !own {
		l.and(`idea.state = 'visible' and idea.merged_into = 0`)
	}
	if f.Person != 0 {
		l.and(`idea.person_id = ?`, f.Person)
	}
	holes, args := audiences(len(l.args)+1, a)
	l.args = append(l.args, args...)
	l.and(`idea.audience in (` + holes + `)`)
	if f.Stage != "" {
		l.and(`idea.stage = ?`, string(f.Stage))
	}
	if f.Call != 0 {
		l.and(`idea.call_id <> 0 and idea.call_id = ?`, f.Call)
	}
	if f.Undecided {
		l.and(`idea.decision_id = 0`)
	}
	if f.Sort == ByDecided {
		l.and(`idea.decided_at > 0`)
	}
	return true, nil
}

// searched gives the words of a search, and how they are searched for.
func searched(text string) ([]string, storage.Match) {
	words := query.Words(text)
	if n := len(words); n > 0 && len(words[n-1]) < minBegun {
		return words, storage.AllWords
	}
	return words, storage.LastBegins
}

// hits gives a query of the newest ideas that match words.
func hits(q storage.Q, hole int, words []string, how storage.Match) (text, arg string) {
	in, arg := storage.MatchText(q, "idea_search", hole, words, how)
	return `select found.rowid as id from ` + strings.TrimPrefix(in, "in ") + ` found order by found.rowid desc limit ` +
		strconv.Itoa(maxHits), arg
}

// chooseTag looks at the ideas of a rare tag; those of a common one are met on
// the way along the order.
func (s *Ideas) chooseTag(ctx context.Context, l *listing, f Filter) error {
	tag := tagSlug(f.Tag)
	var n int
	err := s.db.Row(ctx, `select count(*) from (select 1 from idea_tag where tag = $1 limit $2) few`, tag, maxHits+1).Scan(&n)
	if err != nil {
		return err
	}
	if n > maxHits || l.from != "idea" {
		l.and(`exists (select 1 from idea_tag where tag = ? and idea_id = idea.id)`, tag)
		return nil
	}
	l.from = `(select idea_id as id from idea_tag where tag = ` + l.arg(tag) + `) hit cross join idea`
	l.and(`idea.id = hit.id`)
	return nil
}

// A cursor is the order's letter, the key and the id of the last idea shown.

func writeCursor(s Sort, i Idea) string {
	return letter(s) + strconv.FormatInt(s.key(i), 36) + "." + strconv.FormatInt(i.ID, 36)
}

func readCursor(s Sort, cursor string) (key, id int64, err error) {
	rest, ok := strings.CutPrefix(cursor, letter(s))
	left, right, both := strings.Cut(rest, ".")
	if ok && both {
		if key, err = strconv.ParseInt(left, 36, 64); err == nil {
			if id, err = strconv.ParseInt(right, 36, 64); err == nil {
				return key, id, nil
			}
		}
	}
	return 0, 0, fault.New(fault.Invalid, "This page cannot be found from here. Go back to the first one.").On("cursor")
}

// letter tells the cursors of the orders apart.
func letter(s Sort) string {
	switch s {
	case "":
		s = ByVotes
	case ByVoices: // begins like votes
		return "-q"
	}
	return "-" + string(s[:1])
}

// How much of lists is held in memory, and for how long at the most.
const (
	heldFor   = 20 * time.Second
	heldIdeas = 4 << 20 // characters of ideas, about
	maxVoted  = 200     // so many votes between two readings are looked at one by one
)

// lists are the pages of ideas that were read of late. An entry is good while
// no fact but votes was recorded, and no vote since changes what it shows.
type lists struct {
	mu      sync.Mutex
	m       map[listKey]*heldList
	size    int
	version atomic.Uint64
}

// listKey is who sees a page alike, and which page it is.
type listKey struct {
	audiences string
	f         Filter
}

type heldList struct {
	mu           sync.Mutex // held while it is read: it is read once, not by everybody who waits
	at           time.Time
	still, votes uint64 // what the log had come to before it was read
	size         int
	hits         []int64 // of a search: the ideas it chose from, ascending; nil until the first vote after it was read
	listed
}

// listed is what a held list gives.
type listed struct {
	ideas   []Idea
	next    string
	version uint64
}

// held gives a page of a list, from memory if it is still what it was.
func (s *Ideas) held(ctx context.Context, a know.Actor, f Filter) (p listed, err error) {
	if f.Limit <= 0 {
		f.Limit = defaultLimit
	}
	f.Limit = min(f.Limit, maxLimit)
	if f.Sort == "" {
		f.Sort = ByVotes
	}
	if a.ID != 0 && f.Person == a.ID { // one's own, in every state
		p.version = s.lists.version.Add(1)
		p.ideas, p.next, err = s.readList(ctx, a, f)
		return p, err
	}
	if err := s.events.Sync(ctx); err != nil {
		return p, err
	}
	l := s.lists.entry(listKey{audiencesOf(a), f})
	l.mu.Lock()
	defer l.mu.Unlock()
	now, still, votes := s.now(), s.events.Still(), s.events.Votes()
	if l.version != 0 && l.still == still && now.Sub(l.at) < heldFor {
		if good, err := s.unmoved(ctx, l, f); good || err != nil {
			return l.listed, err
		}
	}
	if p.ideas, p.next, err = s.readList(ctx, a, f); err != nil {
		return p, err
	}
	p.version = s.lists.version.Add(1)
	l.at, l.still, l.votes, l.hits, l.listed = now, still, votes, nil, p
	s.lists.grow(l)
	return p, nil
}

// audiencesOf names who sees what the asker sees.
func audiencesOf(a know.Actor) string {
	var b strings.Builder
	for _, audience := range a.Audiences() {
		b.WriteString(string(audience))
		b.WriteByte(' ')
	}
	return b.String()
}

// unmoved reports whether the votes since a list was read leave it as it is:
// none is for an idea it shows, and none lifted another among those.
func (s *Ideas) unmoved(ctx context.Context, l *heldList, f Filter) (bool, error) {
	ids, now, ok := s.events.VotedSince(l.votes, maxVoted)
	if ok && f.Text != "" && len(ids) > 0 {
		if err := s.choseFrom(ctx, l, f.Text); err != nil {
			return false, err
		}
		ids = slices.DeleteFunc(ids, func(id int64) bool {
			_, hit := slices.BinarySearch(l.hits, id)
			return !hit
		})
	}
	if !ok || slices.ContainsFunc(l.ideas, func(i Idea) bool { return slices.Contains(ids, i.ID) }) {
		return false, nil
	}
	if f.Sort == ByVotes && l.next != "" && len(ids) > 0 {
		last := l.ideas[len(l.ideas)-1]
		holes, args := storage.Holes(3, ids)
		var lifted int
		if err := s.db.Row(ctx, `select count(*) from idea where (votes, id) > ($1, $2) and id in (`+holes+`)`,
			append([]any{last.Votes, last.ID}, args...)...).Scan(&lifted); err != nil || lifted > 0 {
			return false, err
		}
	}
	l.votes = now
	return true, nil
}

// choseFrom reads which ideas a search chose from: only votes for those move
// it. No fact but votes was recorded since it was read, so they are the same.
func (s *Ideas) choseFrom(ctx context.Context, l *heldList, text string) error {
	words, how := searched(text)
	if l.hits != nil || len(words) == 0 {
		return nil
	}
	text, arg := hits(s.db, 1, words, how)
	ids, err := storage.All(ctx, s.db, storage.Scalar[int64], text, arg)
	if err != nil {
		return fmt.Errorf("shape: hits of a search: %w", err)
	}
	l.hits = slices.Sorted(slices.Values(ids))
	s.lists.grow(l)
	return nil
}

func (h *lists) entry(k listKey) *heldList {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l, ok := h.m[k]; ok {
		return l
	}
	if h.m == nil || len(h.m) >= 1000 || h.size > heldIdeas {
		h.m, h.size = map[listKey]*heldList{}, 0 // what is asked for again is soon read again
	}
	l := &heldList{}
	h.m[k] = l
	return l
}

// grow counts what is held, from one clearing to the next.
func (h *lists) grow(l *heldList) {
	was := l.size
	l.size = 8 * len(l.hits)
	for _, i := range l.ideas {
		l.size += 400 + len(i.Title) + len(i.Body)
	}
	h.mu.Lock()
	h.size += l.size - was
	h.mu.Unlock()
}

// HiddenPart is an idea, a comment or a voice that one of us hid.
type HiddenPart struct {
	ID       int64
	Idea     int64
	Title    string // of the idea
	Words    string
	Language string
	Person   int64  // whose words they are, 0: nobody known
	Author   string // a voice: the name shown, "" for none
	Reason   string
	By       int64 // who of us hid it
	At       time.Time
}

// hiddenParts reads what is hidden of a kind, p, with the last fact of hiding
// it; "" for a kind that is not known.
func hiddenParts(kind string) string {
	var what, fact string
	switch kind {
	case "idea":
		what, fact = `p.id, p.title, p.body, p.language, p.person_id, '' from idea p`, IdeaHidden
	case "comment":
		what, fact = `i.id, i.title, p.body, p.language, p.person_id, '' from comment p join idea i on i.id = p.idea_id`, CommentHidden
	case "voice":
		what, fact = `i.id, i.title, p.words, p.language, p.person_id, p.author from voice p join idea i on i.id = p.idea_id`, VoiceHidden
	default:
		return ""
	}
	columns, from, _ := strings.Cut(what, " from ")
	return `select p.id, ` + columns + `, p.state_reason, coalesce(e.actor_id, 0), coalesce(e.at, 0) from ` + from + ` left join event e on e.id =
		(select max(f.id) from event f where f.subject_kind = '` + kind + `' and f.subject_id = p.id and f.kind = '` + fact + `')`
}

// Hidden gives what is hidden of one kind (idea, comment, voice), the newest
// first, with ids under before (0: from the newest), at most 200, for staff.
func (s *Ideas) Hidden(ctx context.Context, a know.Actor, kind string, before int64, limit int) ([]HiddenPart, error) {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return nil, err
	}
	parts := hiddenParts(kind)
	if parts == "" {
		return nil, fault.New(fault.Invalid, "Ideas, comments and voices can be hidden: choose idea, comment or voice.").On("kind")
	}
	if before == 0 {
		before = 1 << 62
	}
	list, err := storage.All(ctx, s.db, func(row storage.Scanner) (h HiddenPart, err error) {
		var at int64
		err = row.Scan(&h.ID, &h.Idea, &h.Title, &h.Words, &h.Language, &h.Person, &h.Author, &h.Reason, &h.By, &at)
		h.At = storage.Time(at)
		return h, err
	}, parts+` where p.state = 'hidden' and p.id < $1 order by p.id desc limit $2`, before, min(limit, 200))
	if err != nil {
		return nil, fmt.Errorf("shape: hidden %ss: %w", kind, err)
	}
	return list, nil
}
