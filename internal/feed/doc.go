// Package feed reads the feeds of others (RSS 0.9 to 2.0, Atom, JSON Feed),
// finds them in HTML pages, and writes our own as Atom.
//
// What it reads comes from strangers. So a feed is first made UTF-8, whatever
// it claims to be; then walked once to bound its nesting, its namespaces and the
// number of its entries, and to cut it after its last whole entry if it breaks
// off; and only then handed to the feed parser. What comes out is plain text,
// http or https addresses, and dates that can be true.
package feed
