package query

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mark is a hashtag or a handle in a text. Its words are tokens as well.
type Mark struct {
	Word       string // folded, with # or @
	Token      int    // its first token
	Tokens     int    // how many tokens it holds
	Start, End int    // the bytes it stands in, sign included
}

// signs are the characters that a hashtag or a handle begins with.
const signs = "#@＃＠"

// marks finds the hashtags and handles of a text whose pieces were found.
func (s *scanner) findMarks(text string) {
	s.marks = s.marks[:0]
	for at := 0; ; {
		i := nextSign(text[at:])
		if i < 0 {
			return
		}
		at += i
		sign, size := utf8.DecodeRuneInString(text[at:])
		before, width := utf8.DecodeLastRuneInString(text[:at])
		if at > 0 && isInWord(before, width) { // an address, or a part of one
			at += size
			continue
		}
		at = s.mark(text, at, size, sign == '#' || sign == '＃')
	}
}

// nextSign gives where the next sign of a mark may be, -1 if there is none.
func nextSign(text string) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '#', '@':
			return i
		case "＃"[0]:
			if strings.HasPrefix(text[i:], "＃") || strings.HasPrefix(text[i:], "＠") {
				return i
			}
		}
	}
	return -1
}

// mark reads the mark whose sign stands at start, and gives where to read on.
// A handle with a server is also the handle without it.
func (s *scanner) mark(text string, start, size int, hashtag bool) int {
	end := start + size
	if hashtag {
		end += runLength(text[end:])
		s.addMark('#', text, start, start+size, end)
		return end
	}
	end += handleLength(text[end:])
	s.addMark('@', text, start, start+size, end)
	if server, n := utf8.DecodeRuneInString(text[end:]); server == '@' || server == '＠' {
		if more := handleLength(text[end+n:]); more > 0 {
			s.addMark('@', text, start, start+size, end+n+more)
			return end + n + more
		}
	}
	return end
}

// addMark notes text[from:end] with its sign, if there is a word in it.
func (s *scanner) addMark(sign byte, text string, start, from, end int) {
	first, _ := slices.BinarySearchFunc(s.pieces, from, func(p piece, at int) int { return p.start - at })
	last := first
	for last < len(s.pieces) && s.pieces[last].start < end {
		last++
	}
	if first == last {
		return
	}
	m := markPiece{piece: piece{from: len(s.buf), start: start, end: end}, first: first, count: last - first}
	s.buf = append(s.buf, sign)
	s.buf = s.appendName(s.buf, text[from:end], sign == '@')
	if m.to = len(s.buf); m.to-m.from < 2 {
		s.buf = s.buf[:m.from]
		return
	}
	s.marks = append(s.marks, m)
}

// appendName appends the folded name of a mark, without what folding brings up
// that has no place in one.
func (s *scanner) appendName(dst []byte, name string, handle bool) []byte {
	from := len(dst)
	dst = s.folder.appendFold(dst, name)
	to := from
	for i := from; i < len(dst); {
		r, size := utf8.DecodeRune(dst[i:])
		if isInName(r, size) || handle && (r == '.' || r == '-' || r == '@') {
			to += copy(dst[to:], dst[i:i+size])
		}
		i += size
	}
	return dst[:to]
}

// runLength gives the bytes of the name at the front of s.
func runLength(s string) int {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !isInName(r, size) {
			return i
		}
		i += size
	}
	return len(s)
}

// handleLength is runLength for a handle, inside which dots and hyphens stand.
func handleLength(s string) int {
	end := runLength(s)
	for end > 0 && end < len(s) && (s[end] == '.' || s[end] == '-') {
		more := runLength(s[end+1:])
		if more == 0 {
			break
		}
		end += 1 + more
	}
	return end
}

// handleParts gives an author's handle without its sign, and as much of it with
// its server.
func handleParts(handle string) (name, whole string) {
	handle = strings.TrimLeft(handle, "@＠ ")
	n := handleLength(handle)
	if server, size := utf8.DecodeRuneInString(handle[n:]); server == '@' || server == '＠' {
		if more := handleLength(handle[n+size:]); more > 0 {
			return handle[:n], handle[:n+size+more]
		}
	}
	return handle[:n], handle[:n]
}

// isInName reports whether a rune can stand in a hashtag.
func isInName(r rune, size int) bool {
	return isInWord(r, size) && !isEmoji(r) && !isSkinTone(r) && !unicode.Is(unicode.Regional_Indicator, r)
}

// markOf reads text as one mark with its sign and gives it folded; ok is false
// if it is anything else. In text a handle is found with and without its server;
// in a query it means what it says.
func markOf(text string) (folded string, ok bool) {
	sign, size := utf8.DecodeRuneInString(text)
	if !strings.ContainsRune(signs, sign) {
		return "", false
	}
	var s scanner
	s.scan(text)
	s.findMarks(text)
	for _, m := range s.marks {
		if m.start == 0 && m.end == len(text) && size < len(text) {
			return string(s.buf[m.from:m.to]), true
		}
	}
	return "", false
}
