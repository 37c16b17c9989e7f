package query

import (
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
)

// Doc is a post whose text was read: its words in order, its hashtags and
// handles.
type Doc struct {
	Post   *Post   // nil is an empty one
	Tokens []Token // the index is the position that phrases count by
	Marks  []Mark
}

// Token is one word of a text.
type Token struct {
	Word       string // folded
	Start, End int    // the bytes it stands in, in the original text
}

// Span is a range of bytes, from Start up to but without End.
type Span struct {
	Start, End int
}

// Tokenize finds the words of a text. Words are those of UAX 29, parted
// further at apostrophes and at dots and colons that are not inside a number;
// punctuation is left out, emoji are words.
func Tokenize(text string) Doc { return (&Post{Text: text}).Tokenize() }

// Tokenize reads the text of a post. The Doc holds on to p, which must not be
// changed while it is used, and works out its language and mood through it.
func (p *Post) Tokenize() Doc {
	var s scanner
	s.scan(p.Text)
	s.findMarks(p.Text)
	doc := Doc{Post: p, Tokens: make([]Token, len(s.pieces))}
	folded := string(s.buf)
	for i, p := range s.pieces {
		doc.Tokens[i] = Token{Word: folded[p.from:p.to], Start: p.start, End: p.end}
	}
	for _, m := range s.marks {
		doc.Marks = append(doc.Marks, Mark{Word: folded[m.from:m.to], Token: m.first, Tokens: m.count, Start: m.start, End: m.end})
	}
	return doc
}

// Words gives the folded words of a text in order, as full-text search and the
// search for similar texts want them.
func Words(text string) []string {
	var s scanner
	s.scan(text)
	if len(s.pieces) == 0 {
		return nil
	}
	folded := string(s.buf)
	out := make([]string, len(s.pieces))
	for i, p := range s.pieces {
		out[i] = folded[p.from:p.to]
	}
	return out
}

// piece is a word found by a scanner.
type piece struct {
	from, to   int // its folded form in scanner.buf
	start, end int // where it stands in the text
}

// scanner finds and folds the words of a text into buffers that it keeps, so
// that scanning one text after another allocates nothing. The zero value is
// ready.
type scanner struct {
	iter   *words.Iterator[string]
	folder folder
	buf    []byte
	pieces []piece
	marks  []markPiece
}

// markPiece is a hashtag or handle found by a scanner.
type markPiece struct {
	piece
	first, count int // the pieces in it
}

// scan replaces what the scanner holds by the words of text. No word reaches
// over an ASCII space; what stands between two is read the short way if it is of
// common letters, else by UAX 29 in full.
func (s *scanner) scan(text string) {
	s.buf, s.pieces = s.buf[:0], s.pieces[:0]
	for i := 0; i < len(text); {
		if text[i] <= ' ' {
			i++
			continue
		}
		end := s.common(text, i)
		if end < 0 {
			for end = i; end < len(text) && text[end] > ' '; end++ {
			}
			s.segments(text, i, end)
		}
		i = end
	}
}

// segments finds the words of text[start:end] by UAX 29.
func (s *scanner) segments(text string, start, end int) {
	if s.iter == nil {
		s.iter = words.FromString("")
	}
	s.iter.SetText(text[start:end])
	for s.iter.Next() {
		s.segment(text, start+s.iter.Start(), start+s.iter.End(), nil)
	}
	s.iter.SetText("") // do not hold the text until the next one comes
}

// segment takes one UAX 29 segment of text apart where we part more finely.
// at is where its words stand, nil where they are found.
func (s *scanner) segment(text string, start, end int, at *Span) {
	if s.plain(text, start, end, at) {
		return
	}
	from := -1 // start of the word being read
	for i := start; i < end; {
		r, size := utf8.DecodeRuneInString(text[i:end])
		if isInWord(r, size) || from >= 0 && isInside(text[from:end], i-from, size) {
			if from < 0 {
				from = i
			}
		} else if from >= 0 {
			s.word(text, from, i, at)
			from = -1
		}
		i += size
	}
	if from >= 0 {
		s.word(text, from, end, at)
	}
}

// plain takes the commonest segment, only ASCII letters and digits, the short
// way; it reports false, having done nothing, if the segment is another.
func (s *scanner) plain(text string, start, end int, at *Span) bool {
	from := len(s.buf)
	for i := start; i < end; i++ {
		b := lowerASCII(text[i])
		if !('a' <= b && b <= 'z' || '0' <= b && b <= '9') {
			s.buf = s.buf[:from]
			return false
		}
		s.buf = append(s.buf, b)
	}
	s.place(from, start, end, at)
	return true
}

// word adds the word text[start:end], or the words that it folds into: a
// fraction becomes two numbers, an Arabic ligature may be a whole sentence.
func (s *scanner) word(text string, start, end int, at *Span) {
	start, end = trim(text, start, end)
	from := len(s.buf)
	s.buf = s.folder.appendFold(s.buf, text[start:end])
	folded := s.buf[from:]
	if at == nil && (hasPunctuation(folded) || !isASCII(folded) && string(folded) != text[start:end]) {
		again := string(folded)
		s.buf = s.buf[:from]
		for iter := words.FromString(again); iter.Next(); {
			s.segment(again, iter.Start(), iter.End(), &Span{Start: start, End: end})
		}
		return
	}
	// Folding may have taken away what stood outside an underscore.
	if a, b := trim(string(folded), 0, len(folded)); a < b {
		s.buf = s.buf[:from+b]
		s.place(from+a, start, end, at)
		return
	}
	s.buf = s.buf[:from]
}

// place ends the word that begins at from in the buffer.
func (s *scanner) place(from, start, end int, at *Span) {
	if at != nil {
		start, end = at.Start, at.End
	}
	s.pieces = append(s.pieces, piece{from: from, to: len(s.buf), start: start, end: end})
}

// trim narrows a range to a word: one that begins with a letter, a number or
// an emoji, not with a mark that belongs to nothing, and has no underscores at
// its ends, where they are emphasis and not part of a name. It is empty if there
// is no word.
func trim(text string, start, end int) (int, int) {
	for start < end {
		r, size := utf8.DecodeRuneInString(text[start:end])
		if unicode.IsLetter(r) || unicode.IsNumber(r) || isEmoji(r) {
			break
		}
		start += size
	}
	for start < end {
		r, size := utf8.DecodeLastRuneInString(text[start:end])
		if !unicode.Is(unicode.Pc, r) {
			break
		}
		end -= size
	}
	return start, end
}

// isInWord reports whether a rune can stand in a word.
func isInWord(r rune, size int) bool {
	if r < utf8.RuneSelf {
		b := lowerASCII(byte(r))
		return 'a' <= b && b <= 'z' || '0' <= b && b <= '9' || b == '_'
	}
	if r == utf8.RuneError && size == 1 || r == 'ʼ' || r == 'ʻ' { // the last two are apostrophes
		return false
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || isEmoji(r) ||
		isSkinTone(r) || r == '·' || unicode.In(r, unicode.Pc, unicode.Cf)
}

// isInside reports whether the punctuation at word[i:] belongs to a number, as
// in 1,000.50: it stands between two digits.
func isInside(word string, i, size int) bool {
	switch r, _ := utf8.DecodeRuneInString(word[i:]); r {
	case '.', ',', '．', '，', '٫', '٬':
		before, _ := utf8.DecodeLastRuneInString(word[:i])
		after, _ := utf8.DecodeRuneInString(word[i+size:])
		return unicode.IsDigit(before) && unicode.IsDigit(after)
	}
	return false
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// hasPunctuation reports whether folding brought up ASCII that parts words.
func hasPunctuation(folded []byte) bool {
	for i, c := range folded {
		if c < utf8.RuneSelf && !isInWord(rune(c), 1) && !(i > 0 && isInside(string(folded), i, 1)) {
			return true
		}
	}
	return false
}

// load fills the scanner with what was found in a text before.
func (s *scanner) load(doc Doc) {
	s.buf, s.pieces, s.marks = s.buf[:0], s.pieces[:0], s.marks[:0]
	for _, t := range doc.Tokens {
		from := len(s.buf)
		s.buf = append(s.buf, t.Word...)
		s.pieces = append(s.pieces, piece{from, len(s.buf), t.Start, t.End})
	}
	for _, m := range doc.Marks {
		from := len(s.buf)
		s.buf = append(s.buf, m.Word...)
		s.marks = append(s.marks, markPiece{piece{from, len(s.buf), m.Start, m.End}, m.Token, m.Tokens})
	}
}
