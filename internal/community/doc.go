// Package community finds communities in a weighted, undirected graph of ties
// between people: groups that hold together more than chance would have it. It
// is the Leiden algorithm of Traag, Waltman and van Eck, "From Louvain to
// Leiden: guaranteeing well-connected communities", Scientific Reports 9, 5233
// (2019), on modularity with a resolution, in flat arrays. docs/community.md
// has the formulae, what was tried and left out, and the measurements.
//
//	g, err := community.New(people, ties)
//	found, err := g.Leiden(community.Options{Seed: 1})
//	found.Of[7]        // the community of person 7
//	found.Members()[0] // who is in the largest one
//
// What always holds:
//   - each person is in exactly one community, and each community is connected;
//   - the same ties in the same order with the same Options give the same
//     Partition, on every machine;
//   - its modularity is never below that of everybody alone, nor of all in one.
//
// The package has no clock and no state of its own, does no I/O but to read
// from the io.Reader it is given, and takes its randomness from a seed. A Graph
// is never changed once it is made: any number of goroutines may use it.
package community
