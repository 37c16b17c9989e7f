package listen

import "embed"

// Files holds the French of what this package says.
//
//go:embed fr.json
var Files embed.FS
