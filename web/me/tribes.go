package me

import (
	"context"

	"tribune/know"
	"tribune/tribe"
)

// myTribes is where a person belongs, and where they seem to.
type myTribes struct {
	in        []tribe.Membership
	suggested []tribe.Suggested
}

func (o own) tribes(ctx context.Context, a know.Actor) (m myTribes, err error) {
	if m.in, err = o.Tribes.Of(ctx, a); err != nil {
		return m, err
	}
	m.suggested, err = o.Tribes.Suggestions(ctx, a)
	return m, err
}

// names gives what people are called.
func names(people []know.Person) []string {
	var all []string
	for _, p := range people {
		all = append(all, p.Name)
	}
	return all
}
