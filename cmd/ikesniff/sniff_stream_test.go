package main

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What is in a pipe is told while the pipe is open.
func TestStreamTellsAtOnce(t *testing.T) {
	t.Parallel()
	data := testCapture(t, "failover-udp-to-tcp.pcap")
	s := start(t, nil, nil, "-r", "-")
	half := len(data) / 2 // within a record
	s.stdin.Write(data[:half])
	if !s.says("new tunnel: ") {
		return
	}
	if strings.Contains(s.stdout.String(), "PATH") {
		t.Error("it ended")
	}
	s.stdin.Write(data[half:])
	if !s.says("transport udp-nat-t -> tcp-rfc8229") {
		return
	}
	s.stdin.Close()
	s.ends(exitDone, "")
	if !strings.Contains(s.stdout.String(), "PATH") {
		t.Errorf("no report: %s", s.stdout.String())
	}
}

// A file is followed as it grows, records in halves included.
func TestFileGrows(t *testing.T) {
	t.Parallel()
	data := testCapture(t, "no-answer.pcap")
	name := filepath.Join(t.TempDir(), "growing.pcap")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := start(t, strings.NewReader(""), nil, "-r", name, "-f", "ndjson", "-c", "7")
	for _, cut := range []struct {
		to   int
		says string
	}{
		{10, ""}, {pcapHeader + 16 + 304 + 7, `"ref":{"source":0,"frame":1}`}, {1400, `"ref":{"source":0,"frame":4}`}, {len(data), `"packets":7`},
	} {
		at, _ := f.Seek(0, 1)
		f.Write(data[at:cut.to])
		if !s.says(cut.says) {
			return
		}
	}
	s.ends(exitDone, "")
}

// A file that becomes shorter is another one: what was read is reported.
func TestFileShrinks(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "shrinking.pcap")
	if err := os.WriteFile(name, testCapture(t, "no-answer.pcap"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, strings.NewReader(""), nil, "-r", name)
	if !s.says("new tunnel") {
		return
	}
	if err := os.Truncate(name, 100); err != nil {
		t.Fatal(err)
	}
	s.ends(exitPartial, "the file became shorter while it was read")
	if !strings.Contains(s.stdout.String(), "#1 CRITICAL") {
		t.Errorf("no report: %s", s.stdout.String())
	}
}

// An address that is taken is told before anything is read.
func TestMetricsAddressTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := start(t, nil, nil, "-r", "-", "--metrics", l.Addr().String())
	s.ends(exitFailed, "--metrics: listen tcp "+l.Addr().String())
}

// Each line of -f ndjson is one that docs/events.md names, and the summary is the
// last.
func TestStreamEvents(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]int{"ike": 0, "summary": 0}
	for _, m := range regexp.MustCompile("(?m)^## ([a-z_-]+)$").FindAllStringSubmatch(string(doc), -1) {
		documented[m[1]] = 0
	}
	if len(documented) < 8 {
		t.Fatalf("the page names %v", documented)
	}
	s := start(t, bytes.NewReader(testCapture(t, "failover-udp-to-tcp.pcap")), nil, "-r", "-", "-f", "ndjson")
	s.ends(exitDone, "")
	last := ""
	for line := range strings.Lines(s.stdout.String()) {
		var e struct {
			Type string `json:"event_type"`
			Time string `json:"timestamp"`
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if _, ok := documented[e.Type]; !ok || e.Time == "" {
			t.Errorf("not documented: %s", line)
		}
		documented[e.Type]++
		last = e.Type
	}
	if last != "summary" {
		t.Errorf("the last line is %s", last)
	}
	for _, e := range []string{"ike", "tunnel", "transport", "timeline", "anomaly", "esp_summary"} {
		if documented[e] == 0 {
			t.Errorf("no event %s in %v", e, documented)
		}
	}
}

// The report of a stream, and that of what was kept of it, is what analyze says.
func TestStreamReports(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"failover-udp-to-tcp.pcap", "fortinet-esp.pcap", "child-rekey.pcap", "clean-ipv6.pcap"} {
		t.Run(name, func(t *testing.T) {
			kept := filepath.Join(t.TempDir(), "kept.pcapng")
			s := start(t, bytes.NewReader(testCapture(t, name)), nil, "-r", "-", "-f", "json", "-w", kept)
			s.ends(exitDone, "")
			got, want := parseReport(t, []byte(s.stdout.String())), analyzed(t, "../../testdata/pcaps/"+name)
			for id, text := range contents(want) {
				if contents(got)[id] != text || len(got.Tunnels) != len(want.Tunnels) {
					t.Errorf("read as a stream %v, analyzed %s", contents(got), text)
				}
				if from := analyzed(t, kept); contents(from)[id] != text {
					t.Errorf("kept %v, analyzed %s", contents(from), text)
				}
			}
		})
	}
}

// A pipe that stays silent does not outlast --duration, and nothing is amiss.
func TestSilentStream(t *testing.T) {
	t.Parallel()
	for _, before := range [][]byte{nil, testCapture(t, "no-answer.pcap")} {
		s := start(t, nil, nil, "-r", "-", "-f", "json", "--duration", "500ms")
		s.stdin.Write(before)
		s.ends(exitDone, "")
		if r := parseReport(t, []byte(s.stdout.String())); !r.Complete || len(r.Tunnels) != min(len(before), 1) {
			t.Errorf("complete %v, %d tunnels", r.Complete, len(r.Tunnels))
		}
	}
}
