// Package rising finds rising topics: words and phrases of up to three words
// that more people use now than chance explains, against the spans of time
// before, grouped where they stand in the same posts.
//
// What is counted is authors, once in a span of time for a term, in posts of
// one language. A text of five words or more that was there already is a copy,
// whoever says it, and so is a shorter one of the same author: copies do not
// count. A term is looked at if enough authors use it now, and a phrase only if
// its parts are (Agrawal and Srikant 1994), so that memory grows with what is
// frequent now and not with everything that was ever said.
//
// A term's authors now and before are compared by rate.Rose, the exposure being
// the posts of its language, both divided by the term's dispersion over the
// spans before: what comes and goes must rise more than what is steady. Of n
// terms that are tested those stand out whose chance is below .01/n, so that one
// run in a hundred shows something false at most (the per-family error rate of
// Spjøtvoll 1972), and that are at least twice as frequent as before. Controlling
// the share of false ones in place of their number would let the many parts of
// one true topic pay for a false one. Words that everybody uses all the time do not rise, so no
// list of stop words is needed.
//
// A phrase stands for its parts if it is in four fifths of their posts, else they
// stand for it. The rest are grouped around leaders (Hartigan
// 1975): by falling evidence, each term joins the first topic in whose leader's posts
// half of its own are, or, if there is none, leads one itself.
// Phrases that overlap and stand in the same posts are shown as one.
//
// The package is pure: no I/O, no clock, no state of its own.
package rising
