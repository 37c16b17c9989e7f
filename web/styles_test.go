package web_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	comment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	rule    = regexp.MustCompile(`([^{};]+)\{[^{}]*\}`)
	bare    = regexp.MustCompile(`^\.[\w-]+$`)
)

// TestOneFolderAClass: the style sheets of all folders are one sheet in the
// browser, so that a class which two folders style, alone and not within
// something of theirs, looks on the page of one as the other wants it. What
// web/page styles is everybody's.
func TestOneFolderAClass(t *testing.T) {
	sheets, err := filepath.Glob("*/*.css")
	if err != nil || len(sheets) < 20 {
		t.Fatal(sheets, err)
	}
	styled := map[string]string{} // by class: the folder
	for _, sheet := range sheets {
		folder := filepath.Dir(sheet)
		if folder == "page" {
			continue
		}
		text, err := os.ReadFile(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rule.FindAllStringSubmatch(comment.ReplaceAllString(string(text), ""), -1) {
			for _, selector := range strings.Split(r[1], ",") {
				class := strings.TrimSpace(selector)
				if !bare.MatchString(class) {
					continue
				}
				if first, ok := styled[class]; ok && first != folder {
					t.Errorf("%s styles %s, and so does web/%s: give one of them a name of its own, or move what they share to web/page", sheet, class, first)
				}
				styled[class] = folder
			}
		}
	}
	if len(styled) < 300 {
		t.Errorf("only %d classes were found", len(styled))
	}
}
