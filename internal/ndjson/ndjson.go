// Package ndjson reads objects written as JSON (RFC 8259), one on each line,
// as fast as one core can be made to: it looks at each byte once, copies only
// strings that hold escapes, and builds nothing. What it reads it checks as
// strictly as encoding/json does.
//
// The package does no I/O and holds no state of its own.
package ndjson

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Kind is what a value is.
type Kind uint8

// The kinds of value.
const (
	Null Kind = iota
	String
	Number
	Bool
	Object
	Array
)

// Value is one value of an object.
type Value struct {
	Kind Kind
	Text string // of a String what it says, else as it is written
}

// Reader reads objects. Strings with escapes are kept in memory that it adds
// to; Forget it from time to time. The zero value is ready. It is for one goroutine.
type Reader struct {
	said strings.Builder
}

// Forget lets go of what was read before, which stays good for who holds it,
// and makes room for n bytes more.
func (r *Reader) Forget(n int) {
	r.said.Reset()
	r.said.Grow(n)
}

// errEnd is what is wrong with a line that ends too soon.
var errEnd = errors.New("the line ends inside the object")

// Object reads the object that line is, and gives its members to member in
// their order. It stops at the first error, its own or member's.
func (r *Reader) Object(line string, member func(name string, v Value) error) error {
	i := space(line, 0)
	if i == len(line) || line[i] != '{' {
		return errors.New("it is not a JSON object: { is missing")
	}
	i = space(line, i+1)
	if i < len(line) && line[i] == '}' {
		return atEnd(line, i+1)
	}
	for {
		if i == len(line) {
			return errEnd
		}
		if line[i] != '"' {
			return fmt.Errorf("a name in quotation marks is missing at byte %d", i+1)
		}
		name, next, err := r.text(line, i)
		if err != nil {
			return err
		}
		i = space(line, next)
		if i == len(line) || line[i] != ':' {
			return fmt.Errorf("a colon is missing at byte %d", i+1)
		}
		v, next, err := r.value(line, space(line, i+1))
		if err != nil {
			return err
		}
		if err := member(name, v); err != nil {
			return err
		}
		i = space(line, next)
		switch {
		case i == len(line):
			return errEnd
		case line[i] == '}':
			return atEnd(line, i+1)
		case line[i] != ',':
			return fmt.Errorf("a comma or } is missing at byte %d", i+1)
		}
		i = space(line, i+1)
	}
}

func atEnd(line string, i int) error {
	if i = space(line, i); i < len(line) {
		return fmt.Errorf("there is something after the object, at byte %d", i+1)
	}
	return nil
}

func space(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n') {
		i++
	}
	return i
}

// value reads the value at i and gives where it ends.
func (r *Reader) value(line string, i int) (Value, int, error) {
	if i == len(line) {
		return Value{}, i, errEnd
	}
	switch c := line[i]; {
	case c == '"':
		text, next, err := r.text(line, i)
		return Value{String, text}, next, err
	case c == '{' || c == '[':
		end, err := nested(line, i)
		if err != nil {
			return Value{}, i, err
		}
		kind := Object
		if c == '[' {
			kind = Array
		}
		return Value{kind, line[i:end]}, end, nil
	}
	end := i
	for end < len(line) && !strings.ContainsRune(",}] \t\r\n", rune(line[end])) {
		end++
	}
	word := line[i:end]
	switch word {
	case "null":
		return Value{Null, word}, end, nil
	case "true", "false":
		return Value{Bool, word}, end, nil
	}
	if !isNumber(word) {
		return Value{}, i, fmt.Errorf("what stands at byte %d is no JSON value", i+1)
	}
	return Value{Number, word}, end, nil
}

// nested finds the end of the object or array that begins at i.
func nested(line string, i int) (end int, err error) {
	depth := 0
	for at := i; at < len(line); at++ {
		switch line[at] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth > 0 {
				continue
			}
			if !json.Valid([]byte(line[i : at+1])) {
				return i, fmt.Errorf("what stands at byte %d is no JSON value", i+1)
			}
			return at + 1, nil
		case '"':
			for at++; at < len(line) && line[at] != '"'; at++ {
				if line[at] == '\\' {
					at++
				}
			}
		}
	}
	return i, errEnd
}

// isNumber reports whether s is a number as RFC 8259 writes it.
func isNumber(s string) bool {
	digits := func() bool {
		n := len(s)
		for s != "" && '0' <= s[0] && s[0] <= '9' {
			s = s[1:]
		}
		return len(s) < n
	}
	s = strings.TrimPrefix(s, "-")
	zero := strings.HasPrefix(s, "0")
	before := len(s)
	if !digits() || zero && before-len(s) > 1 {
		return false
	}
	if strings.HasPrefix(s, ".") {
		if s = s[1:]; !digits() {
			return false
		}
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		if s = s[1:]; s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		if !digits() {
			return false
		}
	}
	return s == ""
}

// text reads the string that begins at i with a quotation mark, and gives
// where it ends.
func (r *Reader) text(line string, i int) (string, int, error) {
	i++
	for at := i; at < len(line); at++ {
		switch c := line[at]; {
		case c == '"':
			return line[i:at], at + 1, nil
		case c == '\\':
			return r.escaped(line, i, at)
		case c < ' ':
			return "", i, fmt.Errorf("a control character stands in a string at byte %d", at+1)
		}
	}
	return "", i, errEnd
}

// escaped is text from the first backslash on, which stands at at.
func (r *Reader) escaped(line string, start, at int) (string, int, error) {
	from := r.said.Len()
	r.said.WriteString(line[start:at])
	for at < len(line) {
		c := line[at]
		switch {
		case c == '"':
			return r.said.String()[from:], at + 1, nil
		case c < ' ':
			return "", at, fmt.Errorf("a control character stands in a string at byte %d", at+1)
		case c != '\\':
			end := at + 1
			for end < len(line) && line[end] != '"' && line[end] != '\\' && line[end] >= ' ' {
				end++
			}
			r.said.WriteString(line[at:end])
			at = end
			continue
		case at+1 == len(line):
			return "", at, errEnd
		}
		if plain := strings.IndexByte(`"\/bfnrt`, line[at+1]); plain >= 0 {
			r.said.WriteByte("\"\\/\b\f\n\r\t"[plain])
			at += 2
			continue
		}
		char, ok := unicodeEscape(line[at:])
		if !ok {
			return "", at, fmt.Errorf("an escape that JSON does not have stands at byte %d", at+1)
		}
		at += 6
		if utf16.IsSurrogate(char) {
			low, _ := unicodeEscape(line[at:])
			if char = utf16.DecodeRune(char, low); char != utf8.RuneError {
				at += 6
			}
		}
		r.said.WriteRune(char)
	}
	return "", at, errEnd
}

// unicodeEscape reads \u and four hexadecimal digits.
func unicodeEscape(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(n), err == nil
}
