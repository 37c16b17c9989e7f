package query

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Most words of most texts are of ASCII and of letters that have no marks of
// their own to be taken apart: those are read here, by tables that are made from
// the slow way and held to it by tests.

// commonEnd ends the characters that have their folded form in a table: those
// of Latin, Greek and Cyrillic writing.
const commonEnd = 0x530

// common holds the folded forms of letters below commonEnd, those that fold
// into letters.
var common = func() (table [commonEnd]string) {
	var f folder
	for r := rune(utf8.RuneSelf); r < commonEnd; r++ {
		if !unicode.IsLetter(r) {
			continue
		}
		f.buf, f.last, f.joined = f.buf[:0], 0, false
		for _, part := range norm.NFKD.String(string(r)) {
			f.fold(part)
		}
		folded := norm.NFC.String(string(f.buf))
		letters := folded != ""
		for _, part := range folded {
			letters = letters && unicode.IsLetter(part) && part < commonEnd && isInWord(part, utf8.RuneLen(part))
		}
		if letters && isInWord(r, 2) {
			table[r] = folded
		}
	}
	return table
}()

// byteClass is what a byte is to the words around it.
type byteClass uint8

const (
	byteParts byteClass = iota // no part of a word
	byteWord
	byteDigit
	bytePoint // part of a number between two digits
	byteEnds  // a space, or a control character
	byteWide  // of a character that is not ASCII
)

var byteClasses = func() (table [256]byteClass) {
	for i := range table {
		switch b := byte(i); {
		case b <= ' ':
			table[i] = byteEnds
		case b >= utf8.RuneSelf:
			table[i] = byteWide
		case '0' <= b && b <= '9':
			table[i] = byteDigit
		case b == '.' || b == ',':
			table[i] = bytePoint
		case isInWord(rune(b), 1):
			table[i] = byteWord
		}
	}
	return table
}()

var lowerBytes = func() (table [256]byte) {
	for i := range table {
		table[i] = lowerASCII(byte(i))
	}
	return table
}()

// common finds the words from start to the next ASCII space, and gives where
// that is; -1, having done nothing, if there is a character that is not common.
func (s *scanner) common(text string, start int) int {
	buf, pieces := s.buf, len(s.pieces)
	from, first := len(buf), -1 // of the word being read: where it is folded to, where it begins
	i := start
loop:
	for i < len(text) {
		b := text[i]
		switch byteClasses[b] {
		case byteWord, byteDigit:
			if first < 0 {
				first = i
			}
			buf = append(buf, lowerBytes[b])
			i++
			continue
		case bytePoint:
			if first >= 0 && i+1 < len(text) && byteClasses[text[i-1]] == byteDigit && byteClasses[text[i+1]] == byteDigit {
				buf = append(buf, b)
				i++
				continue
			}
		case byteEnds:
			break loop
		case byteWide:
			r, size := utf8.DecodeRuneInString(text[i:])
			if r < commonEnd && common[r] != "" {
				if first < 0 {
					first = i
				}
				buf = append(buf, common[r]...)
				i += size
				continue
			}
			if !isCommonMark(r) {
				s.pieces = s.pieces[:pieces]
				return -1
			}
			i += size - 1
		}
		if first >= 0 {
			s.buf = buf
			s.commonWord(from, first, i-utf8Extra(text, i))
			buf = s.buf
			from, first = len(buf), -1
		}
		i++
	}
	s.buf = buf
	if first >= 0 {
		s.commonWord(from, first, i)
	}
	return i
}

// utf8Extra gives how far i is into the character that it is in.
func utf8Extra(text string, i int) int {
	n := 0
	for text[i-n]&0xC0 == 0x80 {
		n++
	}
	return n
}

// commonWord ends the word that is folded to the end of the buffer, without
// underscores around it.
func (s *scanner) commonWord(from, start, end int) {
	for from < len(s.buf) && s.buf[from] == '_' {
		from++
		start++
	}
	if from == len(s.buf) {
		return
	}
	for s.buf[len(s.buf)-1] == '_' {
		s.buf = s.buf[:len(s.buf)-1]
		end--
	}
	s.pieces = append(s.pieces, piece{from: from, to: len(s.buf), start: start, end: end})
}

// isCommonMark reports whether r is punctuation that parts words whatever
// stands around it.
func isCommonMark(r rune) bool {
	switch r {
	case '’', '‘', '“', '”', '„', '«', '»', '–', '—', '…', '€', '£', '°':
		return true
	}
	return false
}
