// Package shape is making together: ideas, calls for ideas, votes, comments,
// voices (somebody's words put behind an idea), decisions with their reasons,
// telling those who asked, and releases.
//
// Tables: call, status, idea, idea_tag, idea_search, vote, vote_against, comment,
// follow, voice, decision, telling, release, release_idea, credit. What always holds:
//
//   - A person votes at most once for an idea or against it; the counts a page shows are
//     kept in the transaction that changes them.
//   - A decision is never edited, only followed by another; an idea's stage is
//     its latest decision's.
//   - Everybody entitled hears of a decision once.
//   - A voice keeps words and name as long as its author lets it; withdrawn,
//     it still counts.
package shape
