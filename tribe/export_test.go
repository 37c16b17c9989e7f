package tribe

import "context"

// SetWindow makes the window of voters small enough for tests to leave it.
func (s *Tribes) SetWindow(n int) { s.window = n }

// SetTellBatch makes the members told in one transaction few.
func (s *Tribes) SetTellBatch(n int) { s.batch = n }

// TellSome is tellSome.
func (s *Tribes) TellSome(ctx context.Context) (more bool, err error) { return s.tellSome(ctx) }

// WeekOf is weekOf.
var WeekOf = weekOf

// MondayOf is mondayOf.
var MondayOf = mondayOf
