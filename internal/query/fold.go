package query

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const zeroWidthJoiner = '\u200d'

// folder turns text into the form in which words are compared. It keeps its
// buffer between calls. The zero value is ready.
type folder struct {
	buf    []byte // the folded text before it is composed again
	last   rune   // the last character kept
	joined bool   // a joiner followed it
}

// Fold gives s as words are compared: compatibility forms made plain (NFKD),
// accents and invisible characters taken away, lower case, and letters that
// Unicode does not take apart spelled out (ß as ss, ł as l, œ as oe). Marks that
// are part of the letter stay: the vowels of Indic scripts and Thai, the voicing
// of kana. Folding twice changes nothing more.
func Fold(s string) string {
	var f folder
	return string(f.appendFold(nil, s))
}

// appendFold appends the folded form of s to dst.
func (f *folder) appendFold(dst []byte, s string) []byte {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return f.appendWide(dst, s)
		}
	}
	for i := range len(s) {
		dst = append(dst, lowerASCII(s[i]))
	}
	return dst
}

func lowerASCII(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

// appendWide is appendFold for text that is not all ASCII. It takes characters
// apart one by one, since norm.NFKD.Append allocates at each accent; the order of
// marks, which that would see to as well, is put right by NFC at the end.
func (f *folder) appendWide(dst []byte, s string) []byte {
	if folded, ok := appendCommon(dst, s); ok {
		return folded
	}
	f.buf = f.buf[:0]
	f.last, f.joined = 0, false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r < utf8.RuneSelf || 0x3041 <= r && r <= 0x30FA { // kana: NFC would undo it
			f.fold(r)
		} else if apart := norm.NFKD.PropertiesString(s[i:]).Decomposition(); apart != nil {
			for len(apart) > 0 {
				part, n := utf8.DecodeRune(apart)
				f.fold(part)
				apart = apart[n:]
			}
		} else {
			f.fold(r)
		}
		i += size
	}
	// Put together, a word is as short as it can be and as other software writes
	// it. NFC.Append would join it to what dst holds, and allocates.
	if norm.NFC.QuickSpan(f.buf) == len(f.buf) {
		return append(dst, f.buf...)
	}
	return append(dst, norm.NFC.Bytes(f.buf)...)
}

// fold appends the folded form of one character that NFKD takes no further
// apart.
func (f *folder) fold(r rune) {
	if r == zeroWidthJoiner {
		f.joined = isEmoji(f.last)
		return
	}
	if isDropped(r) && !isLetterMark(f.last, r) {
		return
	}
	if f.joined && isEmoji(r) {
		f.buf = utf8.AppendRune(f.buf, zeroWidthJoiner)
	}
	f.joined = false
	f.buf = appendLetter(f.buf, unicode.ToLower(r))
	f.last = r
}

// appendLetter appends a lower-case letter, spelled out if it is one that has
// a customary spelling in plain letters but no decomposition in Unicode.
func appendLetter(dst []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		return append(dst, byte(r))
	}
	switch r {
	case 'ß':
		return append(dst, "ss"...)
	case 'æ':
		return append(dst, "ae"...)
	case 'œ':
		return append(dst, "oe"...)
	case 'þ':
		return append(dst, "th"...)
	case 'ł':
		return append(dst, 'l')
	case 'ø':
		return append(dst, 'o')
	case 'đ', 'ð':
		return append(dst, 'd')
	case 'ħ':
		return append(dst, 'h')
	case 'ŧ':
		return append(dst, 't')
	case 'ı':
		return append(dst, 'i')
	case 'ς':
		r = 'σ'
	case 'ٱ':
		r = 'ا'
	case 'ى', 'ی', 'ې', 'ے':
		r = 'ي'
	case 'ة', 'ہ', 'ۃ', 'ە':
		r = 'ه'
	case 'ک':
		r = 'ك'
	}
	switch {
	case '٠' <= r && r <= '٩':
		r += '0' - '٠'
	case '۰' <= r && r <= '۹':
		r += '0' - '۰'
	}
	return utf8.AppendRune(dst, r)
}

// isLetterMark reports whether a mark that is dropped elsewhere makes another
// letter of the Cyrillic one before it: й, ў and ї are no accented и, у and і. Two
// dots on е are left out by most who write them, and are dropped.
func isLetterMark(letter, mark rune) bool {
	switch mark {
	case '\u0306':
		return letter == 'и' || letter == 'И' || letter == 'у' || letter == 'У'
	case '\u0308':
		return letter == 'і' || letter == 'І'
	}
	return false
}

// appendCommon is appendFold for text of ASCII and what stands in the table of
// common characters; ok is false if there is anything else.
func appendCommon(dst []byte, s string) (folded []byte, ok bool) {
	from := len(dst)
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			dst = append(dst, lowerASCII(s[i]))
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r >= commonEnd || common[r] == "" {
			return dst[:from], false
		}
		dst = append(dst, common[r]...)
		i += size
	}
	return dst, true
}

// isDropped reports whether folding takes r away: accents, variation
// selectors, the skin tones of emoji, soft hyphens and other characters that cannot be seen, the Arabic
// lengthening stroke, and the Catalan dot, which stands between two letters of
// one word.
func isDropped(r rune) bool {
	if r < utf8.RuneSelf {
		return false
	}
	switch r {
	case '\u3099', '\u309a': // the marks that make か into が
		return false
	case '\u0640', '\u00b7':
		return true
	}
	if unicode.Is(unicode.Cf, r) || isSkinTone(r) {
		return true
	}
	if !unicode.In(r, unicode.Mn, unicode.Me) {
		return false
	}
	return unicode.In(r, unicode.Inherited, unicode.Latin, unicode.Greek,
		unicode.Cyrillic, unicode.Arabic, unicode.Hebrew, unicode.Syriac)
}

// isEmoji reports whether r is a pictograph. The blocks are those that hold
// the Extended_Pictographic symbols of UTS 51, without the signs for copyright
// and trade marks, which nobody means as a word.
func isEmoji(r rune) bool {
	switch {
	case 0x1F000 <= r && r <= 0x1FAFF,
		0x2600 <= r && r <= 0x27BF,
		0x2300 <= r && r <= 0x23FF,
		0x2B00 <= r && r <= 0x2BFF:
		return unicode.Is(unicode.So, r)
	}
	return false
}

// isSkinTone reports whether r is one of the Fitzpatrick modifiers.
func isSkinTone(r rune) bool { return 0x1F3FB <= r && r <= 0x1F3FF }
