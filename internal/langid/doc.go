// Package langid tells in which language a short text is written, and how sure
// it is.
//
// The script decides first: letters are counted by script (Unicode's ranges),
// and the script with most of them is the text's. A script that one language
// alone writes here (Greek, Thai, Hangul, kana, ...) settles it. Where several
// languages share a script, byte n-grams of the words in that script are looked
// up in a table of weights, one per language, and the sums are compared:
//
//	score(l) = sum of weight(g, l) over the distinct n-grams g of the text
//	p(l)     = exp(score(l)*t) / sum over candidates k of exp(score(k)*t)
//
// The table is that of the Efficient Language Detector (eld), whose words are
// cut into n-grams of four bytes at every third byte; the command in train
// makes it. Addresses, @names and #tags are left out; tags count if there is
// nothing else. docs/language.md has the figures.
//
// What always holds: the answer depends on the text and the candidates alone;
// p is in [0, 1], and 0 exactly when the tag is Unknown; a text costs no more
// than its first 4 kB; no text is refused, invalid UTF-8 included; a Detector
// can be used by many goroutines and allocates nothing per text.
package langid
