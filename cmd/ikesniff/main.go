// Command ikesniff reads packet captures and tells which IPsec tunnels are in
// them, how they fare, what is wrong and on which evidence.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit statuses. A report that has something to say for --fail-on wins over
// one that is not complete.
const (
	exitDone    = 0
	exitFailed  = 1 // could not do it
	exitUsage   = 2
	exitFound   = 3 // done, and --fail-on found something
	exitPartial = 4 // done, but part of the input could not be read
)

func main() {
	easeCollector()
	// A reader that goes away, as head does, ends what is written to it, not the
	// program: files may have to be finished.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for a report of what was read so far; a second one
	// ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program without its process: it returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot(&env{stdin: stdin, stdout: stdout, stderr: stderr})
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)

	var status exitStatus
	var failed *failure
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &status):
		return int(status)
	case brokenPipe(err):
		return exitDone
	case errors.As(err, &failed):
		fmt.Fprintln(stderr, "ikesniff: "+failed.Error())
		return exitFailed
	default: // cobra's own errors, and usageError
		fmt.Fprintf(stderr, "ikesniff: %s; see '%s --help'\n", err, commandPath(root, args))
		return exitUsage
	}
}

// env is what subcommands have of the world.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

// exitStatus is an error that only sets the exit status: what there was to
// say has been said.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// failure is an error of doing what was asked. Every other error is taken for
// one of usage.
type failure struct{ error }

func (f *failure) Unwrap() error { return f.error }

// failf makes a failure: one sentence that names the file, the place and what
// to do.
func failf(format string, args ...any) error {
	return &failure{fmt.Errorf(format, args...)}
}

// brokenPipe tells whether err comes of a reader that has gone, as that of
// "ikesniff ... | head".
func brokenPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }
