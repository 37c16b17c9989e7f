package markdown

import "strings"

// maxNesting is how many quotes and list items one line may open. The parser
// needs quadratic time for them: 20,000 times ">" took 1.3 s.
const maxNesting = 32

// shallow escapes the first marker that would nest a line any deeper, which
// makes the rest of that line plain text.
func shallow(src string) string {
	if len(src) <= maxNesting {
		return src
	}
	var b strings.Builder
	for line := range strings.Lines(src) {
		if at := deepMarker(line); at >= 0 {
			b.WriteString(line[:at] + `\`)
			line = line[at:]
		}
		b.WriteString(line)
	}
	return b.String()
}

// deepMarker finds where in the line the first marker beyond maxNesting can be
// escaped, -1 if there is none.
func deepMarker(line string) int {
	if strings.Trim(line, "- \t\r\n") == "" || strings.Trim(line, "* \t\r\n") == "" {
		return -1 // a rule across the page
	}
	depth := 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == ' ' || c == '\t' || c >= '0' && c <= '9':
			continue
		case c == '>':
			depth++
		case strings.IndexByte("-+*.)", c) >= 0 && i+1 < len(line) && (line[i+1] == ' ' || line[i+1] == '\t'):
			depth++
		default:
			return -1
		}
		if depth > maxNesting {
			return i
		}
	}
	return -1
}
