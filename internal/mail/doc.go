// Package mail composes messages and hands them to an SMTP server.
//
// What matters most here is what is known after a failure. A message that was
// refused, or whose connection broke before its text was sent, was certainly
// not accepted and may be tried again. One whose connection broke between DATA
// and the answer may have been accepted: its SendError says Uncertain, and
// nobody should send it again by themselves.
package mail
