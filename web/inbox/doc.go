// Package inbox is the desk's inbox: the threads that wait for one of us, and
// each thread with its answer.
package inbox
