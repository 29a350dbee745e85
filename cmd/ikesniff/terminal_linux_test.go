package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

// TestColours: severity has a colour on a terminal, and only there.
func TestColours(t *testing.T) {
	const file = "../../testdata/pcaps/no-answer.pcap"
	for _, c := range []struct {
		name     string
		env      map[string]string
		args     []string
		coloured bool
	}{
		{"terminal", nil, []string{file}, true},
		{"NO_COLOR", map[string]string{"NO_COLOR": "1"}, []string{file}, false},
		{"empty NO_COLOR", map[string]string{"NO_COLOR": ""}, []string{file}, true},
		{"TERM=dumb", map[string]string{"TERM": "dumb"}, []string{file}, false},
		{"--no-color", nil, []string{"--no-color", file}, false},
		{"json", nil, []string{"-f", "json", file}, false},
		{"markdown", nil, []string{"-f", "markdown", file}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("NO_COLOR", "")
			t.Setenv("TERM", "xterm")
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			shown, screen := terminalPair(t)
			var stderr bytes.Buffer
			status := run(t.Context(), append([]string{"analyze"}, c.args...), strings.NewReader(""), screen, &stderr)
			screen.Close()
			text := <-shown
			if status != exitDone || !strings.Contains(text, "no-answer") {
				t.Fatalf("status %d, stderr %q, shown %q", status, &stderr, text)
			}
			if got := strings.Contains(text, "\x1b["); got != c.coloured {
				t.Errorf("coloured: %v, want %v", got, c.coloured)
			}
		})
	}
}

// TestNoColoursInFiles: -o takes what a file should have, wherever the program
// was started.
func TestNoColoursInFiles(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	out := t.TempDir() + "/report.txt"
	shown, screen := terminalPair(t)
	status := run(t.Context(), []string{"analyze", "-o", out, "../../testdata/pcaps/no-answer.pcap"}, strings.NewReader(""), screen, screen)
	screen.Close()
	if text := <-shown; status != exitDone || text != "" {
		t.Errorf("status %d, the terminal shows %q", status, text)
	}
	if b, err := os.ReadFile(out); err != nil || bytes.Contains(b, []byte("\x1b")) {
		t.Errorf("%v, %q", err, b)
	}
}

// terminalPair opens a pseudo terminal. What is written to screen comes out of
// shown when screen is closed.
func terminalPair(t *testing.T) (shown <-chan string, screen *os.File) {
	t.Helper()
	control, screen := openTerminal(t)
	out := make(chan string, 1)
	go func() {
		b, _ := io.ReadAll(control) // ends with an error when the last writer closes
		out <- string(b)
	}()
	return out, screen
}

// openTerminal opens a pseudo terminal of 100 columns and 30 lines: a program
// has screen, and who sits in front of it control.
func openTerminal(t *testing.T) (control, screen *os.File) {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		testenv.Missing(t, "no pseudo terminals here: "+err.Error())
	}
	t.Cleanup(func() { control.Close() })
	raw, err := control.SyscallConn() // Fd would make reading block Close
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	var failed error
	if err := raw.Control(func(fd uintptr) {
		n, failed = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		failed = errors.Join(failed, unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0),
			unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: 30, Col: 100}))
	}); err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		testenv.Missing(t, "no pseudo terminals here: "+err.Error())
	}
	t.Cleanup(func() { screen.Close() })
	return control, screen
}
