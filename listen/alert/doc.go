// Package alert tells those of the team who want it at once of spikes, of needs
// that were not there before, and of mentions that reach many; not in their
// quiet hours: what comes then waits, and is told together after.
//
// Tables: alert_choice, alert_person, alert. What always holds:
//
//   - Nobody is told of the same thing twice, and of a rise again only once it is
//     three times as far from the usual as when they were told last; who was told of
//     a spike that was none is told so, once. A crash loses nothing: an alert
//     is written in the transaction of the cursor that reads the facts, and put
//     into the outbox in the transaction that marks it as told.
//   - Who leaves is told nothing, and their choices go.
package alert
