package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

// The reader of its lines goes away, as head does: the run ends well, while
// packets may still come.
func TestReaderGoes(t *testing.T) {
	t.Parallel()
	data := testCapture(t, "no-answer.pcap")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, nil, w, "-r", "-", "-f", "ndjson")
	w.Close()
	s.stdin.Write(data[:1400])
	if line, err := bufio.NewReader(r).ReadString('\n'); err != nil || !strings.HasPrefix(line, "{") {
		t.Fatalf("%q, %v", line, err)
	}
	r.Close()
	s.stdin.Write(data[1400:]) // more to say
	s.ends(exitDone, "")
}

// It has packets to keep, too: then it goes on, and they are all there.
func TestReaderGoesWithMoreToDo(t *testing.T) {
	t.Parallel()
	data := testCapture(t, "clean-raw-esp.pcap")
	kept := filepath.Join(t.TempDir(), "kept.pcapng")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, nil, w, "-r", "-", "-f", "ndjson", "-w", kept)
	w.Close()
	r.Close()
	s.stdin.Write(data[:2000])
	s.wait("it keeps packets", func() bool { info, err := os.Stat(kept); return err == nil && info.Size() > 1000 })
	s.stdin.Write(data[2000:])
	s.stdin.Close()
	s.ends(exitDone, "")
	if got := analyzed(t, kept); got.Totals.Packets != 30 {
		t.Errorf("%d packets are kept, want 30", got.Totals.Packets)
	}
}

// Nobody reads its lines: every packet is looked at all the same, what is lost
// is counted, and it comes to an end.
func TestReaderSleeps(t *testing.T) {
	t.Parallel()
	const rounds = 8000
	data := testCapture(t, "no-answer.pcap")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s := start(t, nil, w, "-r", "-", "-f", "ndjson", "--metrics", address)
	w.Close()
	s.stdin.Write(data)
	for range rounds {
		if _, err := s.stdin.Write(data[pcapHeader:]); err != nil {
			t.Fatal(err)
		}
	}
	var page string
	s.wait("all packets are counted", func() bool {
		page = get("http://" + address + "/metrics")
		return metric(page, "ikesniff_packets_total")+metric(page, "ikesniff_packets_waiting") == 7*(rounds+1)
	})
	if metric(page, "ikesniff_sink_dropped_items_total") == 0 {
		t.Errorf("nothing is lost: %s", grep(page, "ikesniff_sink"))
	}
	s.stdin.Close()
	if got := s.status(); got != exitPartial {
		t.Errorf("exit status %d, want %d", got, exitPartial)
	}
	for _, want := range []string{"lines could not be written to the output in time", "the report could not be printed"} {
		if !strings.Contains(s.stderr.String(), want) {
			t.Errorf("it does not say %q: %s", want, s.stderr.String())
		}
	}
}

func get(url string) string {
	resp, err := http.Get(url)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return string(b)
}

// A disk without room loses packets, which is told, and no more.
func TestKeepOnFullDevice(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/dev/full"); err != nil {
		testenv.Missing(t, "this system has no /dev/full")
	}
	s := start(t, bytes.NewReader(testCapture(t, "clean-raw-esp.pcap")), nil, "-r", "-", "-f", "json", "-w", "/dev/full")
	s.ends(exitPartial, "30 packets of tunnels could not be written to -w /dev/full: write /dev/full: no space left on device")
	if r := parseReport(t, []byte(s.stdout.String())); !r.Complete || len(r.Tunnels) != 1 {
		t.Errorf("complete %v, %d tunnels", r.Complete, len(r.Tunnels))
	}
	s = start(t, bytes.NewReader(testCapture(t, "clean-raw-esp.pcap")), nil, "-r", "-", "-f", "json", "-o", "/dev/full")
	s.ends(exitPartial, "cannot write /dev/full: no space left on device")
}
