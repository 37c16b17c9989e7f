// Package radar is the desk's ear: the stream of mentions, the standing
// queries, the sources, and importing.
package radar
