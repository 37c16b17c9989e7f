package feature

import "math"

// sign appends what a token stands for when only its mood is looked at; 0 for
// nothing. Of equal signs of punctuation side by side one counts.
func (r *Reader) sign(s rune) {
	if s == 0 || s < 'A' && r.signs[len(r.signs)-1] == s {
		return
	}
	r.signs = append(r.signs, s)
}

// signOf gives the sign of a word with a score.
func signOf(v float64) rune {
	switch {
	case v >= 2.5:
		return 'Q'
	case v >= 1.5:
		return 'P'
	case v > 0:
		return 'p'
	case v <= -2.5:
		return 'W'
	case v <= -1.5:
		return 'M'
	}
	return 'm'
}

// plainSign gives the sign of a token without a score.
func (r *Reader) plainSign(i int, function int8) rune {
	switch function {
	case Negator:
		return 'n'
	case Booster:
		return 'i'
	case But:
		return 'b'
	}
	switch c := r.runes[r.tokens[i].from]; c {
	case '!', '?', '#', '.', ',':
		return c
	case address:
		return '+'
	case name:
		return '@'
	}
	return 0
}

// countSigns counts punctuation, emoticons and capitals.
func (r *Reader) countSigns() {
	var exclaimed, asked, named, tagged, trailed, quoted, linked int
	t := r.runes
	for i, c := range t {
		switch c {
		case '!':
			exclaimed++
		case '?', '؟':
			asked++
		case name:
			named++
		case '#':
			tagged++
		case address:
			linked++
		case '"', '“', '«':
			quoted++
		case '…':
			trailed++
		case '.':
			if i > 0 && t[i-1] == '.' {
				trailed++
			}
		}
		switch face(t, i) {
		case 1:
			r.Dense[happyFaces] = 1
		case -1:
			r.Dense[sadFaces] = 1
		}
	}
	d := &r.Dense
	d[exclaims], d[questions] = logOf(exclaimed), logOf(asked)
	d[names], d[hashtags] = logOf(named), logOf(tagged)
	d[ellipses], d[quotations] = logOf(trailed), logOf(quoted)
	d[addresses] = float32(min(linked, 2))
	d[shouting] = float32(r.capitals) / float32(r.letters+1)
	d[length] = float32(math.Log1p(float64(len(r.tokens))) / 3)
}

// face tells whether an emoticon begins at t[i]: 1 a happy one, -1 a sad one.
// Letters are in lower case by now.
func face(t []rune, i int) int {
	at := func(j int) rune {
		if j >= 0 && j < len(t) {
			return t[j]
		}
		return ' '
	}
	switch t[i] {
	case ':', ';', '=':
	case '<':
		switch {
		case at(i+1) == '3':
			return 1
		case at(i+1) == '/' && at(i+2) == '3':
			return -1
		}
		return 0
	case '^':
		if at(i+1) == '^' || at(i+1) == '_' && at(i+2) == '^' {
			return 1
		}
		return 0
	case '-':
		if (at(i+1) == '_' || at(i+1) == '.') && at(i+2) == '-' {
			return -1
		}
		return 0
	default:
		return 0
	}
	j := i + 1
	if c := at(j); c == '-' || c == '\'' || c == 'o' {
		j++
	}
	switch c := at(j); c {
	case ')', ']', '}', '*':
		return 1
	case 'd', 'p', '3':
		if !isWord(at(j+1)) && !isWord(at(i-1)) {
			return 1
		}
	case '(', '[', '{', '|', '@':
		return -1
	case '/', '\\', 's', 'c':
		if !isWord(at(j+1)) && !isWord(at(i-1)) {
			return -1
		}
	}
	return 0
}
