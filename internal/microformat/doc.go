// Package microformat reads what a page says of itself in microformats2
// (https://microformats.org/wiki/microformats2-parsing), as far as answers
// between web sites need it: the h-entry of the page with its author, words,
// date, and what it replies to, likes or repeats.
//
// It is pure: it fetches nothing. Broken pages are read as far as they go; what
// nests deeper than 200 elements is not looked into. Addresses that are
// returned are absolute, and of the web.
package microformat
