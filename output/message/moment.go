package message

import (
	"fmt"
	"strings"
	"time"
)

// Moment is a point in time as a user names it. Some forms depend on when the
// capture begins.
type Moment struct {
	text string
	// One of these holds.
	at    time.Time
	clock time.Duration // since midnight, with daily set
	after time.Duration // since the start of the capture, with relative set

	daily, relative bool
	loc             *time.Location
}

// ParseMoment reads a time in one of the forms
//
//	2026-03-14T23:09:00Z        RFC 3339, with any fraction and zone
//	2026-03-14 23:09:00.5       in loc
//	2026-03-14                  midnight in loc
//	23:09:00 or 23:09           on the day, in loc, on which the capture begins
//	+90s, +1h30m                after the capture begins
func ParseMoment(s string, loc *time.Location) (Moment, error) {
	m := Moment{text: s, loc: loc}
	if rest, ok := strings.CutPrefix(s, "+"); ok {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 {
			return m, fmt.Errorf("time %q: behind + stands a duration such as 90s or 1h30m", s)
		}
		m.relative, m.after = true, d
		return m, nil
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		m.at = t
		return m, nil
	}
	for _, layout := range []string{time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			m.at = t
			return m, nil
		}
	}
	for _, layout := range []string{time.TimeOnly, "15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			m.daily = true
			m.clock = t.Sub(t.Truncate(24 * time.Hour))
			return m, nil
		}
	}
	return m, fmt.Errorf("time %q is in no known form; write 2026-03-14T23:09:00Z, \"2026-03-14 23:09:00\", 23:09:00, or +90s from the start", s)
}

// Resolve gives the moment in nanoseconds since the Unix epoch, for a capture
// that begins at start.
func (m Moment) Resolve(start int64) int64 {
	switch {
	case m.relative:
		return start + int64(m.after)
	case m.daily:
		day := time.Unix(0, start).In(m.loc)
		y, mo, d := day.Date()
		// All in one call: hours are those of the clock on the wall, also on a day
		// on which it is changed.
		c := m.clock
		return time.Date(y, mo, d, int(c/time.Hour), int(c/time.Minute%60), int(c/time.Second%60), int(c%time.Second), m.loc).UnixNano()
	}
	return m.at.UnixNano()
}

// After tells whether the moment is later than another one, whenever the capture
// begins. Moments of different forms can be told apart only then.
func (m Moment) After(o Moment) bool {
	return m.relative == o.relative && m.daily == o.daily && m.Resolve(0) > o.Resolve(0)
}

// String is the moment as it was typed.
func (m Moment) String() string { return m.text }
