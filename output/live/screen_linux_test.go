package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ikesniff/ikesniff/internal/testenv"
	"github.com/ikesniff/ikesniff/output"
)

// terminal is a pseudo terminal and what was written to it so far.
type terminal struct {
	control, tty *os.File
	mu           sync.Mutex
	text         strings.Builder
}

func newTerminal(t *testing.T, width, height uint16) *terminal {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		testenv.Missing(t, "no pseudo terminals here: "+err.Error())
	}
	t.Cleanup(func() { control.Close() })
	fd := int(control.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		testenv.Missing(t, "no pseudo terminals here: "+err.Error())
	}
	t.Cleanup(func() { tty.Close() })
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: width, Row: height}); err != nil {
		t.Fatal(err)
	}
	x := &terminal{control: control, tty: tty}
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := control.Read(b)
			x.mu.Lock()
			x.text.Write(b[:n])
			x.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return x
}

func (x *terminal) shown() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.text.String()
}

// wait waits until the terminal was sent a text.
func (x *terminal) wait(t *testing.T, text string) {
	t.Helper()
	for range 1000 {
		if strings.Contains(x.shown(), text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%q is not in %q", text, x.shown())
}

func (x *terminal) state(t *testing.T) *unix.Termios {
	t.Helper()
	s, err := unix.IoctlGetTermios(int(x.tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestScreenOnATerminal runs the whole of it: it draws on the alternate screen,
// ends by a key or with its context, and leaves the terminal as it was.
func TestScreenOnATerminal(t *testing.T) {
	const enter, leave = "\x1b[?1049h", "\x1b[?1049l"
	for _, tt := range []struct {
		name, key string
		color     bool
		want      error
	}{
		{"q", "q", true, nil},
		{"ctrl-c", "\x03", false, nil},
		{"context", "", false, context.Canceled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("TERM", "xterm-256color")
			x := newTerminal(t, 100, 30)
			before := x.state(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := NewScreen(x.tty, x.tty, output.Options{Color: tt.color})
			s.Publish(sampleSnapshot(6, after(time.Hour)), sampleChanges())
			done := make(chan error, 1)
			go func() { done <- s.Run(ctx) }()
			x.wait(t, enter)
			x.wait(t, "198.51.100.7")
			if tt.key == "" {
				cancel()
			} else if _, err := io.WriteString(x.control, tt.key); err != nil {
				t.Fatal(err)
			}
			select {
			case err := <-done:
				if !errors.Is(err, tt.want) {
					t.Errorf("it ends with %v, want %v", err, tt.want)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("it does not end")
			}
			x.wait(t, leave)
			if now := x.state(t); !reflect.DeepEqual(before, now) {
				t.Errorf("the terminal is left as %+v, was %+v", now, before)
			}
			text := x.shown()
			if strings.Count(text, enter) != 1 || strings.LastIndex(text, "198.51.100.7") > strings.Index(text, leave) {
				t.Errorf("something is drawn outside of the alternate screen: %q", text)
			}
			if got := strings.Contains(text, "[1;31m") || strings.Contains(text, "[31;1m"); got != tt.color {
				t.Errorf("red: %v, want %v: %q", got, tt.color, text)
			}
		})
	}
}

// TestDrawable: a terminal that says nothing of itself is not drawn on.
func TestDrawable(t *testing.T) {
	for term, want := range map[string]bool{"xterm": true, "linux": true, "tmux-256color": true, "dumb": false, "": false} {
		if Drawable(term) != want {
			t.Errorf("TERM=%q: %v", term, !want)
		}
	}
}
