package reader

import (
	"encoding/json"
	"net/url"

	"tribune/internal/fault"
	"tribune/internal/fetch"
)

const textStrange = "{host} answered something other than its documentation says. It is tried again by itself; if it stays so, its interface has changed."

// JSON reads an answer of an interface, or says that it is not what was
// promised.
func JSON(answer *fetch.Response, into any) error {
	if err := json.Unmarshal(answer.Body, into); err != nil {
		return Strange(answer.URL, err)
	}
	return nil
}

// Strange says that an answer is not what was promised.
func Strange(address string, err error) error {
	host := address
	if u, perr := url.Parse(address); perr == nil {
		host = u.Hostname()
	}
	return fault.New(fault.Unavailable, textStrange, "host", host).Because(err)
}
