// Package page is what all pages share: the frame (square and desk), the
// reader's View, the parts (faces, voices, statuses, votes), how a handler
// answers errors, and the cache of pages for visitors.
//
// A handler is a function that returns an error: Kit.Handle turns it into a
// page that says what happened and what to do next. A form that was filled in
// wrongly is shown again by its own handler, with what was typed.
package page
