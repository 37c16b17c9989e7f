package burst

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Value is one line of a series.
type Value struct {
	At    time.Time
	Count float64
	Line  int // where it stood
}

// maxLine is the longest line that is read: a time and a number are shorter.
const maxLine = 1 << 10

// Read reads a series of lines timestamp,value: times as RFC 3339 or as
// "2006-01-02 15:04:05" (UTC), a header allowed on the first line. The values
// are given in the order of time, whatever the order of the lines. bad is told
// of each line that can not be read, and of each second one for the same time,
// which does not count. The error is one of reading.
func Read(r io.Reader, bad func(line int, err error)) ([]Value, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	var values []Value
	for line := 1; ; line++ {
		text, err := readLine(in)
		if err != nil && !errors.Is(err, errLong) {
			if errors.Is(err, io.EOF) {
				return inOrder(values, bad), nil
			}
			return nil, err
		}
		text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
		if len(text) == 0 && err == nil {
			continue
		}
		v, problem := parse(string(text))
		switch {
		case err != nil:
			bad(line, err)
		case problem == nil:
			v.Line = line
			values = append(values, v)
		case line > 1 || !header(string(text)):
			bad(line, problem)
		}
	}
}

var errLong = fmt.Errorf("longer than %d bytes", maxLine)

// readLine gives the next line, or errLong in place of one that is too long.
func readLine(in *bufio.Reader) ([]byte, error) {
	text, err := in.ReadSlice('\n')
	if len(text) > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	if len(text) <= maxLine && err == nil {
		return text, nil
	}
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = in.ReadSlice('\n')
	}
	if len(text) > maxLine && (err == nil || errors.Is(err, io.EOF)) {
		return nil, errLong
	}
	return nil, err
}

// parse reads one line.
func parse(text string) (Value, error) {
	at, count, found := strings.Cut(text, ",")
	if !found {
		return Value{}, errors.New("write a time and a number: timestamp,value")
	}
	at, count = field(at), field(count)
	when, err := moment(at)
	if err != nil {
		return Value{}, err
	}
	n, err := strconv.ParseFloat(count, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return Value{}, fmt.Errorf("%q is not a number", count)
	}
	if n < 0 || n > 1e15 {
		return Value{}, fmt.Errorf("a count is from 0 to 1e15, not %v", count)
	}
	return Value{At: when.UTC(), Count: n}, nil
}

// moment reads a time, or a day, which begins at midnight UTC.
func moment(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time: write 2026-01-31T15:04:05Z, 2026-01-31 15:04:05 or 2026-01-31", text)
}

// field takes spaces and quotes off.
func field(text string) string {
	text = strings.TrimSpace(text)
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	return text
}

// header reports whether a line names columns: it has no digit.
func header(text string) bool { return !strings.ContainsAny(text, "0123456789") }

// inOrder sorts values by time and leaves out all but the first line of a time.
func inOrder(values []Value, bad func(line int, err error)) []Value {
	slices.SortStableFunc(values, func(a, b Value) int { return a.At.Compare(b.At) })
	kept := values[:0]
	for _, v := range values {
		if n := len(kept); n > 0 && kept[n-1].At.Equal(v.At) {
			bad(v.Line, fmt.Errorf("line %d has the same time, and counts", kept[n-1].Line))
			continue
		}
		kept = append(kept, v)
	}
	return kept
}

// Step gives the spacing of values in the order of time: the commonest
// distance between two of them, the shortest of those that are equally common; 0
// if there are not two.
func Step(values []Value) time.Duration {
	times := map[time.Duration]int{}
	for i := 1; i < len(values); i++ {
		times[values[i].At.Sub(values[i-1].At)]++
	}
	step := time.Duration(0)
	for distance, n := range times {
		if n > times[step] || n == times[step] && distance < step {
			step = distance
		}
	}
	return step
}

// Alerts judges a whole series, given in the order of time. bad is told of each
// value that a detector refuses.
func Alerts(values []Value, bad func(line int, err error)) ([]Alert, error) {
	if len(values) < 2 {
		return nil, nil
	}
	d, err := New(Step(values))
	if err != nil {
		return nil, err
	}
	return alerts(d, values, bad), nil
}

func alerts(d *Detector, values []Value, bad func(line int, err error)) []Alert {
	var over []Alert
	keep := func(changes []Change) {
		for _, c := range changes {
			if !c.Opened {
				over = append(over, c.Alert)
			}
		}
	}
	for _, v := range values {
		changes, err := d.Add(v.At, v.Count)
		if err != nil {
			bad(v.Line, err)
		}
		keep(changes)
	}
	keep(d.Close())
	return over
}
