package i18n

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"tribune/internal/fault"
)

// Printer writes for one reader: a language and a time zone. It holds no state
// of its own and may be shared by goroutines.
type Printer struct {
	locale *locale
	zone   *time.Location
}

// Lang is the printer's language as a BCP 47 tag: "en" or "fr".
func (p *Printer) Lang() string { return p.locale.lang }

// Zone is the time zone in which the printer writes dates.
func (p *Printer) Zone() *time.Location { return p.zone }

// T translates text and fills its holes from name, value pairs. A text without
// a translation stays English. Values are written as they are: a number that
// should be grouped goes through Number first. Without args it is one look-up
// and allocates nothing.
func (p *Printer) T(text string, args ...any) string {
	if f, ok := p.locale.texts[text]; ok {
		text = f.Other
	}
	if len(args) == 0 {
		return text
	}
	return p.locale.fill(text, "", args)
}

// N translates a text that counts: one and other are its English forms, other
// is the key, and {n} becomes the number as the reader writes it. The form is
// chosen by the CLDR plural rules of the language: French counts 0 as one.
func (p *Printer) N(one, other string, n int64, args ...any) string {
	text, f := other, forms{One: one, Other: other}
	if t, ok := p.locale.texts[other]; ok {
		text, f = t.Other, t
	}
	if f.One != "" && plural.Cardinal.MatchPlural(p.locale.tag, int(max(n, -max(n, -math.MaxInt64))), 0, 0, 0, 0) == plural.One {
		text = f.One
	}
	return p.locale.fill(text, p.Number(n), args)
}

// fill goes through the text once, so that a hole inside a value stays what
// its author wrote. number fills {n} unless it is empty. The space between a
// number and its unit does not break.
func (l *locale) fill(text, number string, args []any) string {
	open := strings.IndexByte(text, '{')
	if open < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + 32)
	for open >= 0 {
		before := text[:open]
		text = text[open:]
		end := strings.IndexByte(text, '}')
		if end < 0 {
			b.WriteString(before)
			break
		}
		name := text[1:end]
		value, ok := argument(name, args)
		switch {
		case !ok && name == "n" && number != "":
			value = number
		case !ok:
			value = text[:end+1]
		}
		if l.elides {
			before = elided(before, value)
		}
		b.WriteString(before)
		b.WriteString(value)
		text = text[end+1:]
		if unit(text) {
			b.WriteString(noBreak)
			text = text[1:]
		}
		open = strings.IndexByte(text, '{')
	}
	b.WriteString(text)
	return b.String()
}

// noBreak stands between a number and its unit, which belong on one line.
const noBreak = "\u00a0"

// unit reports whether what follows a hole is a space and a unit, as in
// "{n} h ago": such a hole holds a number.
func unit(after string) bool {
	if !strings.HasPrefix(after, " ") {
		return false
	}
	word := after[1:]
	if end := strings.IndexAny(word, " .,;:)"); end >= 0 {
		word = word[:end]
	}
	switch word {
	case "%", "d", "j", "h", "min", "MB", "Mo":
		return true
	}
	return false
}

func argument(name string, args []any) (string, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if key, ok := args[i].(string); !ok || key != name {
			continue
		}
		switch v := args[i+1].(type) {
		case string:
			return v, true
		case int:
			return strconv.Itoa(v), true
		case int64:
			return strconv.FormatInt(v, 10), true
		default:
			return fmt.Sprint(v), true
		}
	}
	return "", false
}

// Number writes n with its thousands apart: commas in English, narrow no-break
// spaces in French.
func (p *Printer) Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	if len(digits) <= 3 {
		return sign + digits
	}
	var b strings.Builder
	b.Grow(len(digits) + 3*len(digits)/3 + 1)
	b.WriteString(sign)
	head := (len(digits)-1)%3 + 1
	b.WriteString(digits[:head])
	for i := head; i < len(digits); i += 3 {
		b.WriteString(p.locale.group)
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}

// Decimal writes x rounded to so many places: with a point in English, a comma
// in French.
func (p *Printer) Decimal(x float64, places int) string {
	whole, rest, ok := strings.Cut(strconv.FormatFloat(x, 'f', places, 64), ".")
	if !ok {
		return whole
	}
	return whole + p.locale.decimal + rest
}

// Date writes the day of t in the reader's zone: "20 November 2026".
func (p *Printer) Date(t time.Time) string {
	year, month, day := t.In(p.zone).Date()
	d := strconv.Itoa(day)
	if day == 1 {
		d = p.locale.first
	}
	return d + " " + p.locale.months[month-1] + " " + strconv.Itoa(year)
}

// DateTime writes the day and the minute of t in the reader's zone.
func (p *Printer) DateTime(t time.Time) string {
	return p.T("{date}, {time}", "date", p.Date(t), "time", t.In(p.zone).Format("15:04"))
}

// Ago writes how long before now t was, in one unit, and the date once that is
// more than 30 days. A t up to a minute ahead is taken for a clock that runs
// a little fast; further ahead gives the date.
func (p *Printer) Ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case dated(d):
		return p.Date(t)
	case d < time.Minute:
		return p.T("just now")
	case d < time.Hour:
		return p.T("{n} min ago", "n", int64(d/time.Minute))
	case d < 24*time.Hour:
		return p.T("{n} h ago", "n", int64(d/time.Hour))
	default:
		return p.T("{n} d ago", "n", int64(d/(24*time.Hour)))
	}
}

// Then is Ago at the end of a sentence: "answered 3 d ago", "answered on 18
// October 2026".
func (p *Printer) Then(t, now time.Time) string {
	if dated(now.Sub(t)) {
		return p.T("on {date}", "date", p.Date(t))
	}
	return p.Ago(t, now)
}

// dated reports whether a time so long ago is written as a date.
func dated(ago time.Duration) bool { return ago < -time.Minute || ago >= 31*24*time.Hour }

// Duration writes how long something has waited: days and hours, hours and
// minutes, or minutes. Anything under a minute, or negative, is "under a
// minute".
func (p *Printer) Duration(d time.Duration) string {
	days, hours, minutes := int64(d/(24*time.Hour)), int64(d/time.Hour)%24, int64(d/time.Minute)%60
	switch {
	case d < time.Minute:
		return p.T("under a minute")
	case days > 0 && hours > 0:
		return unparted(p.T("{d} d {h} h", "d", p.Number(days), "h", hours))
	case days > 0:
		return p.T("{d} d", "d", p.Number(days))
	case hours > 0 && minutes > 0:
		return unparted(p.T("{h} h {m} min", "h", hours, "m", minutes))
	case hours > 0:
		return p.T("{h} h", "h", hours)
	default:
		return p.T("{m} min", "m", minutes)
	}
}

// unparted keeps a line from ending within a short text.
func unparted(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }

// Fault writes an error for a person: the translated message of the first
// *fault.Error in its chain, times in it as the days they are. Every other error, and a fault of ours, reads as
// one sentence without detail. A nil error is empty.
func (p *Printer) Fault(err error) string {
	if err == nil {
		return ""
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.Internal {
		args := slices.Clone(f.Args)
		for n, value := range args {
			if day, ok := value.(time.Time); ok {
				args[n] = p.Date(day)
			}
		}
		return p.T(f.Text, args...)
	}
	return p.T("Something went wrong on our side. Nothing was lost; please try again.")
}

// List joins items as a sentence does: "a, b and c".
func (p *Printer) List(items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	last := len(items) - 1
	return p.T("{list} and {last}", "list", strings.Join(items[:last], ", "), "last", items[last])
}

// Language names the language of a BCP 47 tag: "French", "français". What is
// no such tag is given back as it came.
func (p *Printer) Language(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	return named(p.locale.names, t, tag)
}

// Country names the country of an ISO 3166-1 code: "Germany", "Allemagne".
// What is no such code is given back as it came.
func (p *Printer) Country(code string) string {
	r, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return named(p.locale.regions, r, code)
}

func named(namer display.Namer, x any, otherwise string) string {
	if name := namer.Name(x); name != "" {
		return name
	}
	return otherwise
}
