// Package chart draws pictures of numbers on the desk, with Apache ECharts
// 6.1.0 (echarts.own.js, as its makers publish it on npm), which only pages with
// a picture load. A picture never stands alone: its page has the same
// numbers as a table, which is all there is without JavaScript.
package chart

import (
	"embed"
	"encoding/json"
	"net/http"

	"tribune/web/page"
)

// Files are this folder's styles, scripts and translations.
//
//go:embed *.css *.js fr.json
var Files embed.FS

// Routes has none: pictures stand on other pages.
func Routes(*http.ServeMux, *page.Kit) {}

// Kind is how numbers are drawn.
type Kind string

// The kinds of picture.
const (
	Stack  Kind = "stack"  // bars over time, series upon each other
	Lines  Kind = "lines"  // a line for each series over time
	Shares Kind = "shares" // a bar for each series, with where it may truly lie
)

// Picture is what is drawn.
type Picture struct {
	Kind   Kind     `json:"kind"`
	Says   string   `json:"says"`           // in words, for who does not see it
	Step   string   `json:"step,omitempty"` // hour, day, week or month
	Times  []string `json:"times,omitempty"`
	Series []Series `json:"series"`
	Of     string   `json:"of,omitempty"` // what of the page it is drawn with; for its tests and styles
}

// Series is the numbers of one thing.
type Series struct {
	Name  string    `json:"name"`
	Tone  string    `json:"tone,omitempty"` // good, bad, quiet, accent; empty: one of its own
	Data  []float64 `json:"data"`
	Low   []float64 `json:"low,omitempty"`
	High  []float64 `json:"high,omitempty"`
	Hrefs []string  `json:"hrefs,omitempty"` // where each number opens to
}

// data gives the picture for its script.
func (p Picture) data() string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // of numbers and texts
	}
	return string(text)
}
