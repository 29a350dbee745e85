package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// sniffer is the program while it captures or reads a stream.
type sniffer struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdin          io.WriteCloser // where nil was given for it
	stdout, stderr lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start starts this test binary as ikesniff sniff. Standard input, if nil, is a
// pipe that is silent until something is written to stdin; standard output, if
// nil, is remembered.
func start(t *testing.T, stdin io.Reader, stdout io.Writer, args ...string) *sniffer {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Error(err)
		return nil
	}
	s := &sniffer{t: t, cmd: exec.Command(exe)}
	s.cmd.Args = append([]string{"ikesniff", "sniff"}, args...)
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = stdin, stdout, &s.stderr
	if stdin == nil {
		if s.stdin, err = s.cmd.StdinPipe(); err != nil {
			t.Error(err)
			return nil
		}
	}
	if stdout == nil {
		s.cmd.Stdout = &s.stdout
	}
	if err := s.cmd.Start(); err != nil {
		t.Error(err)
		return nil
	}
	t.Cleanup(func() { s.cmd.Process.Kill() })
	return s
}

// patience is for a busy machine; who waits for a condition sees it sooner.
const patience = 30 * time.Second

// wait waits until a condition holds.
func (s *sniffer) wait(what string, holds func() bool) bool {
	s.t.Helper()
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return true
		}
	}
	s.t.Errorf("not in time: %s\nstandard output: %.2000s\nstandard error: %.2000s", what, s.stdout.String(), s.stderr.String())
	return false
}

// says waits until standard output has a text.
func (s *sniffer) says(text string) bool {
	s.t.Helper()
	return s.wait("it says "+text, func() bool { return strings.Contains(s.stdout.String(), text) })
}

// status waits for the end and returns the exit status, -1 if a signal was the
// end.
func (s *sniffer) status() int {
	s.t.Helper()
	done := make(chan error, 1)
	go func() { done <- s.cmd.Wait() }()
	select {
	case <-done:
		return s.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		s.cmd.Process.Kill()
		s.t.Errorf("it does not end: %s", s.stderr.String())
		return -2
	}
}

// ends checks the exit status, and that standard error has one sentence with a
// text, or is empty for "".
func (s *sniffer) ends(want int, sentence string) {
	s.t.Helper()
	if got := s.status(); got != want {
		s.t.Errorf("exit status %d, want %d", got, want)
	}
	text := s.stderr.String()
	if sentence == "" && text != "" || !strings.Contains(text, sentence) || strings.Count(text, "\n") > 1 {
		s.t.Errorf("standard error has %q, want a line with %q", text, sentence)
	}
}

// testCapture is one of the project's captures.
func testCapture(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../testdata/pcaps/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pcapHeader is the length of what is before the records of a pcap.
const pcapHeader = 24
