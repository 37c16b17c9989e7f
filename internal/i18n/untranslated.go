package i18n

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Untranslated reads the .go and .templ sources under root and lists, as
// "file:line: text", every text that is given as a literal to T, N or
// fault.New and has no French. Tests and generated files are left out.
func Untranslated(root fs.FS, cat *Catalogue) ([]string, error) {
	var missing []string
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
		if !isSource(name) {
			return nil
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		for _, u := range uses(string(data)) {
			if _, ok := cat.french.texts[u.text]; !ok {
				missing = append(missing, fmt.Sprintf("%s:%d: %q", name, u.line, u.text))
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for untranslated texts: %w", err)
	}
	return missing, nil
}

func isSource(name string) bool {
	if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
		return false
	}
	return strings.HasSuffix(name, ".go") || strings.HasSuffix(name, ".templ")
}

// use is a key that a source asks the catalogue for.
type use struct {
	text string
	line int
}

// uses finds the keys by the shape of the calls rather than with go/parser,
// because a .templ file is not Go.
func uses(src string) []use {
	call := regexp.MustCompile(`\.(T|N)\(\s*|\bfault\.(New)\(\s*[\w.]+\s*,\s*`)
	comma := regexp.MustCompile(`^\s*,\s*`)
	var found []use
	for _, at := range call.FindAllStringSubmatchIndex(src, -1) {
		if inComment(src, at[0]) {
			continue
		}
		text, rest, ok := literal(src[at[1]:])
		if ok && at[2] >= 0 && src[at[2]:at[3]] == "N" {
			// The key of a counting text is its second form.
			text, _, ok = literal(rest[len(comma.FindString(rest)):])
		}
		if ok {
			found = append(found, use{text, 1 + strings.Count(src[:at[0]], "\n")})
		}
	}
	return slices.Clip(found)
}

func inComment(src string, at int) bool {
	line := src[strings.LastIndexByte(src[:at], '\n')+1 : at]
	return strings.HasPrefix(strings.TrimSpace(line), "//")
}

// literal reads the string literal that src begins with, and any that are
// added to it, and gives what follows.
func literal(src string) (text, rest string, ok bool) {
	plus := regexp.MustCompile("^\\s*\\+\\s*[\"`]")
	for {
		quoted, err := strconv.QuotedPrefix(src)
		if err != nil || quoted[0] == '\'' {
			return "", src, false
		}
		part, err := strconv.Unquote(quoted)
		if err != nil {
			return "", src, false
		}
		text, src = text+part, src[len(quoted):]
		joint := plus.FindString(src)
		if joint == "" {
			return text, src, true
		}
		src = src[len(joint)-1:]
	}
}
