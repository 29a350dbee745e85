package message

import (
	"math"
	"strconv"
	"time"

	"github.com/ikesniff/ikesniff/output"
)

// appendHeading appends a line with date and zone, or what times count from,
// wherever that changes.
func (t *textForm) appendHeading(b []byte, at int64) []byte {
	if at >= t.from && at < t.until {
		return b
	}
	var h string
	switch t.l.opt.Time {
	case output.TimeRelative, output.TimeDelta:
		t.from, t.until = math.MinInt64, math.MaxInt64
		start := time.Unix(0, t.startTime(at)).In(t.loc).Format("2006-01-02 15:04:05.000 MST")
		h = "times: seconds since " + start
		if t.l.opt.Time == output.TimeDelta {
			h = "times: seconds since the line before, the first since " + start
		}
	default:
		h = time.Unix(0, at).In(t.loc).Format("2006-01-02 MST")
		// Zones change at full quarters of an hour.
		t.from = at - at%int64(15*time.Minute)
		t.until = t.from + int64(15*time.Minute)
	}
	if h == t.heading {
		return b
	}
	if t.heading == "" && len(t.l.opt.Sources) > 1 {
		for i, name := range t.l.opt.Sources {
			b = append(b, '[')
			b = strconv.AppendInt(b, int64(i+1), 10)
			b = append(b, "] "...)
			b = append(b, output.Safe(name)...)
			b = append(b, '\n')
		}
	}
	t.heading = h
	b = append(b, h...)
	return append(b, '\n')
}

func (t *textForm) startTime(at int64) int64 {
	if t.l.opt.Start == nil {
		return at
	}
	return t.l.opt.Start()
}

func (t *textForm) appendTime(b []byte, at int64) []byte {
	since := t.last
	switch {
	case t.l.opt.Time == output.TimeDelta && t.last != 0:
	case t.l.opt.Time == output.TimeRelative || t.l.opt.Time == output.TimeDelta:
		since = t.startTime(at)
	default:
		return time.Unix(0, at).In(t.loc).AppendFormat(b, "15:04:05.000")
	}
	t.last = at
	return appendSeconds(b, at-since, '+')
}

// appendSeconds appends nanoseconds as seconds to the millisecond, with a sign
// if plus is one.
func appendSeconds(b []byte, ns int64, plus byte) []byte {
	switch {
	case ns < 0:
		b = append(b, '-')
		ns = -ns
	case plus != 0:
		b = append(b, plus)
	}
	ms := uint64(ns+int64(time.Millisecond)/2) / uint64(time.Millisecond)
	b = strconv.AppendUint(b, ms/1000, 10)
	return append(b, '.', byte('0'+ms/100%10), byte('0'+ms/10%10), byte('0'+ms%10))
}
