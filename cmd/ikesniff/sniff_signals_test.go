//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// INT and TERM end a run: the report is printed, and nothing is amiss.
func TestSignalsEnd(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		s := start(t, nil, nil, "-r", "-")
		s.stdin.Write(testCapture(t, "no-answer.pcap"))
		if !s.says("new tunnel") {
			return
		}
		_ = s.cmd.Process.Signal(signal)
		s.ends(exitDone, "")
		if text := s.stdout.String(); !strings.Contains(text, "#1 CRITICAL  198.51.100.40 -> 203.0.113.80") || strings.Contains(text, "INCOMPLETE") {
			t.Errorf("%v: %s", signal, text)
		}
	}
}

// A second signal does not wait for an output that takes nothing.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	fillPipe(t, w)
	kept := filepath.Join(t.TempDir(), "kept.pcapng")
	s := start(t, nil, w, "-r", "-", "-w", kept)
	w.Close()
	s.stdin.Write(testCapture(t, "no-answer.pcap"))
	s.wait("packets are kept", func() bool { info, err := os.Stat(kept); return err == nil && info.Size() > 1000 })
	_ = s.cmd.Process.Signal(os.Interrupt)
	// The file of packets is ended before the output of lines is waited for.
	s.wait("it is about to end", func() bool { return endsWithStatistics(kept) })
	_ = s.cmd.Process.Signal(os.Interrupt)
	if s.status() != -1 || s.cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v: %s", s.cmd.ProcessState, s.stderr.String())
	}
}

// fillPipe writes until a pipe takes nothing more.
func fillPipe(t *testing.T, w *os.File) {
	t.Helper()
	fd := int(w.Fd())
	if err := syscall.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{4096, 1} {
		for {
			if _, err := syscall.Write(fd, make([]byte, size)); err == syscall.EAGAIN {
				break
			} else if err != nil && err != syscall.EINTR {
				t.Fatal(err)
			}
		}
	}
	if err := syscall.SetNonblock(fd, false); err != nil {
		t.Fatal(err)
	}
}

// endsWithStatistics tells whether the last block of a pcapng is one of
// statistics.
func endsWithStatistics(name string) bool {
	b, err := os.ReadFile(name)
	if err != nil || len(b) < 12 {
		return false
	}
	n := int(b[len(b)-4]) | int(b[len(b)-3])<<8
	return n <= len(b) && b[len(b)-n] == 5 && b[len(b)-n+1] == 0
}

// USR1 asks for a report in between, on standard error and in the file of
// --report; the run goes on.
func TestSignalAsksForReport(t *testing.T) {
	t.Parallel()
	data := testCapture(t, "failover-udp-to-tcp.pcap")
	name := filepath.Join(t.TempDir(), "report.json")
	s := start(t, nil, nil, "-r", "-", "--report", name, "--report-every", "1h")
	s.stdin.Write(data[:len(data)/2])
	if !s.says("new tunnel") {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGUSR1)
	s.wait("a report in between", func() bool { return strings.Contains(s.stderr.String(), "Not judged without keys") })
	s.wait("the file of it", func() bool { _, err := os.Stat(name); return err == nil })
	if strings.Contains(s.stdout.String(), "PATH") {
		t.Error("it ended")
	}
	if r := readReport(t, name); len(r.Tunnels) != 1 || strings.Contains(r.Tunnels[0].Verdict, "TCP 5500") {
		t.Errorf("in between: %+v", contents(r))
	}
	s.stdin.Write(data[len(data)/2:])
	s.stdin.Close()
	if got := s.status(); got != exitDone {
		t.Errorf("exit status %d", got)
	}
	if r := readReport(t, name); len(r.Tunnels) != 1 || !strings.Contains(r.Tunnels[0].Verdict, "TCP 5500") || !strings.Contains(s.stdout.String(), "PATH") {
		t.Errorf("at the end: %+v", contents(r))
	}
}

// HUP opens files anew: what was moved away and what is new are together whole.
func TestSignalReopens(t *testing.T) {
	t.Parallel()
	data := testCapture(t, "clean-raw-esp.pcap")
	dir := t.TempDir()
	kept, lines := filepath.Join(dir, "kept.pcapng"), filepath.Join(dir, "lines.ndjson")
	s := start(t, nil, nil, "-r", "-", "-w", kept, "-f", "ndjson", "-o", lines)
	half := 2500 // within a record
	s.stdin.Write(data[:half])
	s.wait("lines and packets", func() bool { return holds(lines, `"tunnel"`) && holds(kept, "tunnel 1") })
	for _, f := range []string{kept, lines} {
		if err := os.Rename(f, f+".1"); err != nil {
			t.Fatal(err)
		}
	}
	_ = s.cmd.Process.Signal(syscall.SIGHUP)
	s.wait("new files", func() bool { return exists(kept) && exists(lines) })
	s.stdin.Write(data[half : half+1000])
	s.wait("more packets", func() bool { return holds(kept, "tunnel 1") })
	// Once more, though nothing was moved away: nothing may be lost.
	before, _ := os.ReadFile(kept)
	_ = s.cmd.Process.Signal(syscall.SIGHUP)
	s.wait("the file goes on", func() bool { return endsWithStatistics(kept) })
	s.stdin.Write(data[half+1000:])
	s.stdin.Close()
	s.ends(exitDone, "")
	if after, _ := os.ReadFile(kept); !strings.HasPrefix(string(after), string(before)) {
		t.Error("what was in the file is there no more")
	}
	first, second := analyzed(t, kept+".1"), analyzed(t, kept)
	if a, b := first.Totals.Packets, second.Totals.Packets; a == 0 || b == 0 || a+b != 30 {
		t.Errorf("%d and %d packets are kept, want 30 together", a, b)
	}
	whole, want := analyzed(t, kept+".1", kept), analyzed(t, "../../testdata/pcaps/clean-raw-esp.pcap")
	for id, text := range contents(want) {
		if contents(whole)[id] != text {
			t.Errorf("kept %v, want %s", contents(whole), text)
		}
	}
	if !holds(lines+".1", `"frame":1}`) || !holds(lines, `"event_type":"summary"`) || holds(lines+".1", `"event_type":"summary"`) {
		t.Error("lines are not where they belong")
	}
}

func exists(name string) bool { _, err := os.Stat(name); return err == nil }

func holds(name, text string) bool {
	b, err := os.ReadFile(name)
	return err == nil && strings.Contains(string(b), text)
}
