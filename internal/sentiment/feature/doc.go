// Package feature turns a text into what the mood of a text is learnt and told
// from: hashed words, hashed n-grams of characters, and some numbers, most of
// them from word lists.
//
// A text is normalised (lower case, addresses and @names as one sign each, runs
// of more than three equal characters cut, Arabic letters that are written in
// several ways made one), then cut into tokens: runs of letters and digits, or
// single signs. docs/language.md says what each feature is and what it was
// found to be worth.
//
// What always holds: the same text in the same language gives the same
// features; a text costs no more than its first 4 kB and its first 600 tokens;
// a Reader allocates nothing once it has grown; the command that trains and the
// program that tells use this one package.
package feature
