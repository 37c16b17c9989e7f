// Package query has the boolean query language of Tribune and the matcher that
// holds all standing queries at once.
//
// A query is words, "phrases", parentheses and the operators AND, OR and NOT;
// docs/query.md describes it for people. Query words and texts go through the
// same two steps, so that what looks the same is the same: Tokenize finds words
// by UAX 29, Fold takes away case and accents. A term that falls into several
// words (a compound with an apostrophe, text written without spaces) is a
// phrase.
//
// What always holds:
//   - Parse(q.String()) is q, for every query q;
//   - no query matches a text that holds none of its positive words, so that an
//     index of words can find every query a text may match;
//   - Set.Match gives exactly the queries whose Query.Match is true.
//
// The package does no I/O and holds no state of its own.
package query
