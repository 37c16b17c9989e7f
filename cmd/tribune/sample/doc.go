// Package sample fills a site to show around, or to measure.
//
// Load tells the story of a fictional maker of notebooks through the same
// calls that pages make, with the clock set back to when each thing happened:
// what the demo shows, the program did. Fill makes a site of any size as an
// archive (see storage.Export), for measuring.
package sample
