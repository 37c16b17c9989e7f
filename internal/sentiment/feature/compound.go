package feature

import "math"

// compound gives VADER's compound score of an English text, from -1 to 1 (Hutto
// & Gilbert 2014, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis
// of Social Media Text"; the constants are theirs, found by asking people). Its
// special cases for terms of several words and for "least", "never so" and "without doubt" are
// left out.
func (r *Reader) compound(x *Lexicon, l Language) float64 {
	const (
		boost      = 0.293
		shout      = 0.733
		beforeBut  = 0.5
		afterBut   = 1.5
		exclaim    = 0.292
		ask        = 0.18
		normaliser = 15
	)
	shouting := r.capitals > 0 && r.capitals*10 < r.letters*8 // a text all in capitals shouts nothing
	sum, before := 0.0, 0.0                                   // before: of what stands in front of "but"
	exclaimed, asked := 0, 0
	for i := range r.tokens {
		t := &r.tokens[i]
		switch r.runes[t.from] {
		case '!':
			exclaimed++
		case '?':
			asked++
		}
		if f, ok := x.find(t.hash, Function, l); ok && f == But {
			before, sum = before+sum, 0
			continue
		}
		var v float64
		if tenths, ok := x.find(t.hash, Vader, English); ok {
			v = float64(tenths) / 10
		} else if e, ok := x.find(t.hash, Emoji, Other); ok {
			v = float64(e)
		}
		if v == 0 {
			continue
		}
		if shouting && t.capitals {
			v += math.Copysign(shout, v)
		}
		for j, back := i-1, 1; j >= 0 && back <= 3; j-- {
			before := &r.tokens[j]
			if !before.word {
				continue
			}
			near := math.Copysign(1-0.05*float64(back-1), v)
			back++
			step := boost
			if shouting && before.capitals {
				step += shout
			}
			switch f, _ := x.find(before.hash, Function, l); f {
			case Booster:
				v += step * near
			case Damper:
				v -= boost * near
			case Negator:
				v *= flip
			}
		}
		sum += v
	}
	if before != 0 {
		sum = before*beforeBut + sum*afterBut
	}
	emphasis := exclaim * float64(min(exclaimed, 4))
	switch {
	case asked > 3:
		emphasis += 0.96
	case asked > 1:
		emphasis += ask * float64(asked)
	}
	if sum != 0 {
		sum += math.Copysign(emphasis, sum)
	}
	return sum / math.Sqrt(sum*sum+normaliser)
}
