package output

import (
	"fmt"
	"math"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// clock writes times as Options ask for.
type clock struct {
	mode  TimeMode
	loc   *time.Location
	start time.Time // of the capture
	days  bool      // the capture spans more than one day: times need dates
	zone  string    // of start; a time in another zone (summer time) names its own
}

func newClock(o Options, sources []report.Source) clock {
	c := clock{mode: o.Time, loc: time.UTC}
	if o.Time == TimeLocal && o.Location != nil {
		c.loc = o.Location
	}
	var end time.Time
	for _, s := range sources {
		if s.FirstSeen != nil && (c.start.IsZero() || s.FirstSeen.Before(c.start)) {
			c.start = *s.FirstSeen
		}
		if s.LastSeen != nil && s.LastSeen.After(end) {
			end = *s.LastSeen
		}
	}
	c.days = c.start.In(c.loc).Format(time.DateOnly) != end.In(c.loc).Format(time.DateOnly)
	c.zone = c.start.In(c.loc).Format("MST")
	return c
}

// span writes from - to with date and zone.
func (c clock) span(from, to time.Time) string {
	a, b := from.In(c.loc), to.In(c.loc)
	layout := time.DateTime
	if a.Format(time.DateOnly) == b.Format(time.DateOnly) {
		layout = time.TimeOnly
	}
	first := a.Format(time.DateTime)
	if a.Format("MST") != b.Format("MST") {
		first += a.Format(" MST")
	}
	return first + " - " + b.Format(layout+" MST")
}

// column names the unit or zone of what at and since write.
func (c clock) column() string {
	switch c.mode {
	case TimeRelative, TimeDelta:
		return "(s)"
	}
	return c.zone
}

// at writes a moment to the millisecond.
func (c clock) at(t time.Time) string {
	switch c.mode {
	case TimeRelative, TimeDelta:
		return seconds(t.Sub(c.start))
	}
	layout := "15:04:05.000"
	if c.days {
		layout = "01-02 15:04:05.000"
	}
	t = t.In(c.loc)
	if zone := t.Format("MST"); zone != c.zone {
		return t.Format(layout) + " " + zone
	}
	return t.Format(layout)
}

// after writes a moment in a list in which prev came before (zero: none).
func (c clock) after(t, prev time.Time) string {
	if c.mode == TimeDelta && !prev.IsZero() {
		return seconds(t.Sub(prev))
	}
	return c.at(t)
}

func seconds(d time.Duration) string {
	sign := "+"
	if d < 0 {
		sign, d = "-", -max(d, -math.MaxInt64) // the least Duration has no opposite
	}
	ms := d.Round(time.Millisecond).Milliseconds()
	return fmt.Sprintf("%s%s.%03d", sign, Number(uint64(ms/1000)), ms%1000)
}
