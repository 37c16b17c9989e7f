// Package plain makes plain text of what others wrote in HTML: the words a
// person would read on the page, and nothing that a browser would run, hide or
// draw.
//
// Every text this package returns is valid UTF-8 without control characters
// other than the newline, so both databases store it as it is.
package plain
