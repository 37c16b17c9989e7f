package feed

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
)

const (
	maxEntries  = 10_000    // as many as 8 MB hold of some 800 bytes each
	maxDepth    = 256       // of elements; a feed with XHTML in it has some dozens
	maxScopes   = 4 << 20   // namespace bindings copied by the parser, all elements together
	maxTextWork = 256 << 20 // bytes copied by the parser to join the pieces of texts
)

// errHostile says that a document is built to exhaust its reader.
var errHostile = errors.New("too deep or too many namespaces")

// brokenError says that a feed breaks off before its first whole entry.
type brokenError struct {
	line int
	err  error
}

func (e *brokenError) Error() string { return e.err.Error() }

// outline walks an XML document with the leniency of the parser that will read
// it. The parser copies all namespaces in scope for every element and joins
// texts piece by piece, so both are counted here.
type outline struct {
	data  []byte
	dec   *xml.Decoder
	root  string // local name in lower case
	start int64  // where the root element begins
	stack []element
	scope int // namespace bindings in scope

	entries, scopes, texts int

	// entities of its own are declared. Nobody expands them: a few lines can
	// stand for gigabytes, and an external one for a file of ours.
	entities bool

	end     int64    // behind the last whole entry
	closing []string // what was open there, outermost first
}

type element struct {
	name     string // as written, with its prefix
	local    string
	bindings int
	text     int
}

// outlineOf gives what was seen of the document, an error included, and the
// document from its root element on, shortened to its first entries and, if it
// breaks off, to its whole ones.
func outlineOf(data []byte) (o *outline, doc []byte, err error) {
	// The declaration has done its work, and a "version 1.1" would stop the decoder.
	data = regexp.MustCompile(`^[^<]*<\?xml[^>]*\?>`).ReplaceAll(data, nil)
	o = &outline{data: data, dec: xml.NewDecoder(bytes.NewReader(data))}
	o.dec.Strict = false
	o.dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		done, err := o.step()
		switch {
		case err != nil && errors.Is(err, errHostile):
			return o, nil, err
		case err != nil && o.end == 0:
			line, _ := o.dec.InputPos()
			return o, nil, &brokenError{line, err}
		case err != nil || o.entries > maxEntries:
			return o, o.cut(), nil
		case done:
			return o, data[o.start:o.dec.InputOffset()], nil
		}
	}
}

// step takes one token; done is true behind the root element.
func (o *outline) step() (done bool, err error) {
	at := o.dec.InputOffset()
	tok, err := o.dec.Token()
	if err != nil {
		return false, err
	}
	switch t := tok.(type) {
	case xml.StartElement:
		return false, o.open(t, at)
	case xml.EndElement:
		o.close()
		return len(o.stack) == 0, nil
	case xml.Directive:
		o.entities = o.entities || bytes.Contains(t, []byte("<!ENTITY"))
	case xml.CharData:
		if n := len(o.stack); n > 0 {
			o.stack[n-1].text += len(t)
			if o.texts += o.stack[n-1].text; o.texts > maxTextWork {
				return false, errHostile
			}
		}
	}
	return false, nil
}

func (o *outline) open(t xml.StartElement, at int64) error {
	local := strings.ToLower(t.Name.Local)
	if o.root == "" {
		o.root, o.start = local, at
	}
	e := element{name: written(o.data[at:]), local: local}
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
			e.bindings++
		}
	}
	o.stack = append(o.stack, e)
	o.scope += e.bindings
	o.scopes += o.scope
	if len(o.stack) > maxDepth || o.scopes > maxScopes {
		return errHostile
	}
	return nil
}

func (o *outline) close() {
	n := len(o.stack) - 1
	if n < 0 {
		return
	}
	e := o.stack[n]
	o.scope -= e.bindings
	o.stack = o.stack[:n]
	if (e.local == "item" || e.local == "entry") && (n == 1 || n == 2) {
		o.entries++
		o.end = o.dec.InputOffset()
		o.closing = o.closing[:0]
		for _, open := range o.stack {
			o.closing = append(o.closing, open.name)
		}
	}
}

// cut ends the document behind its last whole entry.
func (o *outline) cut() []byte {
	doc := bytes.Clone(o.data[o.start:o.end])
	for i := len(o.closing) - 1; i >= 0; i-- {
		doc = append(doc, "</"+o.closing[i]+">"...)
	}
	return doc
}

// written gives the name of the tag that data begins with.
func written(data []byte) string {
	data = bytes.TrimPrefix(data, []byte("<"))
	if i := bytes.IndexAny(data, " \t\r\n/>"); i >= 0 {
		data = data[:i]
	}
	return string(data)
}
