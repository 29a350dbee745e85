package main

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// What a terminal is told when a view takes it, and when it gives it back.
const (
	altScreenOn  = "\x1b[?1049h"
	altScreenOff = "\x1b[?1049l"
)

// onTerminal starts ikesniff sniff on a terminal of its own, whose control is
// returned. What the terminal shows is in stdout.
func onTerminal(t *testing.T, args ...string) (s *sniffer, control *os.File) {
	t.Helper()
	return onTerminalWith(t, nil, true, args...)
}

// onTerminalWith has another standard input, unless it is nil, and a terminal
// that controls the program, or none that does.
func onTerminalWith(t *testing.T, stdin *os.File, controlled bool, args ...string) (s *sniffer, control *os.File) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	control, screen := openTerminal(t)
	s = &sniffer{t: t, cmd: exec.Command(exe)}
	s.cmd.Args = append([]string{"ikesniff", "sniff"}, args...)
	s.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=")
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = screen, screen, screen
	if stdin != nil {
		s.cmd.Stdin = stdin
	}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: controlled}
	if controlled {
		s.cmd.SysProcAttr.Ctty = 1
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.cmd.Process.Kill() })
	screen.Close()
	go io.Copy(&s.stdout, control) // ends when the program does
	return s, control
}

// settings are how a terminal treats what is typed.
func settings(t *testing.T, terminal *os.File) (mode uint32) {
	t.Helper()
	raw, err := terminal.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) {
		if x, err := unix.IoctlGetTermios(int(fd), unix.TCGETS); err == nil {
			mode = x.Lflag & (unix.ICANON | unix.ECHO | unix.ISIG)
		}
	})
	return mode
}

// A view is shown until it is ended, by q, Ctrl-C or a signal. Then the terminal
// is as before, and the report stands on it.
func TestScreenEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s *sniffer, control *os.File){
		"q":      func(_ *sniffer, control *os.File) { control.WriteString("q") },
		"Ctrl-C": func(_ *sniffer, control *os.File) { control.WriteString("\x03") },
		"TERM":   func(s *sniffer, _ *os.File) { s.cmd.Process.Signal(syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			s, control := onTerminal(t, "-r", "../../testdata/pcaps/no-answer.pcap")
			if !s.says(altScreenOn) || !s.says("198.51.100.40") || !s.says("q end") {
				return
			}
			if settings(t, control) != 0 {
				t.Error("keys are not for the view")
			}
			end(s, control)
			if got := s.status(); got != exitDone {
				t.Errorf("exit status %d", got)
			}
			if !s.says("Not judged without keys") {
				return
			}
			view, after, _ := strings.Cut(s.stdout.String(), altScreenOff)
			if strings.Contains(view, "SPIs used last") || !strings.Contains(after, "#1 \x1b") || !strings.Contains(after, "SPIs used last") {
				t.Errorf("what remains is %q", after)
			}
			for _, left := range []string{altScreenOn, "\x1b[H", "\x1b[2J"} {
				if strings.Contains(after, left) {
					t.Errorf("behind the view, %q in %q", left, after)
				}
			}
			if !strings.Contains(s.stdout.String(), "\x1b[?25h") {
				t.Error("the cursor stays hidden")
			}
			if settings(t, control) != unix.ICANON|unix.ECHO|unix.ISIG {
				t.Error("the terminal is not as before")
			}
		})
	}
}

// Where packets come from standard input, keys come from the terminal; without
// one there are lines.
func TestScreenBesideStream(t *testing.T) {
	t.Parallel()
	for _, controlled := range []bool{true, false} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		s, control := onTerminalWith(t, r, controlled, "-r", "-")
		r.Close()
		w.Write(testCapture(t, "no-answer.pcap"))
		if !s.says("198.51.100.40") {
			return
		}
		if got := strings.Contains(s.stdout.String(), altScreenOn); got != controlled {
			t.Errorf("a view: %v, want %v", got, controlled)
		}
		if controlled {
			control.WriteString("q")
		} else {
			s.cmd.Process.Signal(syscall.SIGTERM)
		}
		if got := s.status(); got != exitDone {
			t.Errorf("exit status %d", got)
		}
		s.says("Not judged without keys")
	}
}

// --plain has lines on a terminal, too, and Ctrl-C ends them.
func TestPlainOnTerminal(t *testing.T) {
	t.Parallel()
	s, control := onTerminal(t, "--plain", "-r", "../../testdata/pcaps/no-answer.pcap")
	if !s.says("new tunnel") {
		return
	}
	control.WriteString("\x03")
	if got := s.status(); got != exitDone {
		t.Errorf("exit status %d", got)
	}
	s.says("Not judged without keys")
	if strings.Contains(s.stdout.String(), altScreenOn) {
		t.Error("a view is shown")
	}
}

// A terminal that hangs up, as when a connection breaks, leaves nothing running.
func TestTerminalHangsUp(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"--plain"}} {
		s, control := onTerminal(t, append(args, "-r", "../../testdata/pcaps/no-answer.pcap")...)
		if !s.says("198.51.100.40") {
			return
		}
		control.Close()
		s.status()
	}
}
