// Package live keeps an open page true while somebody looks at it: counts of
// votes and comments, and who waits on the desk, change in place. GET /live is
// a stream of server-sent events. One follower of the log, which runs while
// anybody looks, feeds all streams; what a stream shows is read as its reader
// may see it. Without scripts a page is as true as when it was loaded.
package live
