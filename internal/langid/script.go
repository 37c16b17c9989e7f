package langid

import (
	"slices"
	"unicode"
)

// script is a writing system as far as languages are told apart by it.
type script uint8

const (
	other script = iota // letters of a script that is not listed
	latin
	cyrillic
	arabic
	hebrew
	devanagari
	bengali
	han
	kana
	greek
	hangul
	thai
	armenian
	georgian
	gurmukhi
	gujarati
	oriya
	tamil
	telugu
	kannada
	malayalam
	sinhala
	lao
	burmese
	khmer
	ethiopic
	tibetan
	scripts // how many there are
)

// soleLanguage is the language of each script that only one language here is
// written in.
var soleLanguage = [scripts]string{
	greek: "el", hangul: "ko", thai: "th", armenian: "hy", georgian: "ka", gurmukhi: "pa",
	gujarati: "gu", oriya: "or", tamil: "ta", telugu: "te", kannada: "kn", malayalam: "ml",
	sinhala: "si", lao: "lo", burmese: "my", khmer: "km", ethiopic: "am", tibetan: "bo",
	hebrew: "he", bengali: "bn", han: "zh", kana: "ja",
}

// weigh is what a letter counts for: a character of Chinese or Japanese says
// about as much as two or three letters.
var weigh = [scripts]int{han: 3, kana: 2, hangul: 2}

// block is a range of characters of one script.
type block struct {
	from, to rune
	script   script
}

// blocks are the ranges in order, from Unicode's Blocks.txt; what counts is
// whether a character in one is a letter.
var blocks = []block{
	{0x0041, 0x024F, latin}, {0x0250, 0x02AF, latin}, {0x0370, 0x03FF, greek}, {0x0400, 0x052F, cyrillic},
	{0x0531, 0x058F, armenian}, {0x0591, 0x05FF, hebrew}, {0x0600, 0x06FF, arabic}, {0x0750, 0x077F, arabic},
	{0x08A0, 0x08FF, arabic}, {0x0900, 0x097F, devanagari}, {0x0980, 0x09FF, bengali}, {0x0A00, 0x0A7F, gurmukhi},
	{0x0A80, 0x0AFF, gujarati}, {0x0B00, 0x0B7F, oriya}, {0x0B80, 0x0BFF, tamil}, {0x0C00, 0x0C7F, telugu},
	{0x0C80, 0x0CFF, kannada}, {0x0D00, 0x0D7F, malayalam}, {0x0D80, 0x0DFF, sinhala}, {0x0E00, 0x0E7F, thai},
	{0x0E80, 0x0EFF, lao}, {0x0F00, 0x0FFF, tibetan}, {0x1000, 0x109F, burmese}, {0x10A0, 0x10FF, georgian},
	{0x1100, 0x11FF, hangul}, {0x1200, 0x139F, ethiopic}, {0x1780, 0x17FF, khmer}, {0x1C90, 0x1CBF, georgian},
	{0x1E00, 0x1EFF, latin}, {0x1F00, 0x1FFF, greek}, {0x3040, 0x30FF, kana}, {0x3130, 0x318F, hangul},
	{0x31F0, 0x31FF, kana}, {0x3400, 0x4DBF, han}, {0x4E00, 0x9FFF, han}, {0xAC00, 0xD7AF, hangul},
	{0xF900, 0xFAFF, han}, {0xFB50, 0xFDFF, arabic}, {0xFE70, 0xFEFC, arabic}, {0xFF21, 0xFF5A, latin},
	{0xFF66, 0xFF9F, kana}, {0x20000, 0x3134F, han},
}

// scriptOf gives the script of a letter. ok is false for what is no letter.
func scriptOf(r rune) (s script, ok bool) {
	switch {
	case r < 0x80:
		return latin, 'a' <= r|0x20 && r|0x20 <= 'z'
	case r < 0x250:
		return latin, r >= 0xC0 && r != '×' && r != '÷' || r == 'ª' || r == 'º'
	case !unicode.IsLetter(r):
		return other, false
	}
	i, found := slices.BinarySearchFunc(blocks, r, func(b block, r rune) int {
		switch {
		case b.to < r:
			return -1
		case b.from > r:
			return 1
		}
		return 0
	})
	if !found {
		return other, true
	}
	return blocks[i].script, true
}
