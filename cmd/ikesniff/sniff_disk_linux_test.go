package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ikesniff/ikesniff/internal/netlab"
	"github.com/ikesniff/ikesniff/internal/testenv"
)

// A disk that fills up costs packets of the file and nothing else; with room
// again, the file goes on.
func TestKeepOnFullDisk(t *testing.T) {
	lacks := ""
	netlab.Run(t, func(t *testing.T) { lacks = keepOnFullDisk(t) })
	if lacks != "" {
		testenv.Missing(t, lacks)
	}
}

func keepOnFullDisk(t *testing.T) (lacks string) {
	dir := t.TempDir()
	// The mount is this thread's and that of the program it starts.
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return "no mount namespace: " + err.Error()
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return "no mount namespace: " + err.Error()
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=16m"); err != nil {
		return "no tmpfs: " + err.Error()
	}
	kept, ballast := filepath.Join(dir, "kept.pcapng"), filepath.Join(dir, "ballast")
	data := testCapture(t, "clean-raw-esp.pcap")
	s := start(t, nil, nil, "-r", "-", "-w", kept)
	if s == nil {
		return
	}
	s.stdin.Write(data)
	s.wait("packets are kept", func() bool { return holds(kept, "tunnel 1") })
	if err := os.WriteFile(ballast, make([]byte, 32<<20), 0o600); err == nil {
		t.Error("the disk is not full")
	}
	sent := 1
	more := func() bool { // until something more is said
		s.stdin.Write(data[pcapHeader:])
		sent++
		return true
	}
	s.wait("it says that the disk is full", func() bool {
		return more() && strings.Contains(s.stdout.String(), "no space left on device; capturing goes on")
	})
	if err := os.Remove(ballast); err != nil {
		t.Error(err)
	}
	s.wait("it says that it writes again", func() bool {
		return more() && strings.Contains(s.stdout.String(), "packets is written again")
	})
	s.stdin.Close()
	s.ends(exitPartial, "packets of tunnels could not be written to -w "+kept+": write "+kept+": no space left on device")

	b, err := os.ReadFile(kept)
	if err != nil {
		t.Error(err)
	}
	copied := filepath.Join(t.TempDir(), "kept.pcapng")
	if err := os.WriteFile(copied, b, 0o600); err != nil {
		t.Error(err)
	}
	r := analyzed(t, copied)
	var lost int
	if _, err := fmt.Sscanf(s.stderr.String(), "ikesniff: %d packets", &lost); err != nil {
		t.Errorf("%v in %q", err, s.stderr.String())
	}
	if got := int(r.Totals.Packets); lost == 0 || got <= 30 || got+lost != 30*sent || !r.Complete {
		t.Errorf("%d packets are there and %d lost of %d; complete %v", got, lost, 30*sent, r.Complete)
	}
	return ""
}
