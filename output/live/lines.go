package live

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// Lines writes changes as lines for people:
//
//	11-30 09:12:44.512 UTC  warning   7f3a9c21  192.0.2.1 -> 198.51.100.7  what happened
//
// Of Options it heeds Color, Time, Location and Names. It is for one goroutine.
type Lines struct {
	opt   output.Options
	start time.Time
	last  time.Time // of the line before
}

// NewLines returns Lines for a run that began at start, which TimeRelative and
// the first line of TimeDelta count from.
func NewLines(o output.Options, start time.Time) *Lines {
	return &Lines{opt: o, start: start, last: start}
}

// AppendChange appends the line of c with its line end.
func (l *Lines) AppendChange(dst []byte, c *report.Change) []byte {
	dst = l.appendTime(dst, c.Time)
	word := string(severityOf(c))
	dst = append(dst, "  "...)
	n := len(word)
	if l.opt.Color {
		word = output.Paint(word, word)
	}
	dst = append(dst, word...)
	for ; n < len(report.SeverityCritical); n++ {
		dst = append(dst, ' ')
	}
	if c.TunnelID != "" {
		dst = append(dst, "  "...)
		dst = append(dst, shortID(c.TunnelID)...)
	}
	if c.Tunnel != nil {
		dst = append(dst, "  "...)
		dst = append(dst, peers(&l.opt, c.Tunnel)...)
	}
	dst = append(dst, "  "...)
	dst = append(dst, output.Safe(c.Text)...)
	return append(dst, '\n')
}

// appendTime writes a moment. The date is there because a run may take days, and
// lines of it may be all that is left of it.
func (l *Lines) appendTime(dst []byte, t time.Time) []byte {
	switch l.opt.Time {
	case output.TimeRelative:
		return appendSeconds(dst, t.Sub(l.start))
	case output.TimeDelta:
		since := l.last
		l.last = t
		return appendSeconds(dst, t.Sub(since))
	}
	return t.In(zone(&l.opt)).AppendFormat(dst, "01-02 15:04:05.000 MST")
}

func appendSeconds(dst []byte, d time.Duration) []byte {
	return fmt.Appendf(dst, "%+10.3f", d.Seconds())
}

// zone is the one that times are written in.
func zone(o *output.Options) *time.Location {
	if o.Time == output.TimeLocal && o.Location != nil {
		return o.Location
	}
	return time.UTC
}
