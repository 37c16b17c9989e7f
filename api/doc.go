// Package api is the JSON face of Tribune, under /api/v1: the same calls that
// the pages make, for programs. It holds no rules and no SQL: the folders to
// its left decide what is allowed, and its own work is names, forms and codes.
//
// It stores nothing. What always holds:
//
//   - Who asks is whom the gate let in: by token, else by cookie, else a visitor.
//   - Every answer is JSON; every error is a problem (RFC 9457) in the asker's
//     language that names the fields it is about.
//   - A list is an object with items and next_cursor, "" on its last page.
//   - The description at /api/v1/openapi.json is made from these types.
package api

import (
	"embed"
)

// Texts holds the French of this package's texts for people.
//
//go:embed fr.json
var Texts embed.FS
