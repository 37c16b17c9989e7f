// Package fetch is the one way Tribune reads from, and sends to, addresses that people type
// in: an HTTP client that can neither be pointed at our own network nor be worn
// out by what answers.
//
// What always holds: every connection, redirects included, goes to an address
// that was judged after the name was resolved and just before the connection is
// made, so no name can be public when it is checked and private when it is
// used. Answers are bounded in bytes (after decompression), in headers, in
// redirects and in time; what goes on for long is bounded by how long it may be
// silent and by the size of a message. No proxy, cookie or referrer is ever sent,
// and a token only to the host it is for.
//
// Every failure is a *fault.Error, Invalid when the address itself is no good
// and Unavailable when it is the answer.
package fetch
