package main

import (
	"context"
	"log/slog"
	"os"

	"tribune"
)

// serveCommand serves a site until it is told to stop.
type serveCommand struct{ tribune.Config }

// Run serves.
func (c *serveCommand) Run(ctx context.Context, log *slog.Logger) error {
	c.Config.Version = version
	log.Debug("settings", "config", c.Masked())
	return tribune.Run(ctx, log, c.Config, os.Stdout)
}
