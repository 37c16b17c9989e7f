// Package listen is what is said: sources, standing queries, mentions.
//
// pipeline.go shows the main road: source, reader, normalise, match, store,
// event. Everything else feeds it, asks for what it stored, or tends it. The
// folder reader holds what reads each kind of source.
//
// Tables: source, query, query_source, rest, let_go, deleted, mention, mention_query,
// mention_count, its sums by day (daily), query_total, correction, mention_search. What always holds:
//
//   - A mention is one utterance by one account in one place, stored once
//     however often and by whatever road it comes: it is named by its source
//     and the id it has there, else by its address, else by who said it when
//     and in which words. The same words by the same account elsewhere within
//     7 days are a copy, and counted once.
//   - What open sources deliver and no query matches rests for 7 days, at most
//     200 MB, and a new query runs over it at once.
//   - A source that fails says why, harms nothing, and is tried again later.
//   - What its author edits or deletes where they said it is edited or deleted
//     here, as soon as its source says so.
//   - Texts are plain; what was withdrawn is empty and is not heard again.
//   - The counts (query_total, mention_count, source.items and
//     source.mentions) are what counting the rows would give.
package listen
