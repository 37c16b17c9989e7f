// Command tribune is the whole of Tribune: it serves a site, and has a command
// for whatever is done from a terminal. Every command works while the server
// runs on the same folder.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"tribune/internal/fault"
)

// version is set when the program is built (see the Makefile).
var version = "unversioned"

// commands is what the program can do, one file a command.
type commands struct {
	Serve       serveCommand       `cmd:"" help:"Serve the site."`
	Demo        demoCommand        `cmd:"" help:"Serve a site of sample data, or make a folder of any size of it."`
	Person      personCommand      `cmd:"" help:"People, from the terminal."`
	Token       tokenCommand       `cmd:"" help:"Print an API token that acts as a person."`
	Import      importCommand      `cmd:"" help:"Read in mentions, purchases, or a whole site."`
	Export      exportCommand      `cmd:"" help:"Write the whole site in open formats."`
	Backup      backupCommand      `cmd:"" help:"Write the whole site into one file, while it serves."`
	Restore     restoreCommand     `cmd:"" help:"Make a site of a backup."`
	Classify    classifyCommand    `cmd:"" help:"Tell the language and the mood of posts."`
	Communities communitiesCommand `cmd:"" help:"Find the communities in a file of ties between people."`
	Bursts      burstsCommand      `cmd:"" help:"Find rises, drops and silences in how often something was mentioned."`
	Match       matchCommand       `cmd:"" help:"Say which queries match which posts."`
	Draw        drawCommand        `cmd:"" help:"Draw seats by lot under quotas, or replay the draw of a board."`
	Version     versionFlag        `name:"version" help:"Print the version."`
	Debug       bool               `help:"Log more." env:"TRIBUNE_DEBUG"`
}

type versionFlag bool

// BeforeApply prints the version and ends.
func (versionFlag) BeforeApply(app *kong.Kong) error {
	fmt.Fprintln(app.Stdout, "tribune", version)
	app.Exit(0)
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// run runs one command and gives the exit code: 1 for what went wrong, 2 for a
// wrong call; an error may have one of its own.
func run(ctx context.Context, args []string) int {
	var c commands
	parser, err := kong.New(&c, kong.Name("tribune"), kong.Description("Listen to what people say, answer person to person, make it together, and tell them what became of it."),
		kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if len(args) == 0 || args[0] == "help" {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tribune:", err)
		return 2
	}
	level := slog.LevelInfo
	if c.Debug {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	err = parsed.Run(log)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.Internal {
		fmt.Fprintln(os.Stderr, "tribune:", fault.Fill(f.Text, f.Args...))
		return 1
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tribune:", err)
		if own, ok := errors.AsType[interface {
			error
			ExitCode() int
		}](err); ok {
			return own.ExitCode()
		}
		return 1
	}
	return 0
}
