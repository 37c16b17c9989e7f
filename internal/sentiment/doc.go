// Package sentiment tells whether a text sounds positive, negative, or cannot
// be called either.
//
// The model is linear: hashed words, pairs of words and n-grams of characters,
// together with numbers from word lists (package feature), each with a weight
// for each of three classes. Words and characters are two blocks, weighed by
// inverse document frequency and brought to length 1 each:
//
//	score(k) = sum over blocks of scale * sum(idf(j)*w(k,j)) / sqrt(sum(idf(j)^2))
//	         + sum(number(i) * (w(k,i) + w(language,k,i)))
//	p(k)     = softmax(slope(language)*score(k) + offset(language,k))
//
// The weights are learnt by the command in train and embedded. Only p of 0.60
// and more is called positive or negative: on texts of the kind that it learnt
// from, about one in four of these calls is wrong, and of ten texts some six
// get none. docs/language.md has the figures.
//
// What always holds: the mood depends on text and language alone; the three
// probabilities add up to 1; a text costs no more than its first 4 kB; a Model
// can be used by many goroutines and allocates nothing per text once warm.
package sentiment
