package pgtest

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// superuser is the role that owns the cluster; nothing asks for its password.
const superuser = "tribune"

// settings trade durability for speed: a test cluster is never recovered. The
// short socket folder stands in for a port.
var settings = []string{
	"listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
	"max_connections=200", "shared_buffers=32MB", "autovacuum=off", "log_min_messages=error",
}

// watch runs the server beside a read of the pipe that the test process holds
// open. The read ends when that process does; then the server is told to stop
// at once (SIGQUIT, for clients may still hang on) and the folder is removed.
const watch = `server=$1 dir=$2; shift 2
"$server" -D "$dir/data" -k "$dir" "$@" >"$dir/log" 2>&1 </dev/null 3<&- &
pid=$!
cat <&3 >/dev/null
kill -QUIT "$pid" 2>/dev/null
wait "$pid"
cd / && rm -rf "$dir"`

// start makes a cluster and starts it. A nil cluster with an error means that
// this machine has no PostgreSQL that can be started.
func start() (*cluster, error) {
	bin, err := findServer()
	if err != nil {
		return nil, err
	}
	owner, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "tribune-pg-")
	if err != nil {
		return &cluster{}, err
	}
	c := &cluster{dir: dir}
	if owner != nil {
		if err := os.Chown(dir, int(owner.Uid), int(owner.Gid)); err != nil {
			return c, errors.Join(err, os.RemoveAll(dir))
		}
	}
	if err := initialise(bin, dir, owner); err != nil {
		return c, errors.Join(err, os.RemoveAll(dir))
	}
	if err := launch(bin, dir, owner); err != nil {
		return c, errors.Join(err, os.RemoveAll(dir))
	}
	if c.admin, err = sql.Open("pgx", c.url("postgres")); err != nil {
		return c, err
	}
	if err := c.ready(); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		return c, fmt.Errorf("%w\n%s", err, log)
	}
	return c, nil
}

// findServer gives the folder that holds initdb and postgres: pg_config's, then
// the newest of Debian's, then the path's.
func findServer() (string, error) {
	var dirs []string
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	debian, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.SortFunc(debian, func(a, b string) int { return release(b) - release(a) })
	dirs = append(dirs, debian...)
	if path, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, dir := range dirs {
		if executable(filepath.Join(dir, "initdb")) && executable(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", errors.New("no initdb beside a postgres; on Debian: apt-get install postgresql")
}

// release is the version in /usr/lib/postgresql/<release>/bin, 0 if it is none.
func release(dir string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	if err != nil {
		return 0
	}
	return n
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}

// unprivileged gives the user that runs the server, nil for this process's own.
// PostgreSQL refuses to run as root, so root lends it another's name.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			continue
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("run by root, but neither of the users postgres and nobody exists")
}

// initialise makes the cluster's files. Its order of text is that of code
// points, as SQLite's is, with case folding beyond ASCII.
func initialise(bin, dir string, owner *syscall.Credential) error {
	var failed error
	for _, locale := range []string{"C.UTF-8", "en_US.UTF-8"} {
		cmd := command(owner, filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", superuser,
			"-A", "trust", "-E", "UTF8", "--locale="+locale, "--no-sync", "--no-instructions")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err == nil {
			return nil
		}
		failed = fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	return failed
}

// launch starts the server under its watch. The write end of the pipe stays
// open in this process, and in no other, until it ends.
func launch(bin, dir string, owner *syscall.Credential) error {
	args := []string{"-c", watch, "pgtest", filepath.Join(bin, "postgres"), dir}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	alive, held, err := os.Pipe()
	if err != nil {
		return err
	}
	defer alive.Close()
	cmd := command(owner, "/bin/sh", args...)
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{alive}
	cmd.SysProcAttr.Setpgid = true // an interrupt from the terminal is not for it
	if err := cmd.Start(); err != nil {
		return errors.Join(err, held.Close())
	}
	go func() {
		_ = cmd.Wait() // reaps the shell, should the server die first
		_ = held.Close()
	}()
	return nil
}

// command is exec.Command, run by owner, without the PG* variables that would
// lead a client or server elsewhere.
func command(owner *syscall.Credential, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: owner}
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "PG") })
	return cmd
}
