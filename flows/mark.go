package flows

import (
	"cmp"
	"time"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/report"
)

// keep is how many entries at either end of a list survive in the report.
const keep = 16

// mark is a moment and the packet that shows it; the zero mark is none.
type mark struct {
	time int64 // nanoseconds since the Unix epoch
	ref  capture.Ref
}

func (m mark) set() bool { return m.ref != 0 }

// compare orders marks as the timeline does: by time, then by place.
func (m mark) compare(o mark) int {
	if c := cmp.Compare(m.time, o.time); c != 0 {
		return c
	}
	return cmp.Compare(m.ref, o.ref)
}

// earlier and later return the first and the last of two marks, ignoring one
// that is not set.
func earlier(a, b mark) mark {
	if !a.set() || b.set() && b.compare(a) < 0 {
		return b
	}
	return a
}

func later(a, b mark) mark {
	if !a.set() || b.set() && b.compare(a) > 0 {
		return b
	}
	return a
}

func (m mark) reportRef() report.Ref { return toRef(m.ref) }

// fact is the mark as the rules see it; one that is not set has no time.
func (m mark) fact() diagnose.Mark {
	if !m.set() {
		return diagnose.Mark{}
	}
	return diagnose.Mark{Time: toTime(m.time), Ref: toRef(m.ref)}
}

func toRef(r capture.Ref) report.Ref {
	if r.IsLine() {
		return report.Ref{Source: r.Source(), Line: r.Number()}
	}
	return report.Ref{Source: r.Source(), Frame: r.Number()}
}

func toTime(ns int64) time.Time { return time.Unix(0, ns).UTC() }

// ends keeps the first and the last entries of a list of any length.
type ends[T any] struct {
	first []T
	last  []T // ring once full
	next  int // where the ring goes on
	total int
}

// add appends v and returns where it is kept; the pointer is good until the
// next add.
func (e *ends[T]) add(v T) *T {
	e.total++
	if len(e.first) < keep {
		e.first = append(e.first, v)
		return &e.first[len(e.first)-1]
	}
	if len(e.last) < keep {
		e.last = append(e.last, v)
		return &e.last[len(e.last)-1]
	}
	e.last[e.next] = v
	p := &e.last[e.next]
	e.next = (e.next + 1) % keep
	return p
}

// newestFirst calls f with the kept entries, the newest first, until f
// returns false.
func (e *ends[T]) newestFirst(f func(*T) bool) {
	for i := range e.last {
		if !f(&e.last[(e.next+len(e.last)-1-i)%len(e.last)]) {
			return
		}
	}
	for i := len(e.first) - 1; i >= 0; i-- {
		if !f(&e.first[i]) {
			return
		}
	}
}

// all returns the kept entries in order.
func (e *ends[T]) all() []T {
	out := make([]T, 0, len(e.first)+len(e.last))
	out = append(out, e.first...)
	out = append(out, e.last[e.next:]...)
	return append(out, e.last[:e.next]...)
}
