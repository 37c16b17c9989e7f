// Package fault has the one error type of Tribune that is meant for people: a
// kind, which decides the status code and the exit code, and a message that is
// safe to show and says what to do next. Every other error reads "internal
// error" to a person, and its detail goes to the log.
//
// A message is an English sentence with {name} holes. It is also the key under
// which a catalogue finds its translation, so it must be a constant.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind is what went wrong, as far as a caller can act on it.
type Kind uint8

// The kinds of fault. The zero Kind is Internal, so that an error nobody
// thought of is never shown in detail.
const (
	Internal     Kind = iota // ours: nothing the asker can change
	Invalid                  // the input is wrong, and the message says how
	NotFound                 // no such thing, or not for this asker's eyes
	Conflict                 // it cannot be done now: something else came first
	Forbidden                // the asker may not
	Unauthorised             // the asker has to say who they are first
	Limited                  // too often: try again later
	Unavailable              // something outside us does not answer
)

// String names the kind as the logs and the problem details do.
func (k Kind) String() string {
	return [...]string{"internal", "invalid", "not found", "conflict", "forbidden", "unauthorised", "limited", "unavailable"}[k]
}

// Error is a fault that can be shown. Field names the form field or JSON
// member it is about, empty for the whole request.
type Error struct {
	Kind  Kind
	Text  string // English, with {name} holes; the catalogue key
	Args  []any  // name, value, name, value...
	Field string
	Err   error    // the cause, for the log; may be nil
	More  []*Error // what else is wrong with the same form (see All)
}

// Error gives the English message with its holes filled, and the cause; then
// what else is wrong.
func (e *Error) Error() string {
	s := Fill(e.Text, e.Args...)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	for _, more := range e.More {
		s += " " + more.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// On names the field that the fault is about and returns the fault.
func (e *Error) On(field string) *Error { e.Field = field; return e }

// Because adds the cause, for the log, and returns the fault.
func (e *Error) Because(err error) *Error { e.Err = err; return e }

// New makes a fault; args are name, value pairs for the holes in text.
func New(kind Kind, text string, args ...any) *Error {
	return &Error{Kind: kind, Text: text, Args: args}
}

// All joins what is wrong with a form, so that people read all of it at once:
// the first fault, with the others as its More. Nil errors are left out. An
// error that is not about a field is given back alone, the first of them: it
// has to be mended before the fields matter.
func All(errs ...error) error {
	var first *Error
	for _, err := range errs {
		if err == nil {
			continue
		}
		f, ok := errors.AsType[*Error](err)
		if !ok || f.Field == "" {
			return err
		}
		one := *f
		one.More = nil
		faults := append([]*Error{&one}, f.More...)
		if first == nil {
			first, faults = faults[0], faults[1:]
		}
		first.More = append(first.More, faults...)
	}
	if first == nil {
		return nil
	}
	return first
}

// KindOf gives the kind of the first fault in err's chain, Internal if none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err has a fault of that kind in its chain.
func Is(err error, kind Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == kind
}

// Fill puts the values of name, value pairs into the {name} holes of text.
func Fill(text string, args ...any) string {
	if len(args) == 0 || !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, "{"+fmt.Sprint(args[i])+"}", fmt.Sprint(args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
