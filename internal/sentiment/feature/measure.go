package feature

import "math"

// The numbers among the features. Each of the word lists gives four: the
// logarithm of one plus what is said for and against, their difference brought
// between -1 and 1, and how many words were found.
const (
	constant   = iota // always 1
	ofAfinn           // four numbers
	_                 //
	_                 //
	_                 //
	ofVader           // four numbers
	_                 //
	_                 //
	_                 //
	ofOwn             // four numbers
	_                 //
	_                 //
	_                 //
	ofAny             // four numbers: the first list that has the word
	_                 //
	_                 //
	_                 //
	ofEmoji           // four numbers
	_                 //
	_                 //
	_                 //
	firstWord         // what the first word of ours says
	lastWord          // what the last one says
	onlyGood          // words for, none against
	onlyBad           // words against, none for
	mixed             // both
	overall           // the difference, normalised as VADER's compound
	strength          // its square
	perWord           // the difference by the number of words
	compound          // VADER's compound score
	happyFaces        // emoticons
	sadFaces          //
	exclaims          // counts of signs, as logarithms of one plus
	questions         //
	negations         //
	names             //
	hashtags          //
	ellipses          //
	quotations        //
	addresses         // at most two
	shouting          // share of capitals
	length            //
	DenseSize         // how many numbers there are
)

// flip is what a negator within three words makes of a word's score
// (Hutto & Gilbert 2014, as is all of compound).
const flip = -0.74

// tally adds up what a list says.
type tally struct{ good, bad, words float64 }

func (t *tally) add(v float64) {
	if v > 0 {
		t.good += v
	} else {
		t.bad -= v
	}
	t.words++
}

// into writes the four numbers of a list.
func (t *tally) into(d []float32) {
	d[0] = float32(math.Log1p(t.good))
	d[1] = float32(math.Log1p(t.bad))
	d[2] = float32(math.Tanh((t.good - t.bad) / 4))
	d[3] = float32(t.words / 4)
}

// measure computes the numbers of a text, and the signs of its words.
func (r *Reader) measure(x *Lexicon, l Language) {
	r.Dense = [DenseSize]float32{constant: 1}
	d := &r.Dense
	var afinn, vader, own, all, emoji tally
	var first, last float64
	negated := -10 // where the last negator stood
	denied := 0
	r.signs = append(r.signs, '^')
	skip := 0 // words of a term that was counted already
	for i := range r.tokens {
		function, _ := x.find(r.tokens[i].hash, Function, l)
		said := r.say(x, l, i)
		turn := 1.0
		if i-negated <= 3 {
			turn = flip
		}
		if said.afinn != 0 {
			afinn.add(said.afinn * turn)
		}
		if said.vader != 0 {
			vader.add(said.vader * turn)
		}
		if said.own != 0 {
			own.add(said.own * turn)
			last = said.own * turn
			if first == 0 {
				first = last
			}
		}
		if said.emoji != 0 {
			emoji.add(said.emoji)
		}
		if function == Negator {
			negated = i
			denied++
		}
		if skip > 0 {
			skip--
			continue
		}
		if any, words := said.any(); any != 0 && function != Negator {
			all.add(any * turn)
			skip = words - 1
			r.sign(signOf(any))
		} else {
			r.sign(r.plainSign(i, function))
		}
	}
	r.signs = append(r.signs, '$')
	afinn.into(d[ofAfinn:])
	vader.into(d[ofVader:])
	own.into(d[ofOwn:])
	all.into(d[ofAny:])
	emoji.into(d[ofEmoji:])
	d[firstWord], d[lastWord] = float32(math.Tanh(first/2)), float32(math.Tanh(last/2))
	switch {
	case all.good > 0 && all.bad > 0:
		d[mixed] = 1
	case all.good > 0:
		d[onlyGood] = 1
	case all.bad > 0:
		d[onlyBad] = 1
	}
	difference := all.good - all.bad
	d[overall] = float32(difference / math.Sqrt(difference*difference+15))
	d[strength] = d[overall] * d[overall]
	d[perWord] = float32(difference / float64(len(r.tokens)+2))
	d[negations] = logOf(denied)
	if l == English || l == Hinglish {
		d[compound] = float32(r.compound(x, l))
	}
	r.countSigns()
}

// said is what the lists say of a token, 0 where it is in none.
type said struct {
	afinn, vader, own, emoji float64
	borrowed                 float64 // of an English word in another language
	words                    int     // of the term in our list or AFINN
}

// any gives what the first list says that has the word, and how many words its
// term has.
func (s *said) any() (v float64, words int) {
	switch {
	case s.own != 0:
		return s.own, s.words
	case s.afinn != 0:
		return 0.7 * s.afinn, s.words
	case s.borrowed != 0:
		return s.borrowed, 1
	}
	return s.emoji, 1
}

// say looks a token up in all lists.
func (r *Reader) say(x *Lexicon, l Language, i int) said {
	t := &r.tokens[i]
	s := said{words: 1}
	if !t.word {
		if v, ok := x.find(t.hash, Emoji, Other); ok {
			s.emoji = float64(v)
		}
		return s
	}
	if v, ok := x.find(t.hash, Afinn, l); ok {
		s.afinn = float64(v)
	}
	var pair uint64
	if i+1 < len(r.tokens) && r.tokens[i+1].word {
		pair = pairHash(t.hash, r.tokens[i+1].hash)
		if v, ok := x.find(pair, Afinn, l); ok && s.afinn == 0 {
			s.afinn, s.words = float64(v), 2
		}
		if v, ok := x.find(pair, Own, l); ok {
			s.own, s.words = float64(v), 2
		}
	}
	if s.own == 0 {
		if v := r.own(x, t, l); v != 0 {
			s.own, s.words = v, 1
		}
	}
	switch l {
	case Hinglish:
		if s.own == 0 {
			s.own = r.own(x, t, English)
		}
		fallthrough
	case English:
		if v, ok := x.find(t.hash, Vader, English); ok {
			s.vader = float64(v) / 10
		}
	case Arabic:
	default:
		if v, ok := x.find(t.hash, Own, English); ok && t.to-t.from > 3 {
			s.borrowed = float64(v)
		}
	}
	return s
}

// own looks a word up in our list: whole, else by its longest beginning there,
// of three characters or more.
func (r *Reader) own(x *Lexicon, t *token, l Language) float64 {
	if v, ok := x.find(t.hash, Own, l); ok {
		return float64(v)
	}
	if l == Arabic {
		return 0
	}
	h, best := startToken, int8(0)
	for i, c := range r.runes[t.from:t.to] {
		h = mix(h, c)
		if i >= 2 {
			if v, ok := x.find(h, OwnStem, l); ok {
				best = v
			}
		}
	}
	return float64(best)
}

// logOf brings a count down to the size of the other numbers.
func logOf(n int) float32 { return float32(math.Log1p(float64(n))) }
