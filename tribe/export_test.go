package tribe

// SetWindow makes the window of voters small enough for tests to leave it.
func (s *Tribes) SetWindow(n int) { s.window = n }

// WeekOf is weekOf.
var WeekOf = weekOf

// MondayOf is mondayOf.
var MondayOf = mondayOf
