// Package webmention hears of pages that link to ours: whoever writes one has
// a program send us its address and that of our page (Webmention, W3C
// Recommendation of 12 January 2017, section 3.2: receiving).
//
// Table: webmention, in which a pair waits until it was looked at, and, once it was
// heard, to be looked at again. What always holds:
//
//   - Nothing is believed: the page is asked for, and only what links to ours
//     is heard. It speaks for nobody whose page is on another host.
//   - Sent again, it is looked at again: other words are an edit, and without
//     the link, or gone, it is deleted here. So it is by itself, an hour later and
//     then ever more rarely, as long as what it brought is kept.
//   - Anybody can have us ask for a page, so it is asked for as a web site is
//     (robots.txt, noindex), at most 1 MB, and each site once in five seconds.
//   - What is looked at twice, because the program died, changes nothing.
//   - A source of the kind webmention, which the team adds, takes them; without
//     one nothing is taken. It says what came, and why something did not.
package webmention
