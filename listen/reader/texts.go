package reader

import "embed"

// Texts holds the French of the texts for people in this package and in the
// readers below it.
//
//go:embed fr.json
var Texts embed.FS
