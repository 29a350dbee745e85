package live

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// carried is a row of a tunnel that carried so much up to a second.
func carried(id string, second int, packets, back, missing uint64) report.Row {
	t := &report.Tunnel{
		ID: id, Initiator: "192.0.2.1", Responder: "192.0.2.2", FirstSeen: began,
		ESPPackets: report.Direction[uint64]{ToResponder: packets, ToInitiator: back},
		ESPBytes:   report.Direction[uint64]{ToResponder: 100 * packets, ToInitiator: 100 * back},
		ChildSAs: []report.ChildSA{{Destination: "192.0.2.2", Source: "192.0.2.1",
			SequenceHealth: report.SequenceHealth{Missing: missing, MissingExact: true}}},
	}
	return report.Row{Tunnel: t, Judged: after(time.Duration(second) * time.Second)}
}

type told struct {
	ID       string  `json:"tunnel_id"`
	Interval float64 `json:"interval_seconds"`
	Packets  report.Direction[uint64]
	Bytes    report.Direction[uint64]
	Missing  report.Direction[int64]
}

func (x told) String() string {
	return fmt.Sprintf("%s %gs %d/%d packets %d/%d bytes %d missing", x.ID, x.Interval,
		x.Packets.ToResponder, x.Packets.ToInitiator, x.Bytes.ToResponder, x.Bytes.ToInitiator, x.Missing.ToResponder)
}

func summaries(t *testing.T, e *Events, rows ...report.Row) (out []string) {
	t.Helper()
	for line, err := range e.Summaries(&report.Snapshot{Rows: rows}) {
		if err != nil {
			t.Fatal(err)
		}
		var x told
		if err := json.Unmarshal(line, &x); err != nil {
			t.Fatal(err)
		}
		out = append(out, x.String())
	}
	return out
}

func TestSummaries(t *testing.T) {
	e := NewEvents()
	expect := func(want []string, rows ...report.Row) {
		t.Helper()
		if got := summaries(t, e, rows...); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("\n got %q\nwant %q", got, want)
		}
	}
	expect([]string{"a 10s 5/3 packets 500/300 bytes 1 missing"}, carried("a", 10, 5, 3, 1), carried("b", 10, 0, 0, 0))
	// Judged at the same moment again: nothing new.
	expect(nil, carried("a", 10, 5, 3, 1), carried("b", 10, 0, 0, 0))
	// Packets that were missing came late; b begins.
	expect([]string{"a 10s 1/0 packets 100/0 bytes -1 missing", "b 10s 0/7 packets 0/700 bytes 0 missing"},
		carried("a", 20, 6, 3, 0), carried("b", 20, 0, 7, 0))
	// What becomes missing without a packet is for the next line, but not the time.
	expect(nil, carried("a", 30, 6, 3, 4), carried("b", 30, 0, 7, 0))
	expect([]string{"a 5s 1/0 packets 100/0 bytes 4 missing"}, carried("a", 35, 7, 3, 4), carried("b", 30, 0, 7, 0))
	// b becomes part of a: what was told of it is not told again.
	if _, err := e.AppendChange(nil, &report.Change{Kind: report.ChangeLinked, Was: "b", TunnelID: "a", Time: began}); err != nil {
		t.Fatal(err)
	}
	expect([]string{"a 5s 2/0 packets 200/0 bytes 0 missing"}, carried("a", 40, 9, 10, 4))
	// A tunnel takes another id.
	if _, err := e.AppendChange(nil, &report.Change{Kind: report.ChangeLinked, Was: "a", TunnelID: "c", Time: began}); err != nil {
		t.Fatal(err)
	}
	expect([]string{"c 10s 1/0 packets 100/0 bytes 0 missing"}, carried("c", 50, 10, 10, 4))
	// Counts fell: nothing below 0, and on from there.
	expect(nil, carried("c", 60, 8, 9, 4))
	expect([]string{"c 10s 1/1 packets 100/100 bytes 0 missing"}, carried("c", 70, 9, 10, 4))
	// Those that are not remembered take no memory.
	expect(nil)
	if len(e.counted) != 0 {
		t.Errorf("%d tunnels are kept", len(e.counted))
	}
}

// TestSummariesBreak: tunnels that a caller did not get to are in the next pass.
func TestSummariesBreak(t *testing.T) {
	e := NewEvents()
	rows := []report.Row{carried("a", 10, 5, 0, 0), carried("b", 10, 6, 0, 0)}
	for range e.Summaries(&report.Snapshot{Rows: rows}) {
		break
	}
	if got := fmt.Sprint(summaries(t, e, rows...)); got != "[b 10s 6/0 packets 600/0 bytes 0 missing]" {
		t.Errorf("behind a break come %s", got)
	}
}

func BenchmarkSummaries(b *testing.B) {
	e := NewEvents()
	s := [2]*report.Snapshot{sampleSnapshot(10_000, after(time.Hour)), sampleSnapshot(10_000, after(2*time.Hour))}
	for i := range b.N {
		n := 0
		for range e.Summaries(s[i%2]) {
			n++
		}
	}
}
