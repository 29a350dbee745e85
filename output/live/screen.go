package live

import (
	"context"
	"io"
	"os"
	"runtime"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// Screen is a view of a live run that a terminal shows until it ends. It takes
// the whole of the terminal and gives back what was there before.
type Screen struct {
	in  io.Reader
	out io.Writer
	opt output.Options
	box mailbox
}

// NewScreen returns a Screen on the terminal out. Keys come from in; nil means
// from the terminal that the process has, for where in is taken by packets. Of
// Options it heeds Color, Time (UTC or local), Location and Names.
func NewScreen(in io.Reader, out io.Writer, o output.Options) *Screen {
	return &Screen{in: in, out: out, opt: o}
}

// Drawable tells whether a terminal of that name, as TERM has it, can show a
// Screen.
func Drawable(term string) bool {
	return term != "dumb" && (term != "" || runtime.GOOS == "windows")
}

// Keyed tells whether the process has a terminal of its own to read keys from, as
// a Screen without another one needs.
func Keyed() bool {
	in, out, err := tea.OpenTTY()
	if err != nil {
		return false
	}
	in.Close()
	out.Close()
	return true
}

// Publish gives the screen a new snapshot, nil if there is none, and what changed
// since the one before, the newest last. It stores them and returns at once. The
// snapshot and what changes point to must not be changed any more; the slice
// stays the caller's.
func (s *Screen) Publish(snapshot *report.Snapshot, changes []report.Change) {
	s.box.put(snapshot, changes)
}

// Run draws until the user ends it, and returns nil, or until ctx is done, and
// returns its error. Any other error means that the terminal cannot be used. The
// terminal is restored before it returns; one that takes no more bytes, as over a
// connection that hangs, keeps Run from returning, but nothing else from going
// on. It handles no signals, and may be called once.
func (s *Screen) Run(ctx context.Context) error {
	in := s.in
	if in == nil {
		tty, other, err := tea.OpenTTY()
		if err != nil {
			return err
		}
		defer tty.Close()
		defer other.Close()
		in = tty
	}
	p := tea.NewProgram(newModel(s.opt, &s.box),
		tea.WithInput(in), tea.WithOutput(s.out), tea.WithEnvironment(environment(s.opt.Color)),
		tea.WithFPS(20), tea.WithoutSignalHandler())
	stop := context.AfterFunc(ctx, p.Quit)
	defer stop()
	last, err := p.Run()
	if err != nil {
		return err
	}
	if m, ok := last.(*model); ok && m.ended {
		return nil
	}
	return ctx.Err()
}

// environment is what drawing may know of ours. Which colours a terminal has is
// not asked, for that would run another program under tmux: a Screen uses those
// that all have.
func environment(color bool) []string {
	env := []string{"COLORTERM=truecolor"}
	if !color {
		env = []string{"NO_COLOR=1"}
	}
	for _, name := range []string{"TERM", "TERM_PROGRAM", "SSH_TTY", "WT_SESSION", "COLUMNS", "LINES"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// interval is how often the screen looks for news.
const interval = 250 * time.Millisecond

// tick asks the model to look.
type tick struct{}

func nextTick() tea.Cmd {
	return tea.Tick(interval, func(time.Time) tea.Msg { return tick{} })
}
