package live

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

var update = flag.Bool("update", false, "write the golden files and docs/events.md anew")

func golden(t *testing.T, file, got string) {
	t.Helper()
	file = filepath.Join("testdata", file)
	if *update {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got; -update writes it anew):\n%s", file, diff)
	}
}

// shown is a model that has seen two snapshots with n tunnels, and changes.
func shown(n, width, height int, o output.Options) *model {
	box := &mailbox{}
	m := newModel(o, box)
	m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	box.put(sampleSnapshot(n, after(time.Hour-time.Second)), sampleChanges())
	box.put(sampleSnapshot(n, after(time.Hour)), nil)
	m.Update(tick{})
	return m
}

// press sends keys as a terminal names them.
func press(m *model, keys ...string) (end bool) {
	for _, k := range keys {
		msg := tea.KeyPressMsg{Text: k, Code: []rune(k)[0]}
		switch k {
		case "up":
			msg = tea.KeyPressMsg{Code: tea.KeyUp}
		case "down":
			msg = tea.KeyPressMsg{Code: tea.KeyDown}
		case "pgup":
			msg = tea.KeyPressMsg{Code: tea.KeyPgUp}
		case "pgdown":
			msg = tea.KeyPressMsg{Code: tea.KeyPgDown}
		case "home":
			msg = tea.KeyPressMsg{Code: tea.KeyHome}
		case "end":
			msg = tea.KeyPressMsg{Code: tea.KeyEnd}
		case "enter":
			msg = tea.KeyPressMsg{Code: tea.KeyEnter}
		case "space":
			msg = tea.KeyPressMsg{Code: tea.KeySpace}
		case "esc":
			msg = tea.KeyPressMsg{Code: tea.KeyEsc}
		case "ctrl+c":
			msg = tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}
		}
		_, cmd := m.Update(msg)
		if cmd != nil {
			if _, ok := cmd().(tea.QuitMsg); ok {
				end = true
			}
		}
	}
	return end
}

func view(m *model) string { return m.View().Content + "\n" }

func TestFrames(t *testing.T) {
	tests := []struct {
		name          string
		n             int
		width, height int
		opt           output.Options
		keys          []string
	}{
		{"few-100x30", 6, 100, 30, output.Options{}, []string{"down"}},
		{"many-100x30", 3000, 100, 30, output.Options{}, []string{"down", "pgdown"}},
		{"many-80x24", 40, 80, 24, output.Options{}, nil},
		{"many-40x10", 40, 40, 10, output.Options{}, []string{"down"}},
		{"wide-140x30", 40, 140, 30, output.Options{}, []string{"r"}},
		{"colour-100x30", 10, 100, 30, output.Options{Color: true}, []string{"down", "p"}},
		{"local-80x24", 3, 80, 24, output.Options{Time: output.TimeLocal, Location: time.FixedZone("CET", 3600)}, []string{"a"}},
		{"detail-100x30", 6, 100, 30, output.Options{}, []string{"enter"}},
		{"detail-40x10", 6, 40, 10, output.Options{}, []string{"enter", "pgdown"}},
		{"none-80x24", 0, 80, 24, output.Options{}, []string{"enter", "down", "end"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := shown(tt.n, tt.width, tt.height, tt.opt)
			press(m, tt.keys...)
			golden(t, tt.name+".txt", view(m))
		})
	}
}

// TestFrameBeforeTheFirstSnapshot is what a terminal shows until there is one.
func TestFrameBeforeTheFirstSnapshot(t *testing.T) {
	m := newModel(output.Options{}, &mailbox{})
	press(m, "down", "enter", "s", "pgdown", "end", "esc")
	m.Update(tick{})
	if got := m.View().Content; !strings.Contains(got, "waiting for the first packets") || !strings.Contains(got, "no tunnel yet") {
		t.Errorf("it shows\n%s", got)
	}
}

// TestFramesFit tries all sizes from nothing on: no line is wider than the
// terminal, and from 40x10 on there are as many as it has.
func TestFramesFit(t *testing.T) {
	names := output.Names{
		netip.MustParseAddr("192.0.2.10"): "東京ゲートウェイ-一号機.example",
		netip.MustParseAddr("192.0.2.11"): "ro\u0302le-with-combining",
	}
	for _, n := range []int{0, 1, 40} {
		for _, o := range []output.Options{{}, {Color: true, Names: names.Name}} {
			m := shown(n, 100, 30, o)
			for _, keys := range [][]string{{"esc"}, {"down"}, {"enter"}} {
				press(m, keys...)
				for w := range 170 {
					for _, h := range []int{0, 1, 2, 3, 5, 8, 10, 11, 24, 30, 61} {
						m.Update(tea.WindowSizeMsg{Width: w, Height: h})
						checkFrame(t, fmt.Sprintf("%d tunnels, %dx%d, %s", n, w, h, keys), view(m), w, h)
					}
				}
			}
			press(m, "esc")
		}
	}
}

func checkFrame(t *testing.T, what, frame string, w, h int) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(frame, "\n"), "\n")
	if len(lines) > max(h, 1) || len(lines) != h && w >= 40 && h >= 10 {
		t.Fatalf("%s: %d lines:\n%s", what, len(lines), frame)
	}
	for _, l := range lines {
		if got := output.Width(l); got > w {
			t.Fatalf("%s: a line has %d cells: %q", what, got, l)
		}
	}
}

// hostile is a string that must not reach a terminal as it is.
const hostile = "\x1b[2J\x1b]0;title\x07\u009b31m\nline\r\t\x00\xff\xfe\u202e\u2028wide漢字"

// hostileSnapshot has it wherever a string is.
func hostileRun() (*report.Snapshot, []report.Change) {
	s := sampleSnapshot(3, after(time.Hour))
	s.Interfaces[0].Name, s.Interfaces[0].State = hostile, hostile
	s.Counters.Sinks[1].Name, s.Counters.Sinks[1].Error = hostile, hostile
	for i := range s.Rows {
		r := &s.Rows[i]
		r.Transport = hostile
		t := r.Tunnel
		t.ID, t.Verdict, t.Initiator, t.Responder, t.Status = hostile, hostile, hostile, hostile, hostile
		t.Events[0].Text, t.Events[0].Kind = hostile, hostile
		t.Paths[0].Transport, t.Paths[0].Initiator = hostile, hostile
		r.Latest = &report.Anomaly{ID: hostile, Code: hostile, Severity: hostile, Title: hostile, Observation: hostile, Advice: []string{hostile}, Evidence: map[string]any{hostile: hostile}}
		t.Anomalies = []report.Anomaly{*r.Latest}
	}
	var changes []report.Change
	for _, c := range sampleChanges() {
		c.Text, c.TunnelID, c.Was, c.Severity = hostile, hostile, hostile, hostile
		if c.Tunnel != nil {
			c.Tunnel = s.Rows[0].Tunnel
		}
		if c.Anomaly != nil {
			c.Anomaly = s.Rows[0].Latest
		}
		if c.Event != nil {
			c.Event = &s.Rows[0].Tunnel.Events[0]
		}
		changes = append(changes, c)
	}
	return s, changes
}

// raw tells of what is in text that a terminal would obey. Colours of our own are
// allowed if there are to be any.
func raw(text string, colours bool) string {
	if colours {
		for _, code := range []string{sgrReset, sgrBold, sgrReverse, sgrBad, "\x1b[32m", "\x1b[33m", "\x1b[36m"} {
			text = strings.ReplaceAll(text, code, "")
		}
	}
	if quoted := strings.ReplaceAll(output.Safe(strings.ReplaceAll(text, "\n", " ")), "\n", ""); quoted != strings.ReplaceAll(text, "\n", " ") {
		return quoted
	}
	return ""
}

func TestHostileStringsOnTheScreen(t *testing.T) {
	for _, colour := range []bool{false, true} {
		for _, w := range []int{40, 80, 100, 160} {
			box := &mailbox{}
			m := newModel(output.Options{Color: colour, Names: func(netip.Addr) string { return hostile }}, box)
			m.Update(tea.WindowSizeMsg{Width: w, Height: 30})
			box.put(hostileRun())
			m.Update(tick{})
			for _, k := range []string{"down", "enter", "end"} {
				press(m, k)
				frame := view(m)
				if r := raw(frame, colour); r != "" {
					t.Fatalf("width %d, behind %s: raw characters in\n%s", w, k, r)
				}
				checkFrame(t, k, frame, w, 30)
			}
			if !strings.Contains(view(m), `\x1b[2J`) {
				t.Errorf("width %d: the string is nowhere:\n%s", w, view(m))
			}
		}
	}
}

// TestFrameIsDrawnOnlyForNews: messages that change nothing cost nothing.
func TestFrameIsDrawnOnlyForNews(t *testing.T) {
	m := shown(40, 100, 30, output.Options{})
	m.View()
	m.frame = "as drawn"
	m.Update(tick{})
	m.Update(tea.FocusMsg{})
	if m.View().Content != "as drawn" {
		t.Error("a frame is drawn although nothing is new")
	}
	m.box.put(nil, sampleChanges()[:1])
	m.Update(tick{})
	if m.View().Content == "as drawn" {
		t.Error("a change is not drawn")
	}
}

func BenchmarkFrame(b *testing.B) {
	m := shown(50_000, 100, 30, output.Options{Color: true})
	snapshots := [2]*report.Snapshot{sampleSnapshot(50_000, after(2*time.Hour)), sampleSnapshot(50_000, after(3*time.Hour))}
	b.Run("news", func(b *testing.B) {
		for i := range b.N {
			m.box.put(snapshots[i%2], nil)
			m.Update(tick{})
			m.View()
		}
	})
	b.Run("key", func(b *testing.B) {
		for range b.N {
			press(m, "down")
			m.View()
		}
	})
}
