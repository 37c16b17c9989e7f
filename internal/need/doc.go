// Package need finds what people say that they need: wishes ("I wish there
// was"), what is missing ("pourquoi n'y a-t-il pas"), and complaints ("es nervt,
// dass"), and groups those that are about the same.
//
// How people say so stands in tables/, one file a language, which tables/README.md
// explains; adding a line needs no Go. At each place of a sentence the longest line that
// fits decides, and lines of the kind "not" take back what only looks like a
// need. What is needed is the clause that follows, up to the end of the sentence, a
// comma or a word like "but".
//
// Clauses are compared by the cosine of their tf-idf vectors (Salton and Buckley
// 1988) over stems (Snowball: Porter 2001) with the accents folded away, within
// one language: ln(1 + N/df) for each different stem, df counting authors, half as
// much for what one author alone says, stop words left out. Groups grow
// around the clauses in an order that does not change (leader clustering: Hartigan
// 1975), then every clause joins the group that it is nearest to. There is no
// model of meaning: "quieter fan" and "less noise" are two groups.
//
// The package is pure: no I/O, no clock, no state of its own.
package need
