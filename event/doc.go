// Package event is what Tribune remembers of what happened, and how a folder
// further right learns of it: the durable log of facts, named cursors that
// read it, and the outbox of what leaves the building.
//
// Tables: event, audit, cursor, outbox. What always holds:
//
//   - A fact is written in the transaction of the change it tells of.
//   - A fact holds ids and numbers only, never words, names or addresses, so
//     that erasing a person never touches the log.
//   - A follower's effect and its cursor move in one transaction: each fact
//     takes effect once, in commit order, also after a crash.
//   - A row of the outbox is durably `sending` before it leaves. One found
//     `sending` after a crash becomes `uncertain` and is not sent again by
//     itself. Its dedup key exists once.
//
// docs/events.md lists the kinds.
package event
