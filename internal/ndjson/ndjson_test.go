package ndjson

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// read reads a line into what encoding/json would make of it.
func read(line string) (map[string]any, error) {
	out := map[string]any{}
	var r Reader
	err := r.Object(line, func(name string, v Value) error {
		if v.Kind == String {
			out[strings.ToValidUTF8(name, "\uFFFD")] = strings.ToValidUTF8(v.Text, "\uFFFD")
			return nil
		}
		d := json.NewDecoder(strings.NewReader(v.Text))
		d.UseNumber()
		var any any
		err := d.Decode(&any)
		out[strings.ToValidUTF8(name, "\uFFFD")] = any
		return err
	})
	return out, err
}

// check holds Object to encoding/json.
func check(t *testing.T, line string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	want := map[string]any{}
	wrong := d.Decode(&want)
	if wrong == nil && strings.TrimSpace(line) == "null" {
		return // makes an empty map of it
	}
	if wrong == nil && !json.Valid([]byte(line)) {
		return // the decoder stops after the first object
	}
	got, err := read(line)
	if (err != nil) != (wrong != nil) {
		t.Fatalf("%q: %v, encoding/json %v", line, err, wrong)
	}
	if err != nil {
		return
	}
	valid := map[string]any{} // encoding/json writes one replacement for each bad byte
	for name, v := range want {
		valid[name] = v
	}
	if strings.ToValidUTF8(line, "") == line {
		if diff := cmp.Diff(valid, got); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", line, diff)
		}
	}
}

var lines = []string{
	`{}`, ` { } `, `{"a":1}`, `{"a": "b" , "c":null,"d":[1,{"x":"]}"}],"e":{"f":"\"}"},"g":-1.5e+3,"h":true}`,
	`{"text":"l\u2019\u00e9t\u00e9 \ud83d\udc4d \ud83d x \n\t\"\\\/"}`, `{"a":"é","a":"b"}`,
	``, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{"a":01}`, `{"a":1.}`, `{"a":+1}`, `{"a":.5}`, `{"a":-}`, `{"a":1e}`, `{"a":tru}`,
	`{"a":"b}`, `{"a":"\x"}`, `{"a":"\u12"}`, "{\"a\":\"\t\"}", `{a:1}`, `{"a" 1}`, `{"a":1 "b":2}`, `[1]`, `"a"`, `{"a":[1,]}`, `{"a":{]}`, `{"a":"\`,
	`{"a":"\u00zz"}`, `{"\u0061":1}`, "{\"a\":\"\xff\"}", `{"a":"` + strings.Repeat("x", 1<<20) + `"}`,
}

func TestObject(t *testing.T) {
	for _, line := range lines {
		check(t, line)
	}
	var r Reader
	if err := r.Object(`{"a":1} x`, func(string, Value) error { return nil }); err == nil {
		t.Error("something after the object was let through")
	}
	one, two := "", ""
	for _, to := range []*string{&one, &two} { // the memory of the first string is not written over
		if err := r.Object(`{"a":"\u0041\u0042`+string('0'+rune(len(one)))+`"}`, func(_ string, v Value) error { *to = v.Text; return nil }); err != nil {
			t.Fatal(err)
		}
		r.Forget(10)
	}
	if one != "AB0" || two != "AB3" {
		t.Errorf("read %q, then %q", one, two)
	}
}

func FuzzObject(f *testing.F) {
	for _, line := range lines[:len(lines)-1] {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) { check(t, line) })
}

func BenchmarkObject(b *testing.B) {
	line := `{"id":123456,"text":"Just got the new mug from the shop, love the colour but the lid leaks after a week","author":"Ana Silva","language":"en","reach":1200}`
	b.SetBytes(int64(len(line)))
	var r Reader
	for b.Loop() {
		if err := r.Object(line, func(string, Value) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
