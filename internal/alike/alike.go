// Package alike reads text as an eye does that is to be deceived: letters of
// other scripts, digits and signs that cannot be told from Latin letters are
// spelled as those. What it gives is for comparing names, never for showing.
package alike

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// letters are look-alikes of Latin letters: those of Cyrillic, Greek and
// Armenian, and the small capitals. The source is confusables.txt of Unicode
// Technical Standard 39; where a capital looks like another letter than the
// small one, each is taken for its own. Full widths, letters in circles and
// mathematical letters need no entry: NFKD makes them plain.
var letters = table(
	"АA аa ВB вb ЕE еe ЗZ НH нh ІI іi ЈJ јj КK кk МM мm ОO оo РP рp СC сc ЅS ѕs ТT тt УY уy ХX хx ҺH һh ԁd Ԛq ԛq Ԝw ԝw ѴV ѵv ӀI ӏl ӕæ гr ԌG ԍg",
	"ΑA αa ΒB ΕE εe ΖZ ΗH ηn ΙI ιi ΚK κk ΜM μu ΝN νv ΟO οo ΡP ρp ΤT τt ΥY υu ΧX χx γy ωw ϲc ϳj σo",
	"օo ՕO սu ՍU ոn հh ցg զq ԼL ʟL",
	"ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ᴌl ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz ıi ɑa ɡg ǀl ɩi ʋu ʍm",
)

func table(rows ...string) map[rune]rune {
	all := map[rune]rune{}
	for pair := range strings.FieldsSeq(strings.Join(rows, " ")) {
		r := []rune(pair)
		all[r[0]] = r[1]
	}
	return all
}

// Letters spells look-alikes of Latin letters as those, and takes accents off.
// Case stays as it is. A text in another script comes out mangled, the same
// way each time.
func Letters(s string) string {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < 0x80
	}
	if ascii {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f {
			return -1
		}
		if l, ok := letters[r]; ok {
			return l
		}
		return r
	}, norm.NFKD.String(strings.ToValidUTF8(s, "\uFFFD")))
}

// digits are digits and signs that are written in the place of letters. Only 0
// and 1 are confusables; the others are habit.
var digits = strings.NewReplacer("0", "o", "1", "l", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "!", "i", "|", "l", "$", "s", "@", "a", "€", "e")

// Digits reads the digits and signs of each word that has letters, too, as the
// letters they stand for. A word of digits alone stays a number.
func Digits(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		if strings.ContainsFunc(w, unicode.IsLetter) {
			words[i] = digits.Replace(w)
		}
	}
	return strings.Join(words, " ")
}

// Strokes reads letters that are one upright stroke, in any case, as the same,
// and "rn" as "m", with which it is confused.
func Strokes(s string) string { return strokes.Replace(s) }

var strokes = strings.NewReplacer("I", "l", "i", "l", "rn", "m")
