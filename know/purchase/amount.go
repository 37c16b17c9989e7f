package purchase

import (
	"strconv"
	"strings"

	"tribune/internal/fault"
)

// minor reads an amount as people and shops write it ("12.50", "1 234,50 €",
// "-3") in a currency's smallest unit. What can be read in two ways is refused.
func minor(text, code string) (int64, error) {
	wrong := fault.New(fault.Invalid, "The amount {amount} cannot be read. Write it as 1234.50.", "amount", short(text)).On("amount")
	s := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r == '.', r == ',', r == '-':
			return r
		case r == '\u2212': // minus sign
			return '-'
		case r == ' ', r == '\u00a0', r == '\u202f', r == '\'', r == '’', r == '+', strings.ContainsRune("€$£¥₹", r):
			return -1
		}
		return 'x'
	}, strings.TrimSpace(text))
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	if s == "" || strings.ContainsAny(s, "x-") {
		return 0, wrong
	}
	places := Places(code)
	whole, part, err := split(s, places)
	if err != nil {
		return 0, fault.New(fault.Invalid, "The amount {amount} can be read in two ways. Write it as 1234.50.", "amount", short(text)).On("amount")
	}
	if trimmed := strings.TrimRight(part, "0"); len(trimmed) > places {
		return 0, fault.New(fault.Invalid, "{currency} has {places} decimal places, and {amount} has more.", "currency", code, "places", places, "amount", short(text)).On("amount")
	} else if len(part) > places {
		part = trimmed
	}
	n, perr := strconv.ParseInt(whole+part+strings.Repeat("0", places-len(part)), 10, 64)
	if perr != nil || n > maxAmount {
		return 0, wrong
	}
	if negative {
		n = -n
	}
	return n, nil
}

// split tells the whole part from the decimals. The last of two different
// marks is the decimal one; a mark that comes more than once parts thousands.
func split(s string, places int) (whole, part string, err error) {
	dots, commas := strings.Count(s, "."), strings.Count(s, ",")
	mark := ""
	switch {
	case dots > 0 && commas > 0:
		mark = s[strings.LastIndexAny(s, ".,"):][:1]
		if strings.Count(s, mark) > 1 {
			return "", "", strconv.ErrSyntax
		}
	case dots == 1 || commas == 1:
		mark = s[strings.IndexAny(s, ".,"):][:1]
		if rest := s[strings.Index(s, mark)+1:]; len(rest) == 3 && places != 3 {
			return "", "", strconv.ErrSyntax // a thousand, or a decimal too many
		}
	}
	whole = s
	if mark != "" {
		i := strings.LastIndex(s, mark)
		whole, part = s[:i], s[i+1:]
	}
	whole = strings.NewReplacer(".", "", ",", "").Replace(whole)
	if whole == "" {
		whole = "0"
	}
	return whole, part, nil
}
