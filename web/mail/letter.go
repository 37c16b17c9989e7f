package mail

import (
	"strings"
	"unicode/utf8"

	"tribune/know"
)

// Letter is one mail, ready to be read: what stands in its head, and its
// blocks from top to bottom.
type Letter struct {
	To          know.Person // the zero Person for an address nobody confirmed yet
	Address     string
	From        string
	FromName    string
	Subject     string
	Lang        string
	Blocks      []Block
	Foot        []Block // why it came, and how to get no more of its kind
	Unsubscribe string  // "" if this kind of mail has no choice
	MessageID   string

	link    int64 // the one-time link to arm as it leaves, 0 for none
	letter  int64 // the letter whose link to arm as it leaves, 0 for none
	decided int64 // the decision whose answering link to put in as it leaves, 0 for none
	key     int64 // the thread to which a letter's key leads, put in as it leaves; 0 for none
}

// BlockKind is what a block of a letter is.
type BlockKind uint8

// The kinds of block.
const (
	Plain  BlockKind = iota // a sentence of ours
	Words                   // somebody's words, Markdown, as they wrote them
	Signed                  // who wrote them
	Link                    // a place to go to
	Head                    // what the blocks below are about
	Item                    // a sentence of ours that leads to a place
)

// Block is a part of a letter.
type Block struct {
	Kind BlockKind
	Text string
	URL  string // of a Link or Item; "" while its secret is not made
	Lang string // of Words, "" if unknown
}

func plain(text string) Block            { return Block{Kind: Plain, Text: text} }
func words(text, lang string) Block      { return Block{Kind: Words, Text: text, Lang: lang} }
func signed(text string) Block           { return Block{Kind: Signed, Text: text} }
func linkTo(label, address string) Block { return Block{Kind: Link, Text: label, URL: address} }

// secret reports whether a letter has a link that its reader alone has.
func (l Letter) secret() bool { return l.link != 0 || l.letter != 0 || l.decided != 0 || l.key != 0 }

// handed reports whether an owner may be given that link to hand it over: one
// that lets somebody in, but none that only speaks for its reader.
func (l Letter) handed() bool { return l.secret() && l.decided == 0 }

// arm puts a one-time link's address where it belongs.
func (l *Letter) arm(address string) {
	for i, b := range l.Blocks {
		if b.Kind == Link && b.URL == "" {
			l.Blocks[i].URL = address
		}
	}
}

// Text gives the letter as plain text, people's words exactly as written.
func (l Letter) Text() string {
	var b strings.Builder
	for _, block := range l.Blocks {
		block.text(&b, l.Lang)
	}
	b.WriteString("-- \n") // RFC 3676 section 4.3
	for _, block := range l.Foot {
		block.text(&b, l.Lang)
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func (b Block) text(to *strings.Builder, lang string) {
	switch b.Kind {
	case Signed:
		to.WriteString("— ")
	case Item:
		to.WriteString("• ")
	}
	to.WriteString(b.Text)
	switch b.Kind {
	case Head:
		to.WriteString("\n" + strings.Repeat("-", utf8.RuneCountInString(b.Text)))
	case Item:
		to.WriteString("\n  " + b.URL)
	}
	if b.Kind == Link {
		if lang == "fr" {
			to.WriteString("\u00a0")
		}
		to.WriteString(":\n" + b.URL)
	}
	to.WriteString("\n\n")
}
