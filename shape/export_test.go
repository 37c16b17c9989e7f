package shape

// TellBy sets how many people are told in one transaction, so that tests stop
// between batches.
func (s *Ideas) TellBy(n int) { s.batch = n }
