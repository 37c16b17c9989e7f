package mailbox

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"tribune/internal/fetch"
	"tribune/listen/reader"
	"tribune/listen/reader/readertest"
)

// dovecot is a Dovecot that runs for a test: with a folder of its own, on
// loopback, and without rights.
type dovecot struct {
	binary, dir string
	owner       *user.User
	plain, tls  string // where it listens: plain or STARTTLS, and TLS at once
	roots       *x509.CertPool
	running     *exec.Cmd
	alive       *os.File // it stops when this end of a pipe is closed, however
	delivered   int
	m           *Mailbox
}

// settled is what it is told; what a test adds stands behind it and wins.
const settled = `
protocols = imap
listen = 127.0.0.1
base_dir = {dir}/run
state_dir = {dir}/run
log_path = {dir}/log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
auth_failure_delay = 0
mail_fsync = never
first_valid_uid = 1
mail_location = maildir:{dir}/mail/%u
ssl = yes
ssl_cert = <{dir}/cert
ssl_key = <{dir}/key
passdb {
  driver = passwd-file
  args = {dir}/users
}
userdb {
  driver = static
  args = uid={user} gid={group} home={dir}
}
service imap-login {
  chroot =
  inet_listener imap {
    port = {plain}
  }
  inet_listener imaps {
    port = {tls}
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`

// underWatch runs it beside a read of the pipe that the test process holds
// open, so that it does not outlive the test, however that ends.
const underWatch = `"$@" </dev/null 3<&- & pid=$!; cat <&3 >/dev/null; kill "$pid" 2>/dev/null; wait "$pid"`

// startDovecot starts one with further settings. Where there is none, or one
// whose settings are written otherwise, the test is skipped.
func startDovecot(t *testing.T, settings string) *dovecot {
	t.Helper()
	d := &dovecot{binary: findDovecot(t)}
	var err error
	d.dir, err = os.MkdirTemp("", "tribune-dovecot-") // t.TempDir's parent is for this user alone
	ok(t, err)
	t.Cleanup(func() { os.RemoveAll(d.dir) })
	d.owner, err = user.Current()
	ok(t, err)
	if os.Geteuid() == 0 { // it would switch to users that the test has not made
		d.owner, err = user.Lookup("nobody")
		ok(t, err)
	}
	group, err := user.LookupGroupId(d.owner.Gid)
	ok(t, err)
	d.plain, d.tls = free(t), free(t)
	_, plain, _ := net.SplitHostPort(d.plain)
	_, secure, _ := net.SplitHostPort(d.tls)
	d.certify(t)
	d.write(t, "users", login+":{PLAIN}"+password+"::::::\n")
	d.write(t, "conf", strings.NewReplacer("{dir}", d.dir, "{user}", d.owner.Username, "{group}", group.Name, "{plain}", plain, "{tls}", secure).Replace(settled+settings))
	ok(t, os.Mkdir(filepath.Join(d.dir, "mail"), 0o700))
	d.own(t, filepath.Join(d.dir, "mail"))
	d.own(t, d.dir)
	web := fetch.New(fetch.Options{AllowPrivate: true, Timeout: 2 * time.Second})
	t.Cleanup(web.Close)
	d.m = New(web, readertest.Now)
	d.run(t)
	t.Cleanup(func() { d.stop(syscall.SIGTERM) })
	return d
}

// findDovecot gives the program, or skips the test.
func findDovecot(t *testing.T) string {
	t.Helper()
	binary, err := exec.LookPath("dovecot")
	if err != nil {
		binary = "/usr/sbin/dovecot"
	}
	out, err := exec.Command(binary, "--version").Output()
	if err != nil {
		t.Skip("not tried against a real mail server: no dovecot here; on Debian: apt-get install dovecot-imapd")
	}
	if !strings.HasPrefix(string(out), "2.3.") {
		t.Skipf("not tried against a real mail server: the settings are those of Dovecot 2.3, and this is %s", out)
	}
	return binary
}

// free gives an address on loopback where nothing listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	defer l.Close()
	return l.Addr().String()
}

// certify gives it a certificate that is good for 127.0.0.1, signed by itself.
func (d *dovecot) certify(t *testing.T) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	d.roots = x509.NewCertPool()
	d.roots.AddCert(s.Certificate())
	key, err := x509.MarshalPKCS8PrivateKey(s.TLS.Certificates[0].PrivateKey)
	ok(t, err)
	d.write(t, "cert", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})))
	d.write(t, "key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
}

func (d *dovecot) write(t *testing.T, name, data string) {
	t.Helper()
	name = filepath.Join(d.dir, name)
	ok(t, os.WriteFile(name, []byte(data), 0o600))
	d.own(t, name)
}

// own gives a file to who runs it.
func (d *dovecot) own(t *testing.T, name string) {
	t.Helper()
	uid, err := strconv.Atoi(d.owner.Uid)
	ok(t, err)
	gid, err := strconv.Atoi(d.owner.Gid)
	ok(t, err)
	ok(t, os.Chown(name, uid, gid))
}

// run starts it and waits until it answers.
func (d *dovecot) run(t *testing.T) {
	t.Helper()
	read, alive, err := os.Pipe()
	ok(t, err)
	defer read.Close()
	d.alive = alive
	_ = os.Remove(filepath.Join(d.dir, "run", "master.pid")) // it believes one that was killed to run while nobody has buried it
	d.running = exec.Command("/bin/sh", "-c", underWatch, "sh", d.binary, "-F", "-c", filepath.Join(d.dir, "conf"))
	d.running.Dir, d.running.ExtraFiles = d.dir, []*os.File{read}
	d.running.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() == 0 {
		uid, _ := strconv.ParseUint(d.owner.Uid, 10, 32)
		gid, _ := strconv.ParseUint(d.owner.Gid, 10, 32)
		d.running.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	said := &strings.Builder{}
	d.running.Stdout, d.running.Stderr = said, said
	ok(t, d.running.Start())
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", d.plain)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(deadline) {
			d.stop(syscall.SIGKILL)
			log, _ := os.ReadFile(filepath.Join(d.dir, "log"))
			t.Fatalf("dovecot does not answer: %v\n%s%s", err, said, log)
		}
	}
}

// stop ends it, with all its processes.
func (d *dovecot) stop(how syscall.Signal) {
	if d.running == nil {
		return
	}
	_ = syscall.Kill(-d.running.Process.Pid, how)
	_ = d.alive.Close()
	_ = d.running.Wait()
	d.running = nil
}

// put lays a letter into a folder of Maildir, as a mail server does; it came
// an hour before now. It gives the file.
func (d *dovecot) put(t *testing.T, folder, data string, ago ...time.Duration) string {
	t.Helper()
	d.delivered++
	name := filepath.Join(d.dir, "mail", login, folder, "new", fmt.Sprintf("17961%05d.M%dP1.test", d.delivered, d.delivered))
	part := filepath.Join(d.dir, "mail", login, folder, "tmp", filepath.Base(name))
	ok(t, os.WriteFile(part, []byte(strings.ReplaceAll(data, "\r\n", "\n")), 0o600))
	d.own(t, part)
	at := readertest.Now().Add(-time.Hour)
	for _, a := range ago {
		at = readertest.Now().Add(-a)
	}
	ok(t, os.Chtimes(part, at, at))
	ok(t, os.Rename(part, name))
	return name
}

// box writes the address of a folder.
func (d *dovecot) box(folder string) string {
	return Address("imap://"+d.plain, login, folder)
}

// read goes on reading a folder.
func (d *dovecot) read(t *testing.T, folder string, kept *readertest.Kept) (reader.Report, error) {
	t.Helper()
	return d.m.Read(t.Context(), reader.From{URL: d.box(folder), Secret: password, Cursor: kept.Cursor}, kept.Deliver)
}

// client signs in, to do what the reader does not.
func (d *dovecot) client(t *testing.T) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(d.plain, nil)
	ok(t, err)
	t.Cleanup(func() { c.Close() })
	ok(t, c.Login(login, password).Wait())
	return c
}
