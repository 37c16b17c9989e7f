package mail

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"tribune/internal/fault"
)

// ValidAddress checks a mail address and gives it in the form under which it is
// kept and compared: trimmed, its domain in lower case and in Unicode. The part
// before the @ keeps its case, which belongs to the receiving server
// (RFC 5321 section 2.4). Quoted local parts and address literals are refused:
// people mistype them far more often than they have them.
func ValidAddress(address string) (string, error) {
	address = strings.TrimSpace(address)
	at := strings.LastIndexByte(address, '@')
	// Lengths from RFC 5321 section 4.5.3.1.
	if at < 1 || at > 64 || len(address) > 254 || !validLocal(address[:at]) {
		return "", badAddress()
	}
	ascii, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil || !validDomain(ascii) {
		return "", badAddress()
	}
	domain, err := idna.Lookup.ToUnicode(ascii)
	if err != nil {
		return "", badAddress()
	}
	return address[:at+1] + domain, nil
}

func badAddress() error {
	return fault.New(fault.Invalid, "This is not a mail address. It should look like name@example.org.")
}

// validLocal takes a dot-atom of RFC 5322 section 3.2.3, with the letters that
// RFC 6531 adds.
func validLocal(local string) bool {
	if !utf8.ValidString(local) || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return false
	}
	for _, r := range local {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("!#$%&'*+/=?^_`{|}~.-", r):
		case r > unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)):
		default:
			return false
		}
	}
	return true
}

// validDomain wants a host name with a dot whose last label is no number, or
// localhost, where mail is tried out.
func validDomain(ascii string) bool {
	if ascii == "localhost" {
		return true
	}
	labels := strings.Split(ascii, ".")
	if len(labels) < 2 || len(ascii) > 253 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 {
			return false
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

// wire is the address as servers understand it everywhere: the domain in
// ASCII. A local part outside ASCII stays and needs SMTPUTF8.
func wire(address string) (string, error) {
	address, err := ValidAddress(address)
	if err != nil {
		return "", err
	}
	at := strings.LastIndexByte(address, '@')
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil {
		return "", badAddress()
	}
	return address[:at+1] + domain, nil
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}
