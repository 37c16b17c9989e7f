// Package post is the tribune: what customers and the people of the company
// publish, each under their own name; what others reply, how they react, and
// the wordings they suggest.
//
// Tables: post, post_picture, post_reply, post_reaction, post_edit,
// post_search. What always holds:
//
//   - A post has exactly one author. Nobody else, not even an owner, publishes,
//     rewords or withdraws it; staff may hide it, with a reason that its author
//     reads.
//   - A draft is seen by its author alone.
//   - Where its author worked, as what, and whether they led the conversation,
//     is noted when a post is published, and does not change afterwards.
//   - A suggestion changes nothing until the author takes it; then the text is
//     the author's, and names who suggested it. Of two that are taken at the
//     same time, one is told that the text has changed.
//   - A person has one reaction of a kind to a post. Counts are kept in the
//     transaction that changes them.
package post
