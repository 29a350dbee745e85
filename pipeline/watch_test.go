package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/capture/write"
	"github.com/ikesniff/ikesniff/internal/testenv"
	"github.com/ikesniff/ikesniff/report"
)

// timed is a source whose packets set the clock.
type timed struct {
	capture.Source
	now  time.Time
	idle bool
}

// Next has a pause after each packet, so that the clock is looked at.
func (s *timed) Next(p *capture.Packet) error {
	if s.idle = !s.idle; s.idle {
		return capture.ErrIdle
	}
	err := s.Source.Next(p)
	if err == nil {
		s.now = time.Unix(0, p.Time)
	}
	return err
}

// watched follows a capture file by the clock of its packets, with a round for
// each second of it, and keeps packets in a new file.
func watched(t *testing.T, name, kept string, opt WatchOptions) *report.Report {
	t.Helper()
	file, err := capture.Open([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	src := &timed{Source: file}
	opt.Now = func() time.Time { return src.now }
	opt.Forget = 365 * 24 * time.Hour
	if kept != "" {
		w, err := write.New(write.Options{Name: kept, Program: "test"})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			end := src.now
			for _, info := range file.Info() {
				end = time.Unix(0, max(end.UnixNano(), info.EndTime))
			}
			if err := w.Close(end); err != nil {
				t.Error(err)
			}
		}()
		opt.Keep = func(k *Kept) {
			if err := w.Packet(&k.Packet, k.Interface, k.Comments); err != nil {
				t.Fatal(err)
			}
		}
	}
	s, err := Watch(context.Background(), src, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s.Collect()
}

func analyzed(t *testing.T, name string) *report.Report {
	t.Helper()
	src, err := capture.Open([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s, err := Run(context.Background(), src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s.Collect()
}

// gist is what must be the same of a tunnel whose packets were kept: numbers of
// packets are others.
func gist(r *report.Report) []string {
	var out []string
	for _, u := range r.Tunnels {
		s := fmt.Sprintf("%s %s -> %s %s %s %s %s %v\n", u.ID, u.Initiator, u.Responder, u.Status, u.Phase1, u.Phase2, u.Data, u.Transports)
		s += fmt.Sprintf("  ESP %v IKE %v\n  %s\n", u.ESPPackets, u.IKEMessages, u.Verdict)
		for i := range u.Anomalies {
			a := &u.Anomalies[i]
			s += fmt.Sprintf("  %s %s %v %d\n", a.ID, a.Severity, a.Confidence, a.Count)
		}
		out = append(out, s)
	}
	return out
}

// TestWatchingIsAnalyzing: every capture gives the report that analyzing it gives,
// and what was kept of it gives its tunnels and anomalies again.
func TestWatchingIsAnalyzing(t *testing.T) {
	for _, root := range []string{"../testdata/pcaps", "captures", "lab-captures"} {
		t.Run(filepath.Base(root), func(t *testing.T) {
			if !strings.HasPrefix(root, "..") {
				root = filepath.Join(testenv.Shared(t), root)
			}
			for _, name := range captureFiles(t, root) {
				want := analyzed(t, name)
				published := 0
				kept := filepath.Join(t.TempDir(), "kept.pcapng")
				got := watched(t, name, kept, WatchOptions{Publish: func(s *report.Snapshot, c []report.Change) {
					published++
					checkSnapshot(t, s)
				}})
				got.Sources, want.Sources = nil, nil // a vantage needs the end
				if a, b := asText(t, got), asText(t, want); a != b {
					t.Errorf("%s: watched +, analyzed -\n%s", name, cmp.Diff(strings.Split(b, "\n"), strings.Split(a, "\n")))
					continue
				}
				if published == 0 {
					t.Errorf("%s: nothing was published", name)
				}
				again := analyzed(t, kept)
				if diff := cmp.Diff(gist(want), gist(again)); diff != "" {
					t.Errorf("%s: kept +, analyzed -\n%s", name, diff)
				}
			}
		})
	}
}

func asText(t *testing.T, r *report.Report) string {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func checkSnapshot(t *testing.T, s *report.Snapshot) {
	t.Helper()
	c := &s.Counters
	if sum := c.IPsecPackets + c.IgnoredPackets + c.MalformedPackets; sum > c.Packets || !s.Running && sum != c.Packets {
		t.Errorf("packets %d, but %d IPsec, %d ignored, %d malformed", c.Packets, c.IPsecPackets, c.IgnoredPackets, c.MalformedPackets)
	}
	if !slices.IsSortedFunc(s.Rows, func(a, b report.Row) int {
		if c := a.Tunnel.FirstSeen.Compare(b.Tunnel.FirstSeen); c != 0 {
			return c
		}
		return strings.Compare(a.Tunnel.ID, b.Tunnel.ID)
	}) {
		t.Error("rows are out of order")
	}
}

// A report in between leaves the one at the end as it would have been.
func TestReportsInBetween(t *testing.T) {
	const name = "../testdata/pcaps/failover-udp-to-tcp.pcap"
	ask := make(chan func(*report.Stream), 1)
	n := 0
	got := watched(t, name, "", WatchOptions{Reports: ask, Publish: func(s *report.Snapshot, _ []report.Change) {
		if s.Running {
			ask <- func(s *report.Stream) {
				n++
				if r := s.Collect(); len(r.Tunnels) != 1 {
					t.Errorf("%d tunnels in between", len(r.Tunnels))
				}
			}
		}
	}})
	want := analyzed(t, name)
	got.Sources, want.Sources = nil, nil
	if a, b := asText(t, got), asText(t, want); a != b {
		t.Error(cmp.Diff(strings.Split(b, "\n"), strings.Split(a, "\n")))
	}
	if n < 3 {
		t.Errorf("%d reports in between", n)
	}
}

// What a Pump delivers is what its source has, in pieces of any size.
func TestPump(t *testing.T) {
	const name = "../testdata/pcaps/failover-udp-to-tcp.pcap"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	go func() {
		for i := 0; i < len(data); i += 700 {
			if i%7000 == 0 {
				time.Sleep(5 * time.Millisecond)
			}
			if _, err := w.Write(data[i:min(i+700, len(data))]); err != nil {
				return
			}
		}
		w.Close()
	}()
	p := NewPump(capture.OpenReader(r, "-"))
	defer p.Close()
	s, err := Watch(context.Background(), p, WatchOptions{Every: 10 * time.Millisecond, Forget: 100 * 365 * 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	got, want := s.Collect(), analyzed(t, name)
	if diff := cmp.Diff(gist(want), gist(got)); diff != "" {
		t.Error(diff)
	}
	if got.Sources[0].Packets != want.Sources[0].Packets || !got.Complete {
		t.Errorf("%d packets, complete %v", got.Sources[0].Packets, got.Complete)
	}
}

// A pipe that is silent, and never ends, ends when it is stopped.
func TestPumpStops(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	p := NewPump(capture.OpenReader(r, "-"))
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	s, err := Watch(ctx, p, WatchOptions{Stop: p.Stop})
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Collect(); len(r.Tunnels) != 0 || time.Since(began) > 10*time.Second {
		t.Errorf("%d tunnels after %v", len(r.Tunnels), time.Since(began))
	}
}

// What was silent for long is not in the report, which says how much that is.
func TestForgottenIsCounted(t *testing.T) {
	list := packets(200, 4)
	later := packets(2, 1) // of one of the four, hours later
	for i := range later {
		later[i].Ref, later[i].Time = capture.FrameRef(0, uint64(201+i)), list[199].Time+int64(time.Duration(1+2*i)*time.Hour)
		later[i].Data = rawESP("198.51.100.0", "203.0.113.1", 0x1000, uint32(51+i))
	}
	src := &timed{Source: &source{packets: append(list, later...)}}
	s, err := Watch(context.Background(), src, WatchOptions{Forget: time.Hour, Now: func() time.Time { return src.now }})
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Collect(); len(r.Tunnels) != 1 || r.Totals.Forgotten < 6 || r.Totals.Evicted != 0 || !r.Complete {
		t.Errorf("%d tunnels, %d forgotten, %d evicted, complete %v", len(r.Tunnels), r.Totals.Forgotten, r.Totals.Evicted, r.Complete)
	}
}
