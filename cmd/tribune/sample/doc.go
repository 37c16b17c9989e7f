// Package sample fills a site to show around, or to measure.
//
// Load tells the story of a fictional maker of notebooks through the same
// calls that pages make, with the clock set back to when each thing happened:
// what the demo shows, the program did. Its people are 40 in 9 countries, the
// five who work there among them; who is quoted, buys or writes a letter beside
// them is a stranger, from anywhere. Fill makes a site of any size as an
// archive (see storage.Export), for measuring.
package sample
