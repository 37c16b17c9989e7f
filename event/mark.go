package event

import (
	"context"
	"sync"
	"sync/atomic"

	"tribune/storage"
)

// Mark gives a number that grows with each fact of the named families (all
// facts if none is named), those of other processes within a second. What is
// held in memory is good as long as its mark stands still. Read the mark
// before reading what is to be held.
func (l *Log) Mark(families ...string) (n uint64) {
	if len(families) == 0 {
		return l.all.Load()
	}
	for _, f := range families {
		n += l.mark(f).Load()
	}
	return n
}

// MarkOf gives a number that grows with each fact but votes, and with each
// vote for the subject: what a page about that subject may hold on to.
func (l *Log) MarkOf(subject Ref) uint64 {
	m, ok := l.subjects.Load(subject)
	if !ok {
		if l.asked.Add(1) > maxSubjects {
			l.subjects.Clear()
			l.asked.Store(1)
		}
		// A mark that is made anew after a Clear must not fall behind the one
		// it had: it begins at the number of all facts, which is no less.
		fresh := new(atomic.Uint64)
		fresh.Store(l.all.Load())
		m, _ = l.subjects.LoadOrStore(subject, fresh)
	}
	return m.(*atomic.Uint64).Load() + l.still.Load()
}

// maxSubjects is how many subjects have a mark at once: somebody may ask for
// the pages of a million ideas that are not there.
const maxSubjects = 100_000

// Still gives a number that grows with each fact but votes.
func (l *Log) Still() uint64 { return l.still.Load() }

// MarkOfVoter gives a number that grows with each fact but votes, and with
// each vote that this person casts or takes back.
func (l *Log) MarkOfVoter(person int64) uint64 { return l.MarkOf(voter(person)) }

// Moved moves the marks once tx is durable, though no fact says so: what was
// erased is not to be shown again from memory.
func (l *Log) Moved(tx *storage.Tx) {
	tx.After(func() {
		l.still.Add(1)
		l.all.Add(1)
	})
}

// voter is somebody as the one who votes; no fact has such a subject.
func voter(person int64) Ref { return Ref{Kind: "voter", ID: person} }

// Sync moves the marks by what other replicas wrote up to now, where there are
// any: on PostgreSQL. So who did something through one replica sees it through
// the next, though what that one shows is held in memory.
func (l *Log) Sync(ctx context.Context) error {
	if !l.db.Postgres() {
		return nil
	}
	return l.look(ctx)
}

// maxCast is how many of the latest votes are known by what they were for.
const maxCast = 4096

// ring holds the subjects of the latest votes.
type ring struct {
	mu  sync.Mutex
	n   uint64 // votes so far
	ids [maxCast]int64
}

func (r *ring) add(id int64) {
	r.mu.Lock()
	r.ids[r.n%maxCast] = id
	r.n++
	r.mu.Unlock()
}

// Votes gives the number of votes cast or taken back so far, as VotedSince
// takes it.
func (l *Log) Votes() uint64 {
	l.cast.mu.Lock()
	defer l.cast.mu.Unlock()
	return l.cast.n
}

// VotedSince gives what votes were for since there were n of them, and how
// many there are now; ok is false if those are more than are known, or than
// most.
func (l *Log) VotedSince(n uint64, most int) (subjects []int64, now uint64, ok bool) {
	r := &l.cast
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n-n > uint64(min(most, maxCast)) {
		return nil, r.n, false
	}
	for ; n < r.n; n++ {
		subjects = append(subjects, r.ids[n%maxCast])
	}
	return subjects, r.n, true
}
