package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"syscall"

	"tribune/internal/fault"
)

// errRefused is the guard's answer to the dialler.
var errRefused = errors.New("address is not public")

// What people read when a fetch fails; the keys of the catalogue.
const (
	textAddress     = "This is no web address. Give one that begins with https:// and names a site."
	textScheme      = "The address has to begin with https:// or http://."
	textLong        = "The address is longer than {limit} characters. Give a shorter one."
	textCredentials = "The address holds a name or a password. Take it out: it would be sent and stored in the clear."
	textPrivate     = "The address {host} points into a private network. Give a public address, or allow private ones with TRIBUNE_FETCH_PRIVATE=true."
	textRedirects   = "The address {host} sends us on more than {count} times. Open it in a browser and give the address where it ends."
	textAstray      = "The address {host} sends us on to something that is no web address. Open it in a browser and give the address where it ends."
	textLarge       = "The answer was larger than {limit} MB. Give the address of something smaller."
	textEncoding    = "{host} answered in a compression that we did not ask for. Tell those who run it, or try again later."
	textTimeout     = "It did not answer within {seconds} seconds. Check the address, or try again later."
	textStopped     = "The request was stopped before the answer was complete. Try again."
	textUnknown     = "There is no site called {host}. Check the address for a slip."
	textResolve     = "The name {host} could not be looked up. Try again later."
	textClosed      = "Nothing answers at {host}. Check the address, or try again later."
	textCertificate = "The certificate of {host} cannot be trusted. Tell those who run it, or try the address with http://."
	textPlain       = "{host} does not speak https. Give its address with http:// before it."
	textMessage     = "{host} sent a message larger than {limit} MB. The connection was ended; it is tried again by itself."
	textCut         = "{host} ended the connection. It is opened again by itself."
	textBrokenSafe  = "{host} gave an answer over https that cannot be read. If the site has no https, give its address with http:// before it; else try again later."
	textHungUp      = "{host} ended the connection before its answer was complete. Check the address, or try again later."
	textBroken      = "{host} gave an answer that cannot be read. Check the address, or try again later."

	textForbidden = "It answered {status}: it does not let us read this. Ask those who run it, or give another address."
	textGone      = "It answered {status}: there is nothing at this address. Check it, or look for the new one."
	textOften     = "It answered {status}: we ask too often. We wait, then try again."
	textTrouble   = "It answered {status}: it has trouble of its own. Try again later."
	textStatus    = "It answered {status}, which is no page. Open the address in a browser to see why."

	textMoved    = "It answered {status}: it is somewhere else now. Give the address where it is: what is sent is not sent on."
	textNotTaken = "It answered {status}, so it did not take what was sent. Those who run it see why in their log."
	textNotHere  = "It answered {status}: nothing takes what is sent to this address. Check it, or look for the new one."
	textTooOften = "It answered {status}: too much is sent to it at once. What waits is sent later."
)

// Ended says that a connection that is kept open was ended by its other side.
func Ended(host string) *fault.Error { return fault.New(fault.Unavailable, textCut, "host", host) }

// statusFault says what a status that is no success means.
func statusFault(code int) error {
	text := textStatus
	switch {
	case code == http.StatusUnauthorized || code == http.StatusForbidden || code == http.StatusUnavailableForLegalReasons:
		text = textForbidden
	case code == http.StatusNotFound || code == http.StatusGone:
		text = textGone
	case code == http.StatusTooManyRequests:
		text = textOften
	case code >= 500:
		text = textTrouble
	}
	return fault.New(fault.Unavailable, text, "status", statusWords(code))
}

// statusWords names a status. The server's own reason phrase is not repeated:
// it could say anything.
func statusWords(code int) string {
	status := strconv.Itoa(code)
	if known := http.StatusText(code); known != "" {
		status += " " + known
	}
	return status
}

// explain turns what the transport says into what a person can act on. asked is
// the caller's context, whole the one with our own limit of time.
func (c *Client) explain(asked, whole context.Context, err error, u *url.URL) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	host, scheme := u.Hostname(), u.Scheme
	if failed, ok := errors.AsType[*url.Error](err); ok {
		if at, perr := url.Parse(failed.URL); perr == nil && at.Hostname() != "" {
			host, scheme = at.Hostname(), at.Scheme // the redirect that failed, not where we began
		}
	}
	unavailable := func(text string, args ...any) error {
		return fault.New(fault.Unavailable, text, args...).Because(err)
	}
	if asked.Err() != nil {
		return fault.New(fault.Unavailable, textStopped).Because(asked.Err())
	}
	timeout, isNet := errors.AsType[net.Error](err)
	if whole.Err() != nil || errors.Is(err, context.DeadlineExceeded) || (isNet && timeout.Timeout()) {
		return unavailable(textTimeout, "seconds", strconv.FormatFloat(c.opt.Timeout.Seconds(), 'g', 3, 64))
	}
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		if name.IsNotFound {
			return unavailable(textUnknown, "host", host)
		}
		return unavailable(textResolve, "host", host)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return unavailable(textPlain, "host", host)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return unavailable(textCertificate, "host", host)
	}
	if _, ok := errors.AsType[*net.OpError](err); ok && (errors.Is(err, syscall.ECONNREFUSED) ||
		errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH)) {
		return unavailable(textClosed, "host", host)
	}
	if scheme == "https" {
		return unavailable(textBrokenSafe, "host", host)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
		return unavailable(textHungUp, "host", host)
	}
	return unavailable(textBroken, "host", host)
}
