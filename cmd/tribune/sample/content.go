package sample

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
)

//go:embed content
var content embed.FS

type person struct {
	Key, Name, Email, Country, Language, Role, Title, About string
	Leads, Clock                                            bool
	Languages                                               []string
	Joins                                                   float64 // the day they become a member; 0: there from the beginning
	Via                                                     string  // by whose link to what
}

type comment struct {
	Author, Text, Language string
	Day                    float64
}

type idea struct {
	Key, Author, Title, Body, Language, Call string
	Tags, Follows                            []string
	Day                                      float64
	Votes                                    int
	Loved, Passed                            string // tribes: all of one vote for it, and nobody of the other
	Comments                                 []comment
}

type call struct {
	Key, Title, Body, Will, Get, Author string
	OpensDay                            float64 `json:"opens_day"`
	ClosesDay                           float64 `json:"closes_day"`
}

type decision struct {
	Idea, Status, Reason, By, Release, Target string
	Day                                       float64
	Sign                                      string // the reason for going against the charter
	Purpose                                   bool   // it rests on the purpose
}

type credit struct{ Person, For string }

type release struct {
	Key, Title, Body, By string
	Day                  float64
	Ideas                []string
	Credits              []credit
}

// reply is one under a post; To is the place of the reply that it answers.
type reply struct {
	comment
	To *int
}

// wording is an edit that somebody suggests: words of the text, and others in
// their place. Take is the author's word on taking it, absent while it waits.
type wording struct {
	Author, From, To, Note string
	Take                   *string
	Day                    float64
}

type post struct {
	Author, Title, Body, Language string
	Machine                       bool
	Day                           float64
	Thanks, Agrees, Asks          int
	Replies                       []reply
	Edits                         []wording
}

type watched struct{ Name, Text, Purpose string }

type source struct{ Name, Shown, Kind string }

type mention struct {
	Key, Author, Name, Handle, Kind, Place, Language, Country, Text, Idea, Query, Answer, By string
	Mood                                                                                     string // as somebody who looked at it says
	Day                                                                                      float64
	Asks, Public, Answered                                                                   bool
}

// story is all of the content.
type story struct {
	people    []person
	ideas     []idea
	calls     []call
	decisions []decision
	releases  []release
	queries   []watched
	sources   []source
	mentions  []mention
	posts     []post
	letters   []letter
	charter   rules
	tribes    []tribe
	boards    []council
	carried   carried
	buyers    []buyer
}

func read() (s story, err error) {
	var newcomers []person
	var notes []post
	for name, into := range map[string]any{"people": &s.people, "ideas": &s.ideas, "calls": &s.calls, "decisions": &s.decisions,
		"releases": &s.releases, "queries": &s.queries, "sources": &s.sources, "posts": &s.posts,
		"letters": &s.letters, "charter": &s.charter, "tribes": &s.tribes, "boards": &s.boards, "carried": &s.carried, "buyers": &s.buyers, "newcomers": &newcomers, "notes": &notes} {
		b, err := content.ReadFile("content/" + name + ".json")
		if err != nil {
			return s, err
		}
		if err := json.Unmarshal(b, into); err != nil {
			return s, fmt.Errorf("sample: %s: %w", name, err)
		}
	}
	s.people = append(s.people, newcomers...)
	s.posts = append(s.posts, notes...) // the diary of the workshop, which the rest of the content does not name
	b, err := content.ReadFile("content/mentions.ndjson")
	if err != nil {
		return s, err
	}
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var m mention
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return s, fmt.Errorf("sample: mention %d: %w", len(s.mentions)+1, err)
		}
		s.mentions = append(s.mentions, m)
	}
	return s, lines.Err()
}
