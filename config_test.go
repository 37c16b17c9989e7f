package tribune_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tribune"
)

// TestMailThatCannotLeave refuses to start, and says nothing of a password.
func TestMailThatCannotLeave(t *testing.T) {
	for name, c := range map[string]tribune.Config{
		"no address":   {SMTP: "junk"},
		"no port":      {SMTP: "smtp://me:hunter2@mail.example.org:99999"},
		"another":      {SMTP: "https://me:hunter2@mail.example.org"},
		"no such from": {MailFrom: "nobody"},
	} {
		c.Data, c.Addr, c.Roles = t.TempDir(), "127.0.0.1:0", []string{"web"}
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Second) // one that starts ends
		err := tribune.Run(ctx, slog.New(slog.DiscardHandler), c, io.Discard)
		stop()
		if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "TRIBUNE_") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
