package i18n

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

//go:embed fr.json
var ownTexts embed.FS

// monthsKey holds the twelve months, so that "May" alone stays free to mean
// something else in another folder's catalogue.
const monthsKey = "January February March April May June July August September October November December"

// Catalogue holds all texts of all languages. It does not change after Load
// and may be used by any number of goroutines.
type Catalogue struct {
	english, french *locale
}

// locale is all that differs from one language to another.
type locale struct {
	lang    string
	tag     language.Tag
	texts   map[string]forms
	months  []string
	group   string // between groups of three digits
	decimal string // before what is less than one
	first   string // the first day of a month
	elides  bool   // "de" and "que" lose their e before a value that begins with a vowel
	names   display.Namer
	regions display.Namer
}

// forms are the translations of one text; only other is there for a text that
// does not count.
type forms struct {
	One   string `json:"one"`
	Other string `json:"other"`
}

// Load reads every fr.json under the given file systems, and the package's own.
// A text that is translated in two ways, a translation that is empty, and one
// that names a hole its English text does not have are errors.
func Load(files ...fs.FS) (*Catalogue, error) {
	texts := map[string]forms{}
	for _, root := range append([]fs.FS{ownTexts}, files...) {
		err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if skipped(d.Name()) {
					return fs.SkipDir
				}
				return nil
			}
			if path.Base(name) != "fr.json" {
				return nil
			}
			if err := readTexts(root, name, texts); err != nil {
				return fmt.Errorf("translations in %s: %w", name, err)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	french := newLocale(language.French, texts, "\u202f", ",", "1er")
	french.elides = true
	return &Catalogue{english: newLocale(language.English, nil, ",", ".", "1"), french: french}, nil
}

func newLocale(tag language.Tag, texts map[string]forms, group, decimal, first string) *locale {
	months := monthsKey
	if f, ok := texts[monthsKey]; ok {
		months = f.Other
	}
	return &locale{
		lang: tag.String(), tag: tag, texts: texts, months: strings.Fields(months), group: group, decimal: decimal, first: first,
		names: display.Languages(tag), regions: display.Regions(tag),
	}
}

// readTexts goes through the file token by token, because a map would silently
// swallow the first of two equal keys.
func readTexts(root fs.FS, name string, into map[string]forms) error {
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return errors.New("not a JSON object")
	}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		var value forms
		if err := dec.Decode(&value); err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
		if err := value.check(key); err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
		if before, ok := into[key]; ok && before != value {
			return fmt.Errorf("%q is translated in two ways: %q and %q", key, before.Other, value.Other)
		}
		into[key] = value
	}
	if _, err := dec.Token(); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON object")
	}
	return nil
}

// UnmarshalJSON takes a string, or an object of plural forms.
func (f *forms) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte(`"`)) {
		return json.Unmarshal(data, &f.Other)
	}
	type plain forms
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode((*plain)(f)); err != nil {
		return err
	}
	if f.One == "" {
		return errors.New(`the form "one" is missing`)
	}
	return nil
}

func (f forms) check(english string) error {
	if f.Other == "" {
		return errors.New("the translation is empty")
	}
	known := holes(english)
	for _, text := range []string{f.One, f.Other} {
		for hole := range holes(text) {
			if !known[hole] {
				return fmt.Errorf("the English text has no hole {%s}", hole)
			}
		}
	}
	return nil
}

func holes(text string) map[string]bool {
	found := map[string]bool{}
	for {
		_, rest, ok := strings.Cut(text, "{")
		if !ok {
			return found
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			return found
		}
		found[name] = true
		text = after
	}
}

// Printer gives a printer for "en" or "fr"; any other language reads English.
// A nil zone is UTC.
func (c *Catalogue) Printer(lang string, zone *time.Location) *Printer {
	if zone == nil {
		zone = time.UTC
	}
	if lang == "fr" {
		return &Printer{locale: c.french, zone: zone}
	}
	return &Printer{locale: c.english, zone: zone}
}

// Match picks "en" or "fr" for an Accept-Language header: the first of the
// reader's own order that the program speaks, English if there is none.
func Match(acceptLanguage string) string {
	tags, weights, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return "en"
	}
	for i, tag := range tags {
		if weights[i] == 0 {
			continue
		}
		base, _ := tag.Base()
		if lang := base.String(); lang == "en" || lang == "fr" {
			return lang
		}
	}
	return "en"
}

// skipped names the folders that hold nothing of the program's own.
func skipped(folder string) bool {
	switch folder {
	case ".git", "node_modules", "testdata", "vendor":
		return true
	}
	return false
}
