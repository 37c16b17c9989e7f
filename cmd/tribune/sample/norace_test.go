//go:build !race

package sample_test

const tellings = 2
