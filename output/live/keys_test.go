package live

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

func TestKeysThatEnd(t *testing.T) {
	for _, k := range []string{"q", "Q", "ctrl+c"} {
		for _, before := range [][]string{nil, {"enter"}, {"p"}} {
			m := shown(6, 100, 30, output.Options{})
			press(m, before...)
			if m.ended || !press(m, k) || !m.ended {
				t.Errorf("%s behind %s does not end", k, before)
			}
		}
	}
	if m := shown(6, 100, 30, output.Options{}); press(m, "x", "esc", "down", "s") || m.ended {
		t.Error("another key ends")
	}
}

func TestKeysThatMove(t *testing.T) {
	for _, tt := range []struct {
		keys        []string
		cursor, top int
	}{
		{nil, -1, 0},
		{[]string{"down"}, 0, 0},
		{[]string{"up"}, 0, 0},
		{[]string{"down", "down", "up", "up", "up"}, 0, 0},
		{[]string{"down", "j", "j", "k"}, 1, 0},
		{[]string{"end"}, 39, 22},
		{[]string{"end", "up"}, 38, 22},
		{[]string{"end", "home"}, 0, 0},
		{[]string{"down", "pgdown"}, 18, 1},
		{[]string{"down", "pgdown", "pgdown", "pgdown", "pgdown"}, 39, 22},
		{[]string{"G", "pgup"}, 21, 21},
		{[]string{"G", "g", "f", "b"}, 0, 0},
		{[]string{"end", "esc"}, -1, 0},
	} {
		m := shown(40, 100, 30, output.Options{})
		for _, k := range tt.keys {
			press(m, k)
			m.View()
		}
		if m.cursor != tt.cursor || m.top != tt.top {
			t.Errorf("%s: cursor on %d, first row %d; want %d, %d", tt.keys, m.cursor, m.top, tt.cursor, tt.top)
		}
	}
}

// TestKeysThatSort: each order puts first what it should, and s goes through all.
func TestKeysThatSort(t *testing.T) {
	first := map[string]string{
		"v": "192.0.2.66",     // critical and failed
		"r": "10.255.255.101", // most bits
		"l": "192.0.2.71",     // a quarter lost
		"t": "192.0.2.10",     // seen just now, the first of those
		"a": "10.255.255.101",
	}
	for k, want := range first {
		m := shown(len(kinds), 100, 30, output.Options{})
		press(m, "end", k)
		m.View()
		if got := m.row(0).Tunnel.Initiator; got != want {
			t.Errorf("%s puts %s first, want %s", k, got, want)
		}
		if m.chosen != m.row(m.cursor).Tunnel.ID {
			t.Errorf("behind %s the cursor is on another tunnel", k)
		}
	}
	m := shown(3, 100, 30, output.Options{})
	var seen []string
	for range orders {
		seen = append(seen, m.order.String())
		press(m, "s")
	}
	if slices.Sort(seen); len(slices.Compact(seen)) != int(orders) || m.order != bySeverity {
		t.Errorf("s goes through %s, then comes %s", seen, m.order)
	}
}

// TestAddressesAreSortedAsNumbers, not as text.
func TestAddressesAreSortedAsNumbers(t *testing.T) {
	var rows []report.Row
	for _, a := range []string{"10.0.0.10", "2001:db8::1", "10.0.0.9", "9.255.0.1", "no address"} {
		rows = append(rows, report.Row{Tunnel: &report.Tunnel{Initiator: a, Responder: "192.0.2.1"}})
	}
	if got := fmt.Sprint(sorted(rows, byAddress)); got != "[4 3 2 0 1]" {
		t.Errorf("order %s", got)
	}
}

// TestCursorStaysOnItsTunnel while others overtake it, also when it is linked to
// another one, and leaves it when it is forgotten.
func TestCursorStaysOnItsTunnel(t *testing.T) {
	m := shown(6, 100, 30, output.Options{})
	press(m, "r", "down", "down", "down")
	id := m.chosen
	publish := func(c []report.Change, change func(*report.Snapshot)) {
		s := sampleSnapshot(6, m.last.Time.Add(time.Second))
		change(s)
		m.box.put(s, c)
		m.Update(tick{})
		m.View()
	}
	find := func(s *report.Snapshot) int {
		return slices.IndexFunc(s.Rows, func(r report.Row) bool { return r.Tunnel.ID == id })
	}
	publish(nil, func(s *report.Snapshot) { s.Rows[find(s)].Rate.ToResponder.Bits = 1e12 })
	if m.cursor != 0 || m.chosen != id {
		t.Fatalf("the cursor is on row %d, tunnel %s; want row 0, %s", m.cursor, m.chosen, id)
	}
	publish([]report.Change{{Kind: report.ChangeLinked, Was: id, TunnelID: "abcdef012345", Time: m.last.Time}},
		func(s *report.Snapshot) { s.Rows[find(s)].Tunnel.ID = "abcdef012345" })
	if m.chosen != "abcdef012345" || m.row(m.cursor).Tunnel.ID != m.chosen {
		t.Fatalf("behind a link the cursor is on %q", m.chosen)
	}
	press(m, "enter")
	publish(nil, func(s *report.Snapshot) { s.Rows = s.Rows[:0] })
	if frame := view(m); !strings.Contains(frame, "forgotten; this was known last") || !strings.Contains(frame, "abcdef012345") {
		t.Errorf("the detail of a forgotten tunnel is\n%s", frame)
	}
	press(m, "esc")
	if m.cursor != -1 || strings.Contains(view(m), "abcdef") {
		t.Errorf("the forgotten tunnel is still there:\n%s", view(m))
	}
}

// TestDetailFollows: the detail shows the tunnel as the last snapshot has it.
func TestDetailFollows(t *testing.T) {
	m := shown(6, 100, 30, output.Options{})
	press(m, "space")
	s := sampleSnapshot(6, after(2*time.Hour))
	for i := range s.Rows {
		s.Rows[i].Tunnel.Verdict = "As it is two hours later."
	}
	m.box.put(s, nil)
	m.Update(tick{})
	if !strings.Contains(view(m), "As it is two hours later.") {
		t.Errorf("it shows\n%s", view(m))
	}
}

// TestPause: nothing new is drawn until p is pressed again.
func TestPause(t *testing.T) {
	m := shown(6, 100, 30, output.Options{})
	press(m, "p")
	frame := view(m)
	if !strings.Contains(frame, "PAUSED") {
		t.Errorf("it does not say so:\n%s", frame)
	}
	m.box.put(sampleSnapshot(7, after(2*time.Hour)), sampleChanges()[:1])
	m.Update(tick{})
	if view(m) != frame {
		t.Error("it goes on drawing")
	}
	press(m, "down")
	if !strings.Contains(view(m), "> ") {
		t.Error("the cursor does not move")
	}
	press(m, "p")
	if f := view(m); !strings.Contains(f, "7 tunnels") || strings.Contains(f, "PAUSED") {
		t.Errorf("it does not go on:\n%s", f)
	}
}
