package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"tribune/internal/burst"
)

type burstsCommand struct {
	File string `arg:"" optional:"" type:"existingfile" help:"CSV file of lines timestamp,value, evenly spaced; standard input if not given."`
	JSON bool   `help:"Write one JSON object with all alerts."`
}

// Help says what size of change is found.
func (burstsCommand) Help() string {
	return `Single hours are judged, and the sums of the last 3, 6, 12 and 24. Nothing is told in the first week, of sums
nothing in the first 15 days. Of a series with a rhythm of the day and quieter weekends is found, after so many hours:

  mentions an hour   twice      3 times    5 times   to half    to a fifth   to nothing
  1                  no         half, 21   8         no         1 in 4, 25   20
  5                  most, 17   5          3         some, 23   8            4
  20                 4          2          1         12         4            2
  100                2          1          1         4          2            1

Where nothing changes, less than one alert in a hundred months was false.`
}

// Run finds the spikes of a volume series. Lines that can not be read are named
// on standard error, and the others count; the exit code is 3 if there were any.
func (c *burstsCommand) Run(ctx context.Context) error {
	in := os.Stdin
	if c.File != "" && c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	done := make(chan error, 1)
	go func() {
		bar := newBar(os.Stderr, time.Now)
		found, bad, err := c.find(in, os.Stderr, bar)
		bar.end()
		if err == nil {
			err = c.write(os.Stdout, found)
		}
		if err == nil && bad > 0 {
			err = refusedLines(bad)
		}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done(): // a read from a terminal can not be broken off
		return ctx.Err()
	}
}

// mostTold is how many lines that cannot be read are named.
const mostTold = 20

// find reads a series and judges it, and gives how many of its lines are bad.
func (c *burstsCommand) find(in *os.File, problems io.Writer, bar *bar) (found []burst.Alert, bad int, err error) {
	size := int64(0)
	if info, err := in.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	tell := func(line int, err error) {
		if bad++; bad > mostTold {
			return
		}
		bar.end()
		fmt.Fprintf(problems, "line %d: %v\n", line, err)
	}
	values, err := burst.Read(bar.reading(in, size), tell)
	if err != nil {
		return nil, bad, err
	}
	bar.end()
	if bad > mostTold {
		fmt.Fprintf(problems, "%d more lines could not be read\n", bad-mostTold)
	}
	if bad > 0 && len(values) == 0 {
		return nil, bad, errors.New("no line could be read; write timestamp,value on each")
	}
	found, err = burst.Alerts(values, tell)
	return found, bad, err
}

// write writes the alerts, as JSON or as lines for a reader.
func (c *burstsCommand) write(to io.Writer, found []burst.Alert) error {
	out := bufio.NewWriter(to)
	if c.JSON {
		if found == nil {
			found = []burst.Alert{}
		}
		if err := json.NewEncoder(out).Encode(map[string][]burst.Alert{"alerts": found}); err != nil {
			return err
		}
		return out.Flush()
	}
	for _, a := range found {
		fmt.Fprintf(out, "%s  %s  %-7s  %.0f where %.0f were expected (z %.1f)\n", a.Start.Format(time.RFC3339), a.End.Format(time.RFC3339), a.Kind, a.Peak, a.Expected, a.Z)
	}
	return out.Flush()
}
