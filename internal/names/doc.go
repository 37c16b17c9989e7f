// Package names finds emerging names: what looks like the name of a product,
// company or person and is said by more and more people. Given the posts that
// mention us, it says who and what is mentioned beside us.
//
// What looks like a name, in posts whose words are not mostly capitalised:
//   - up to three capitalised words in a row, with digits among them ("Galaxy Fold 7"),
//     not at the start of a sentence, not of one letter, no day or month;
//   - words with a capital or digit inside ("iPad", "A5X");
//   - handles and hashtags;
//   - up to three words in quotation marks that are capitalised, or in corner
//     brackets or angle quotes in Chinese and Japanese;
//   - Katakana of three characters or more.
//
// A single capitalised word must be capitalised in most of its uses inside sentences, and
// what most write without a mark counts as written so, whoever writes a hashtag of it. In
// German, where every noun is capitalised, one needs more to be a name: it is one in another language as
// well, or all in capitals; or it stands bare and not behind articles, is there without the endings of
// nouns, and is neither a frequent noun nor ends like one (german.go; of 102 that real posts
// gave without that 83 were none, with it 4 of 21, and two names were lost: TestGermanTweets). Chinese names without marks are not found. Once something was found to
// be a name, it counts at the start of a sentence as well.
//
// Authors are counted, by span, copies left out, exactly as package rising does;
// names stand out by the same test (rate.Grew), with at most .01 false ones to
// expect in a run. Of a name and a longer one that holds it, the longer is kept if most of the authors use
// it. Names that are known are left out, with all
// that stands beside them as one name: "Acme Pens" if Acme is.
//
// The package is pure: no I/O, no clock, no state of its own.
package names
