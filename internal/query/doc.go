// Package query has the boolean query language of Tribune and the matcher that
// holds all standing queries at once.
//
// docs/query.md describes the language for people, with its grammar. Query
// words and texts go through the same two steps, so that what looks the same is the
// same: Tokenize finds words by UAX 29, Fold takes away case and accents. A term
// that falls into several words (a compound with an apostrophe, text written
// without spaces) is a phrase.
//
// A query is matched against a Post: a text with what is known beside it. One
// query is tried with Query.Match; all that stand are held by a Set, and each
// goroutine tries posts on it with a Matcher of its own.
//
// What always holds:
//   - ParseWith(q.String(), saved) is q, for every query q;
//   - no query matches a post that has none of the words and fields it looks
//     for, so that an index of them can find every query a post may match;
//   - Set.Match gives exactly the queries whose Query.Match is true.
//
// The package does no I/O and holds no state of its own but tables that never
// change.
package query
