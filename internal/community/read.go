package community

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf8"
)

// maxLine is the longest line that Read takes, in bytes.
const maxLine = 1 << 16

// List is ties as they stood in a file.
type List struct {
	People []string // who is named, in the order they are first named
	Ties   []Tie    // A and B index People
	Lines  int      // how many lines were read
	Bad    int      // how many of them were refused
	Self   int      // how many tied somebody with themselves: they name a person, and are no tie
}

// Why a line is refused, beside ErrWeight.
var (
	errLong   = errors.New("the line is longer than 65,536 bytes")
	errText   = errors.New("the line is not UTF-8 text")
	errFields = errors.New("write two people, and a weight if there is one: a,b,weight")
	errQuote  = errors.New("a quotation mark is not closed, or something stands behind it")
	errNobody = errors.New("a person has no name")
	errMany   = errors.New("too many people or ties for one graph")
)

// Read reads ties as lines of comma-separated values:
//
//	a,b
//	a,b,weight
//
// A tie without a weight has weight 1. Names are taken without the white space
// around them; one that holds a comma or begins with a quotation mark stands in
// quotation marks, each inside doubled (RFC 4180). A name can not hold a line
// break. Empty lines are skipped, and so is a byte order mark.
//
// The first line is a header if its third field is the word weight, count,
// strength, value or ties, or if it has two fields, they are a pair of headers
// (a and b, source and target, from and to), and neither of them is named again
// further down.
//
// A line that can not be read is told to bad, by its number from 1, and left
// out; bad may be nil. The error is that of r, and then the list holds what was
// read before; or that there are too many people or ties for one graph.
func Read(r io.Reader, bad func(line int, err error)) (*List, error) {
	if bad == nil {
		bad = func(int, error) {}
	}
	list := &List{}
	in := reading{List: list, number: map[string]int32{}}
	lines := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := lines.ReadSlice('\n')
		if len(line) > 0 {
			list.Lines++
			wrong := errLong
			if !errors.Is(err, bufio.ErrBufferFull) {
				wrong = in.line(line)
			}
			if errors.Is(wrong, errMany) {
				return list, fmt.Errorf("line %d: %w", list.Lines, wrong)
			}
			if wrong != nil {
				list.Bad++
				bad(list.Lines, wrong)
			}
		}
		for errors.Is(err, bufio.ErrBufferFull) { // the rest of a long line
			_, err = lines.ReadSlice('\n')
		}
		if err == nil {
			continue
		}
		in.end()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		return list, fmt.Errorf("reading line %d: %w", list.Lines+1, err)
	}
}

// reading is a List while it is read.
type reading struct {
	*List
	number map[string]int32
	header [2]string // the first line, while it may be a header
}

// line takes one line in.
func (in *reading) line(line []byte) error {
	line = bytes.TrimRight(line, "\r\n")
	if in.Lines == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	if len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	if !utf8.Valid(line) {
		return errText
	}
	a, rest, more, err := field(line)
	if err != nil {
		return err
	}
	if !more {
		return errFields
	}
	b, rest, more, err := field(rest)
	if err != nil {
		return err
	}
	weight := 1.0
	var third []byte
	if more {
		var most bool
		if third, _, most, err = field(rest); err != nil {
			return err
		}
		if most {
			return errFields
		}
	}
	if in.Lines == 1 && in.heads(a, b, third, more) {
		return nil
	}
	if more {
		if weight, err = parseWeight(third); err != nil {
			return err
		}
	}
	if len(a) == 0 || len(b) == 0 {
		return errNobody
	}
	return in.add(a, b, weight)
}

// add takes in one tie.
func (in *reading) add(a, b []byte, weight float64) error {
	if len(in.People) > math.MaxInt32-2 || len(in.Ties) >= maxArcs/2 {
		return errMany
	}
	t := Tie{A: in.person(a), B: in.person(b), Weight: weight}
	if t.A == t.B {
		in.Self++
		return nil
	}
	in.Ties = append(in.Ties, t)
	return nil
}

// person is the number of a name.
func (in *reading) person(name []byte) int32 {
	if n, ok := in.number[string(name)]; ok {
		return n
	}
	n, s := int32(len(in.People)), string(name)
	in.People = append(in.People, s)
	in.number[s] = n
	return n
}

// heads says whether the first line is a header, or may be one.
func (in *reading) heads(a, b, third []byte, more bool) bool {
	if more {
		switch string(bytes.ToLower(third)) {
		case "weight", "count", "strength", "value", "ties":
			return true
		}
		return false
	}
	switch string(bytes.ToLower(a)) + "," + string(bytes.ToLower(b)) {
	case "a,b", "source,target", "from,to":
		in.header = [2]string{string(a), string(b)}
		return true
	}
	return false
}

// end makes a tie of a first line that looked like a header, if who it names was
// named again.
func (in *reading) end() {
	a, b := in.header[0], in.header[1]
	_, first := in.number[a]
	_, second := in.number[b]
	if first || second {
		_ = in.add([]byte(a), []byte(b), 1) // there is room for one more
	}
}

// field takes the first field off a line. more says whether a comma followed it.
func field(line []byte) (value, rest []byte, more bool, err error) {
	line = trimLeft(line)
	if len(line) > 0 && line[0] == '"' {
		return quoted(line[1:])
	}
	value, rest, more = bytes.Cut(line, []byte{','})
	return bytes.TrimSpace(value), rest, more, nil
}

// quoted takes off a field of which the first quotation mark is off already.
func quoted(line []byte) (value, rest []byte, more bool, err error) {
	for {
		i := bytes.IndexByte(line, '"')
		if i < 0 {
			return nil, nil, false, errQuote
		}
		if i+1 < len(line) && line[i+1] == '"' {
			value, line = append(value, line[:i+1]...), line[i+2:]
			continue
		}
		value, line = append(value, line[:i]...), trimLeft(line[i+1:])
		if len(line) > 0 && line[0] != ',' {
			return nil, nil, false, errQuote
		}
		if len(line) > 0 {
			return bytes.TrimSpace(value), line[1:], true, nil
		}
		return bytes.TrimSpace(value), nil, false, nil
	}
}

func trimLeft(line []byte) []byte {
	if len(line) > 0 && line[0] > ' ' && line[0] < utf8.RuneSelf {
		return line
	}
	return bytes.TrimLeftFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
}

// parseWeight reads a weight; numbers are written as in Go or JSON.
func parseWeight(text []byte) (float64, error) {
	if len(text) == 1 && text[0] >= '0' && text[0] <= '9' {
		return float64(text[0] - '0'), nil
	}
	w, err := strconv.ParseFloat(string(text), 64)
	if err != nil || CheckWeight(w) != nil {
		return 0, ErrWeight
	}
	return w, nil
}
