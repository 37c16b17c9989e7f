// Package linkback tells pages that a post of ours links to that it does
// (Webmention, W3C Recommendation of 12 January 2017, section 3.1: sending).
//
// Table: linkback, a row for each post and page. What always holds:
//
//   - It is off until an owner turns it on, and only posts of the team are
//     told of, as far as everybody reads them, within a day of their publishing.
//   - Each page is told once of a post, whatever is edited later; one that names no
//     endpoint is asked once.
//   - The page is asked with the manners of a source (robots.txt); neither it nor
//     its endpoint is reached in a private network, unless all sources are.
//   - What may get better is tried again, ever more rarely, and given up in the
//     end; after a crash a page may be told twice of the same, which changes nothing there.
package linkback
