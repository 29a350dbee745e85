package output

import (
	"math"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

func TestClock(t *testing.T) {
	// Clocks in Berlin went forward at 2026-03-29 01:00 UTC.
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zone database on this machine: ", err)
	}
	start := time.Date(2026, 3, 29, 0, 59, 0, 0, time.UTC)
	sources := []report.Source{source("a", 1, start, start.Add(2*time.Minute))}
	late := start.Add(90*time.Second + 1500*time.Microsecond)
	for _, tt := range []struct {
		name             string
		o                Options
		at, after, title string
	}{
		{"utc", Options{}, "01:00:30.001", "01:00:30.001", "UTC"},
		{"utc ignores the location", Options{Location: berlin}, "01:00:30.001", "01:00:30.001", "UTC"},
		{"local", Options{Time: TimeLocal, Location: berlin}, "03:00:30.001 CEST", "03:00:30.001 CEST", "CET"},
		{"relative", Options{Time: TimeRelative}, "+90.002", "+90.002", "(s)"},
		{"delta", Options{Time: TimeDelta}, "+90.002", "+30.002", "(s)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClock(tt.o, sources)
			if got := c.at(late); got != tt.at {
				t.Errorf("at: %s, want %s", got, tt.at)
			}
			if got := c.after(late, start.Add(time.Minute)); got != tt.after {
				t.Errorf("after: %s, want %s", got, tt.after)
			}
			if c.column() != tt.title {
				t.Errorf("column: %s, want %s", c.column(), tt.title)
			}
		})
	}
	local := newClock(Options{Time: TimeLocal, Location: berlin}, sources)
	if got := local.span(start, late); got != "2026-03-29 01:59:00 CET - 03:00:30 CEST" {
		t.Error(got)
	}
	days := newClock(Options{}, []report.Source{source("a", 1, start, start.Add(24*time.Hour))})
	if got := days.at(start); got != "03-29 00:59:00.000" {
		t.Error(got)
	}
}

func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "+0.000", -1500 * time.Millisecond: "-1.500", time.Hour: "+3,600.000", math.MinInt64: "-9,223,372,036.854",
	} {
		if got := seconds(d); got != want {
			t.Errorf("seconds(%d) = %s, want %s", d, got, want)
		}
	}
}
