package main

import (
	"bytes"
	"testing"

	"tribune/internal/langid"
)

const sample = `export const ngramsData = {type:'X2',languages:{0:'de',1:'ms'},isSubset:false,ngrams:{' und ':{0:80,1:3},ich:{0:70},"d'a ":{1:5},'M2a':{0:9}}};`

func TestParse(t *testing.T) {
	tags, grams, err := parse(sample)
	if err != nil || len(tags) != 2 || len(grams) != 4 {
		t.Fatal(tags, grams, err)
	}
	if g := grams[0]; string(g.bytes) != " und " || g.pairs[1] != (pair{1, 3}) {
		t.Error(g)
	}
	if g := grams[3]; !bytes.Equal(g.bytes, []byte{0x80, 0x81, 'a'}) {
		t.Errorf("%x", g.bytes)
	}
	for n := range len(sample) - 2 {
		parse(sample[:n]) // must not panic
	}
	for _, bad := range []string{"", "languages:{1:'de'}", "languages:{0:'de'},ngrams:{a:{0:x}}", "languages:{0:'de'},ngrams:{a:{7:1}}", "languages:{0:'de'},ngrams:{'a'", "languages:{0:'de'},ngrams:{ж:{0:1}}"} {
		if _, _, err := parse(bad); err == nil {
			t.Errorf("%q passes for a table", bad)
		}
	}
}

// TestWithWords checks what is added to eld's languages, and that the same file
// gives the same table.
func TestWithWords(t *testing.T) {
	table := func() []byte {
		tags, grams, err := parse(sample)
		if err != nil {
			t.Fatal(err)
		}
		tags, grams = withWords(tags, grams)
		if len(tags) != 4 || tags[2] != "id" || tags[3] != "hi-Latn" {
			t.Fatal(tags)
		}
		if last := grams[0].pairs[len(grams[0].pairs)-1]; last != (pair{2, 4}) {
			t.Errorf("Indonesian did not take over Malay's weight: %v", last)
		}
		return write(tags, grams)
	}
	first := table()
	if !bytes.Equal(first, table()) || !bytes.HasPrefix(first, []byte(langid.Magic)) {
		t.Error("the table differs from run to run")
	}
}
