package live

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/output"
)

func TestLines(t *testing.T) {
	names := output.Names{netip.MustParseAddr("198.51.100.7"): "hub.example"}
	for _, tt := range []struct {
		name string
		opt  output.Options
	}{
		{"lines-utc", output.Options{}},
		{"lines-local", output.Options{Time: output.TimeLocal, Location: time.FixedZone("CET", 3600), Names: names.Name}},
		{"lines-relative", output.Options{Time: output.TimeRelative}},
		{"lines-delta", output.Options{Time: output.TimeDelta}},
		{"lines-colour", output.Options{Color: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := NewLines(tt.opt, began)
			var b []byte
			changes := sampleChanges()
			for i := range changes {
				b = l.AppendChange(b, &changes[i])
			}
			golden(t, tt.name+".txt", string(b))
		})
	}
}

// TestLinesAppend: what is there stays, and each change is one line.
func TestLinesAppend(t *testing.T) {
	l := NewLines(output.Options{}, began)
	for _, c := range sampleChanges() {
		got := string(l.AppendChange([]byte("before "), &c))
		if !strings.HasPrefix(got, "before 11-30 09:1") || strings.Count(got, "\n") != 1 || !strings.HasSuffix(got, c.Text+"\n") {
			t.Errorf("%q", got)
		}
	}
}

func TestHostileStringsInLines(t *testing.T) {
	for _, colour := range []bool{false, true} {
		l := NewLines(output.Options{Color: colour, Names: func(netip.Addr) string { return hostile }}, began)
		_, changes := hostileRun()
		for i := range changes {
			got := string(l.AppendChange(nil, &changes[i]))
			if r := raw(strings.TrimSuffix(got, "\n"), colour); r != "" || strings.Count(got, "\n") != 1 {
				t.Errorf("raw characters in %s", r)
			}
			if !strings.Contains(got, `\x1b[2J`) || !strings.Contains(got, "漢字") {
				t.Errorf("the string is not in %s", got)
			}
		}
	}
}
