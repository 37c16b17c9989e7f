// Package listen is what is said: sources, standing queries, mentions.
//
// Tables: source, query, query_source, item, mention, mention_query,
// mention_hour, mention_search. What always holds:
//
//   - A mention is one utterance by one account in one place, stored once
//     however often and by whatever road it comes.
//   - What open sources deliver and no query matches rests for 7 days, at most
//     200 MB, and a new query runs over it at once.
//   - A source that fails says why, harms nothing, and is tried again later.
package listen
