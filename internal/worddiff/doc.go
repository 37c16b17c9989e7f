// Package worddiff compares two wordings of a text word by word, and puts
// together two changes of the same text that do not touch each other. Words
// are those of UAX 29, so that it reads in any script.
package worddiff
