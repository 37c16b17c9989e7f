package feed

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// decode makes UTF-8 of a document, without the characters that XML forbids.
// A byte-order mark is believed first, then the bytes themselves if they are
// UTF-8, and only then the labels: the declaration in the document, which its
// author wrote, before the header, which a server often adds by itself.
// mended says that label and bytes did not fit, or bytes fitted no encoding.
func decode(body []byte, contentType string) (text []byte, mended bool) {
	if bytes.HasPrefix(body, []byte("\xef\xbb\xbf")) {
		body = body[3:]
	} else if order, ok := utf16(body); ok {
		if out, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(body); err == nil {
			return printable(out), bytes.ContainsRune(out, utf8.RuneError)
		}
	}
	label := declared(body, contentType)
	enc, name := charset.Lookup(label)
	// ISO-2022-JP and HZ write everything in ASCII bytes, which are valid UTF-8.
	inASCII := name == "iso-2022-jp" || label == "hz-gb-2312"
	if enc == nil || name == "utf-8" || name == "replacement" || strings.HasPrefix(name, "utf-16") || (!inASCII && mostlyUTF8(body)) {
		mislabelled := enc != nil && name != "utf-8" && bytes.ContainsFunc(body, func(r rune) bool { return r >= utf8.RuneSelf })
		return printable(repair(body)), mislabelled || !utf8.Valid(body)
	}
	out, err := enc.NewDecoder().Bytes(body)
	if err != nil {
		return printable(repair(body)), true
	}
	return printable(out), bytes.ContainsRune(out, utf8.RuneError)
}

// utf16 recognises UTF-16 by its mark, or by the NUL beside a first ASCII
// character.
func utf16(b []byte) (unicode.Endianness, bool) {
	switch {
	case len(b) < 4:
		return unicode.BigEndian, false
	case b[0] == 0xff && b[1] == 0xfe, b[0] != 0 && b[1] == 0 && b[2] != 0 && b[3] == 0:
		return unicode.LittleEndian, true
	case b[0] == 0xfe && b[1] == 0xff, b[0] == 0 && b[1] != 0 && b[2] == 0 && b[3] != 0:
		return unicode.BigEndian, true
	}
	return unicode.BigEndian, false
}

// declared gives the label of the encoding in lower case, empty if there is none.
func declared(body []byte, contentType string) string {
	in := regexp.MustCompile(`^[^<]*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)`)
	if m := in.FindSubmatch(body[:min(len(body), 1024)]); m != nil {
		return strings.ToLower(string(m[1]))
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		return strings.ToLower(params["charset"])
	}
	return ""
}

// mostlyUTF8 reports whether the bytes are UTF-8 but for a slip here and there.
// Text of a single-byte encoding is hardly ever that by chance.
func mostlyUTF8(b []byte) bool {
	right, wrong := 0, 0
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			wrong++
		} else {
			right++
		}
		i += n
	}
	return right >= 8*wrong
}

// repair keeps what is UTF-8 and takes every other byte for windows-1252, the
// encoding that strays into such text most.
func repair(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	out := make([]byte, 0, len(b)+len(b)/8)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			r = charmap.Windows1252.DecodeByte(b[0])
		}
		out = utf8.AppendRune(out, r)
		b = b[n:]
	}
	return out
}

// printable drops what XML 1.0 does not allow in a document (section 2.2): NUL
// and most control characters.
func printable(b []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if (r < ' ' && r != '\t' && r != '\n' && r != '\r') || r == '\uFFFE' || r == '\uFFFF' || r == '\uFEFF' {
			return -1
		}
		return r
	}, b)
}
