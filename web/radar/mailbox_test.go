package radar_test

import "testing"

// A mailbox that cannot be read is said at its field, with what was typed but
// the password.
func TestMailboxForm(t *testing.T) {
	_, marta := open(t)
	marta.Get("/desk/radar/sources").Want(t, 200, "Or read a mailbox", `type="password"`)
	for _, c := range map[string]struct{ server, login, password, want string }{
		"nothing":     {"", "", "", "Write the mailbox as"},
		"no login":    {"mail.example.org", "", "sesame-street", "needs a login"},
		"no password": {"mail.example.org", "help@square.example", "", "needs a password"},
		"no server":   {"a b/?", "help@square.example", "sesame-street", "Write the mailbox as"},
	} {
		answer := marta.Post("/desk/radar/mailboxes", "server", c.server, "login", c.login, "token", c.password, "folder", "Letters")
		answer.Want(t, 422, c.want, `value="Letters"`)
		if c.login != "" {
			answer.Want(t, 422, `value="`+c.login+`"`)
		}
		answer.Without(t, "sesame-street")
	}
}
