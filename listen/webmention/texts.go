package webmention

import "embed"

// Texts holds the French of this package's texts for people.
//
//go:embed fr.json
var Texts embed.FS
