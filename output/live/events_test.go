package live

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// exampleEvents are all event types that Events makes, with a line each.
func exampleEvents(t *testing.T) map[string]string {
	t.Helper()
	e := NewEvents()
	out := map[string]string{}
	add := func(line []byte, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		var v struct {
			Type string `json:"event_type"`
		}
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if out[v.Type] == "" {
			out[v.Type] = string(line)
		}
	}
	changes := sampleChanges()
	for i := range changes {
		add(e.AppendChange(nil, &changes[i]))
	}
	for range e.Summaries(sampleSnapshot(2, after(50*time.Second))) {
	}
	for line, err := range e.Summaries(sampleSnapshot(2, after(60*time.Second))) {
		add(line, err)
	}
	return out
}

// TestDocumentedEvents: docs/events.md has an example of each event type, which
// is what the code prints.
func TestDocumentedEvents(t *testing.T) {
	const file = "../../docs/events.md"
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	events := exampleEvents(t)
	// An example stands in a fence of its own below a heading with its type.
	blocks := regexp.MustCompile("(?s)(\n## ([a-z_-]+)\n.*?\n```json\n)(.*?)(```\n)")
	var seen []string
	got := blocks.ReplaceAllFunc(doc, func(b []byte) []byte {
		m := blocks.FindSubmatch(b)
		kind := string(m[2])
		seen = append(seen, kind)
		if events[kind] == "" {
			t.Errorf("%s describes %s, which is not made", file, kind)
		}
		return slices.Concat(m[1], []byte(events[kind]), m[4])
	})
	for kind := range events {
		if !slices.Contains(seen, kind) {
			t.Errorf("%s has no heading with an example of %s", file, kind)
		}
	}
	if t.Failed() {
		return
	}
	if *update {
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(doc), string(got)); diff != "" {
		t.Errorf("%s does not show what is printed (-doc +printed; -update writes it anew):\n%s", file, diff)
	}
}

// TestTimelineKinds: each kind that flows makes is one of those that
// docs/events.md lists, as transport or timeline.
func TestTimelineKinds(t *testing.T) {
	source, err := os.ReadFile("../../flows/timeline.go")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../../docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	section := func(kind string) string {
		_, s, _ := strings.Cut(string(doc), "\n## "+kind+"\n")
		s, _, _ = strings.Cut(s, "\n## ")
		return s
	}
	// A call of add names the kind in front of the text; one kind is a variable.
	kinds := regexp.MustCompile(`add\([^"\n]*(?:"to-(?:responder|initiator)", |"", )?"([a-z0-9-]+)", |kind := "([a-z-]+)"`)
	n := 0
	for _, m := range kinds.FindAllStringSubmatch(string(source), -1) {
		kind, want := m[1]+m[2], "timeline"
		if transportKind(kind) {
			want = "transport"
		}
		n++
		if !strings.Contains(section(want), "`"+kind+"`") {
			t.Errorf("docs/events.md does not list %s below %s", kind, want)
		}
	}
	if calls := strings.Count(string(source), "add("); n < calls-2 {
		t.Errorf("%d kinds found in about %d calls", n, calls)
	}
}

// TestEventsOfATunnel: they have the shape that output.NDJSON gives, and the time
// of the change.
func TestEventsOfATunnel(t *testing.T) {
	tunnel := sampleTunnel(1, after(time.Hour))
	var ndjson bytes.Buffer
	if err := output.NDJSON(&ndjson, &report.Stream{Tunnels: slices.Values([]*report.Tunnel{tunnel})}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(ndjson.String(), "\n")
	cet := time.FixedZone("CET", 3600)
	for i, c := range []report.Change{
		{Kind: report.ChangeTunnel, Text: "new", Tunnel: tunnel},
		{Kind: report.ChangeAnomaly, Tunnel: tunnel, Anomaly: &tunnel.Anomalies[0]},
	} {
		c.Time, c.TunnelID = after(time.Minute).In(cet), tunnel.ID
		got, err := NewEvents().AppendChange(nil, &c)
		if err != nil {
			t.Fatal(err)
		}
		a, b := object(t, got), object(t, []byte(lines[i]))
		if a["timestamp"] != "2026-11-30T09:13:44.512Z" {
			t.Errorf("timestamp %v", a["timestamp"])
		}
		delete(a, "text")
		delete(a, "timestamp")
		delete(b, "timestamp")
		if diff := cmp.Diff(b, a); diff != "" {
			t.Errorf("%s differs from that of output.NDJSON (-NDJSON +event):\n%s", c.Kind, diff)
		}
	}
}

func object(t *testing.T, line []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(line, &v); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	return v
}

// TestEventsThatCannotBeWritten leave what is there as it is.
func TestEventsThatCannotBeWritten(t *testing.T) {
	c := sampleChanges()[2]
	a := *c.Anomaly
	a.Evidence = map[string]any{"share": math.NaN()}
	c.Anomaly = &a
	got, err := NewEvents().AppendChange([]byte("before\n"), &c)
	if err == nil || string(got) != "before\n" {
		t.Errorf("%v, %q", err, got)
	}
}

func TestHostileStringsInEvents(t *testing.T) {
	s, changes := hostileRun()
	e := NewEvents()
	check := func(line []byte, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		text, ok := strings.CutSuffix(string(line), "\n")
		if !ok || raw(text, false) != "" || !utf8.ValidString(text) || !json.Valid(line) {
			t.Errorf("raw characters, or no line of JSON: %q", line)
		}
		if object(t, line)["tunnel_id"] != strings.ToValidUTF8(hostile, "\ufffd\ufffd") {
			t.Errorf("the string is another one in %s", line)
		}
	}
	for i := range changes {
		check(e.AppendChange(nil, &changes[i]))
	}
	n := 0
	for line, err := range e.Summaries(s) {
		check(line, err)
		n++
	}
	if n == 0 {
		t.Error("no summary")
	}
}
