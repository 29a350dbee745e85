//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func makeFIFO(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// A FIFO is read as it is written, to its end.
func TestFIFO(t *testing.T) {
	t.Parallel()
	name, data := makeFIFO(t), testCapture(t, "no-answer.pcap")
	s := start(t, nil, nil, "-r", name, "-f", "ndjson")
	w, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data[:1000])
	if s.says(`"frame":2}`) {
		w.Write(data[1000:])
	}
	w.Close()
	s.ends(exitDone, "")
	if !strings.Contains(s.stdout.String(), `"packets":7,`) {
		t.Errorf("not all packets: %s", s.stdout.String())
	}
}

// One that nobody writes to, or not any more, does not outlast a signal and
// --duration, and nothing is amiss.
func TestSilentFIFO(t *testing.T) {
	t.Parallel()
	name := makeFIFO(t)
	s := start(t, nil, nil, "-r", name, "--duration", "300ms")
	s.ends(exitDone, "")
	if !strings.Contains(s.stdout.String(), "0 packets   complete") {
		t.Errorf("not opened: %s", s.stdout.String())
	}
	s = start(t, nil, nil, "-r", name)
	w, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.Write(testCapture(t, "no-answer.pcap"))
	if !s.says("new tunnel") {
		return
	}
	_ = s.cmd.Process.Signal(os.Interrupt)
	s.ends(exitDone, "")
	if text := s.stdout.String(); !strings.Contains(text, "7 packets") || strings.Contains(text, "INCOMPLETE") {
		t.Errorf("interrupted: %s", text)
	}
}
