package shape

import (
	"context"
	"errors"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

var errPending = errors.New("shape: not there yet")

func (s *Ideas) AddVoice(ctx context.Context, a know.Actor, idea int64, from VoiceFrom) (Voice, error) {
	return Voice{}, errPending
}

// Voices: oldest first, ids over after (0: from the first).
func (s *Ideas) Voices(ctx context.Context, a know.Actor, idea, before int64, limit int) ([]Voice, error) {
	return nil, errPending
}
func (s *Ideas) Voice(ctx context.Context, a know.Actor, id int64) (Voice, error) {
	return Voice{}, errPending
}
func (s *Ideas) VoicesOf(ctx context.Context, person int64, accounts []int64) ([]Voice, error) {
	return nil, errPending
}
func (s *Ideas) WithdrawVoice(ctx context.Context, a know.Actor, voice int64) error {
	return errPending
}
func (s *Ideas) ShowVoice(ctx context.Context, a know.Actor, voice int64) error { return errPending }
func (s *Ideas) HideVoice(ctx context.Context, a know.Actor, voice int64, reason string) error {
	return errPending
}

// FollowMentions is the follower of mention.withdrawn and mention.quotable.
func (s *Ideas) FollowMentions(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	return errPending
}
func (s *Ideas) IdeaFrom(ctx context.Context, a know.Actor, mention int64, n NewIdea) (Idea, Voice, error) {
	return Idea{}, Voice{}, errPending
}
func (s *Ideas) Decide(ctx context.Context, a know.Actor, idea int64, n NewDecision) (Decision, error) {
	return Decision{}, errPending
}
func (s *Ideas) Decisions(ctx context.Context, a know.Actor, idea int64) ([]Decision, error) {
	return nil, errPending
}
func (s *Ideas) Decision(ctx context.Context, a know.Actor, id int64) (Decision, error) {
	return Decision{}, errPending
}

// Tell is the loop; TellOnce does one batch and reports whether more is due.
func (s *Ideas) Tell(ctx context.Context) error                      { return errPending }
func (s *Ideas) TellOnce(ctx context.Context) (more bool, err error) { return false, errPending }

// FollowTelling is the follower that marks tell tasks done (thread.answered, thread.closed).
func (s *Ideas) FollowTelling(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	return errPending
}
func (s *Ideas) Told(ctx context.Context, a know.Actor, decision int64) (Told, error) {
	return Told{}, errPending
}
func (s *Ideas) Tellings(ctx context.Context, a know.Actor, decision, after int64, limit int) ([]Telling, error) {
	return nil, errPending
}

// TellTasks gives what tell threads are about, by thread.
func (s *Ideas) TellTasks(ctx context.Context, a know.Actor, threads []int64) (map[int64]TellTask, error) {
	return nil, errPending
}
func (s *Ideas) MakeRelease(ctx context.Context, a know.Actor, n NewRelease) (Release, error) {
	return Release{}, errPending
}
func (s *Ideas) EditRelease(ctx context.Context, a know.Actor, id int64, n NewRelease) (Release, error) {
	return Release{}, errPending
}
func (s *Ideas) Releases(ctx context.Context, a know.Actor, cursor string, limit int) (releases []Release, next string, err error) {
	return nil, "", errPending
}
func (s *Ideas) Release(ctx context.Context, a know.Actor, id int64) (Release, error) {
	return Release{}, errPending
}
func (s *Ideas) Roadmap(ctx context.Context, a know.Actor) (Roadmap, error) { return nil, errPending }
func (s *Ideas) eraseVoices(ctx context.Context, tx *storage.Tx, person int64) error {
	return errPending
}
func (s *Ideas) eraseDecisions(ctx context.Context, tx *storage.Tx, person int64, words bool) error {
	return errPending
}
