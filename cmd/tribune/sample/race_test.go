//go:build race

package sample_test

// tellings is how often the story is told: the race detector makes telling it
// ten times slower, and that it is the same twice needs no race detector.
const tellings = 1
