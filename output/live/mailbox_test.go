package live

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// numbered are changes whose texts count from a number on.
func numbered(from, n int) []report.Change {
	var out []report.Change
	for i := range n {
		out = append(out, report.Change{Text: strconv.Itoa(from + i)})
	}
	return out
}

// TestMailboxKeepsTheNewest, in order, and counts the others.
func TestMailboxKeepsTheNewest(t *testing.T) {
	for _, batches := range [][]int{{}, {3}, {held}, {held + 1}, {held, 1}, {100, 500, 100, 7}, {3 * held}, {5, 3 * held, 5}} {
		var m mailbox
		sent := 0
		for _, n := range batches {
			m.put(nil, numbered(sent, n))
			sent += n
		}
		got := m.take()
		if len(got.changes) != min(sent, held) || got.left != uint64(sent-len(got.changes)) {
			t.Errorf("%d: %d kept, %d left out", batches, len(got.changes), got.left)
		}
		for i, c := range got.changes {
			if want := strconv.Itoa(sent - len(got.changes) + i); c.Text != want {
				t.Fatalf("%d: change %d is %s, want %s", batches, i, c.Text, want)
			}
		}
		if again := m.take(); len(again.changes) != 0 || again.left != 0 {
			t.Errorf("%d: %d changes and %d left out come twice", batches, len(again.changes), again.left)
		}
	}
}

func TestMailboxSnapshots(t *testing.T) {
	var m mailbox
	a, b := &report.Snapshot{}, &report.Snapshot{}
	m.put(a, nil)
	m.put(nil, numbered(0, 1)) // changes alone
	m.put(b, nil)
	for range 2 {
		if got := m.take(); got.before != a || got.last != b {
			t.Error("they are not the two newest")
		}
	}
}

// TestChangesLeftOutAreTold in the log.
func TestChangesLeftOutAreTold(t *testing.T) {
	m := shown(0, 100, 300, output.Options{})
	m.box.put(nil, numbered(1000, held))
	m.box.put(nil, numbered(2000, held+12))
	m.Update(tick{})
	frame := view(m)
	if want := output.Number(held+12) + " changes before this are left out here"; !strings.Contains(frame, want) {
		t.Errorf("%q is not in\n%s", want, frame)
	}
	for range 5 {
		m.box.put(nil, numbered(0, held))
		m.Update(tick{})
	}
	if len(m.log) != kept {
		t.Errorf("the log has %d entries, want %d", len(m.log), kept)
	}
}

// TestPublishWhileDrawing is for the race detector.
func TestPublishWhileDrawing(t *testing.T) {
	s := NewScreen(nil, nil, output.Options{Color: true})
	m := newModel(s.opt, &s.box)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 20 {
				s.Publish(sampleSnapshot(20, after(time.Duration(i)*time.Second)), sampleChanges())
			}
		})
	}
	for i := range 50 {
		m.Update(tick{})
		press(m, []string{"down", "s", "enter", "pgdown", "esc"}[i%5])
		m.Update(tea.WindowSizeMsg{Width: 60 + i, Height: 20})
		m.View()
	}
	wg.Wait()
	m.Update(tick{})
	if m.last == nil || len(m.rows) != 20 || len(m.log) == 0 {
		t.Error("nothing arrived")
	}
}

// BenchmarkPublish is what the run pays while nobody looks.
func BenchmarkPublish(b *testing.B) {
	s := NewScreen(nil, nil, output.Options{})
	snapshot, changes := sampleSnapshot(10, after(time.Hour)), sampleChanges()
	for b.Loop() {
		s.Publish(snapshot, changes)
	}
}
