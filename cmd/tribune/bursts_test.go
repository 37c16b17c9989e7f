package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestBursts checks the contract of the filter: what it writes, and what it
// says of lines it can not read.
func TestBursts(t *testing.T) {
	var spike strings.Builder
	for hour := range 15 * 24 {
		count := 20 + hour%24
		if hour >= 250 && hour < 253 {
			count = 300
		}
		fmt.Fprintf(&spike, "%s,%d\n", time.Date(2026, 9, 1, hour, 0, 0, 0, time.UTC).Format(time.DateTime), count)
	}
	for _, c := range []struct {
		name, text, starts, problems string
		fails                        bool
	}{
		{"nothing", "", "", "", false},
		{"a header alone", "timestamp,value\n", "", "", false},
		{"one line", "2026-01-01 00:00:00,4\n", "", "", false},
		{"nothing that can be read", "x,4\nx\n", "", "line 1: \"x\" is not a time: write 2026-01-31T15:04:05Z, 2026-01-31 15:04:05 or 2026-01-31\nline 2: write a time and a number: timestamp,value\n", true},
		{"a spike", "timestamp,value\n" + spike.String(), "2026-09-11T10:00:00Z rise 300", "", false},
		{"a spike and bad lines", spike.String() + "2026-09-02 00:30:00,-1\n2026-09-02 00:00:00,5\n", "2026-09-11T10:00:00Z rise 300",
			"line 361: a count is from 0 to 1e15, not -1\nline 362: line 25 has the same time, and counts\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "series.csv")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			in, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			command := burstsCommand{JSON: true}
			var out, problems bytes.Buffer
			found, bad, err := command.find(in, &problems, &bar{now: time.Now})
			if (err != nil) != c.fails || bad != strings.Count(c.problems, "\n") {
				t.Fatalf("%d lines are bad, %v", bad, err)
			}
			if diff := cmp.Diff(c.problems, problems.String()); diff != "" {
				t.Error(diff)
			}
			if c.fails {
				return
			}
			if err := command.write(&out, found); err != nil {
				t.Fatal(err)
			}
			var got struct {
				Alerts []struct {
					Start, End, Kind  string
					Peak, Expected, Z float64
				}
			}
			d := json.NewDecoder(&out)
			d.DisallowUnknownFields()
			if err := d.Decode(&got); err != nil || got.Alerts == nil {
				t.Fatalf("%v, %+v", err, got)
			}
			var starts []string
			for _, a := range got.Alerts {
				starts = append(starts, fmt.Sprint(a.Start, " ", a.Kind, " ", a.Peak))
			}
			if diff := cmp.Diff(c.starts, strings.Join(starts, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
