// Package mail renders what leaves the building by mail, at the moment it
// leaves and in its reader's language, and hands it to the mail server. It
// also has the desk's outbox pages, where each mail can be read as it leaves.
//
// A one-time link gets its secret only once its mail is durably `sending`: no
// secret is ever kept, and of two processes only the one that sends arms it.
package mail
