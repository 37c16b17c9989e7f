package post

import (
	"regexp"
	"strconv"
	"strings"
)

// Part is a stretch of a post's text: Markdown, or a picture.
type Part struct {
	Text    string // Markdown, "" for a picture
	Picture int64  // 0 for Markdown
	Alt     string // what is seen on the picture, as the text says it; "" for as its author said it first
	Caption string // to stand under it
}

// line is how a text shows a picture of its post: on a line of its own, in the
// form of Markdown, with a caption or without.
func line() *regexp.Regexp {
	return regexp.MustCompile(`^!\[([^\]\n]*)\]\(picture:([0-9]{1,18})(?:\s+"([^"\n]*)")?\)$`)
}

// Split takes a post's text apart, at its pictures. A picture that is asked
// for within a line of text is left in it, and becomes words there.
func Split(body string) (parts []Part) {
	picture := line()
	var text strings.Builder
	flush := func() {
		if strings.TrimSpace(text.String()) != "" {
			parts = append(parts, Part{Text: strings.Trim(text.String(), "\n")})
		}
		text.Reset()
	}
	for row := range strings.Lines(body) {
		found := picture.FindStringSubmatch(strings.TrimRight(row, " \t\r\n"))
		if found == nil {
			text.WriteString(row)
			continue
		}
		id, err := strconv.ParseInt(found[2], 10, 64)
		if err != nil || id == 0 {
			text.WriteString(row)
			continue
		}
		flush()
		parts = append(parts, Part{Picture: id, Alt: strings.TrimSpace(found[1]), Caption: strings.TrimSpace(found[3])})
	}
	flush()
	return parts
}

// Words gives a post's text without its pictures, for excerpts.
func Words(body string) string {
	var text strings.Builder
	for _, p := range Split(body) {
		if p.Text != "" {
			text.WriteString(p.Text + "\n\n")
		}
	}
	return text.String()
}

// Line gives what shows a picture in a text.
func Line(id int64, alt string) string {
	alt = strings.NewReplacer("[", "(", "]", ")", "\n", " ").Replace(alt)
	return "![" + alt + "](picture:" + strconv.FormatInt(id, 10) + ")"
}

// references gives the pictures that a text shows.
func references(body string) (ids []int64) {
	for _, p := range Split(body) {
		if p.Picture != 0 {
			ids = append(ids, p.Picture)
		}
	}
	return ids
}
