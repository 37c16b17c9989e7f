package radar_test

import (
	"fmt"
	"testing"

	"tribune/listen"
)

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

// Another password is asked for where there is one, and refused with the reason.
func TestPasswordChange(t *testing.T) {
	s, marta := open(t)
	made, err := s.Radar.AddSource(t.Context(), marta.Actor, listen.NewSource{Name: "Reviews", Kind: listen.ImportSource})
	if err != nil {
		t.Fatal(err)
	}
	at := fmt.Sprintf("/desk/radar/sources/%d", made.ID)
	marta.Get(at).Want(t, 200, "Reviews").Without(t, "Change the password")
	marta.Post(at+"/token", "token", "sesame-street").Want(t, 422, "takes no password", `value="Reviews"`).Without(t, "sesame-street")
	marta.Post("/desk/radar/sources/99/token", "token", "sesame-street").Want(t, 404)
}
