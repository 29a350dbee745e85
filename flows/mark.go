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

// before is compare(o) < 0.
func (m mark) before(o mark) bool {
	return m.time < o.time || m.time == o.time && m.ref < o.ref
}

// earlier and later return the first and the last of two marks, ignoring one
// that is not set.
func earlier(a, b mark) mark {
	if !a.set() || b.set() && b.before(a) {
		return b
	}
	return a
}

func later(a, b mark) mark {
	if !a.set() || b.set() && a.before(b) {
		return b
	}
	return a
}

// soonest and latest are earlier and later in place, which stores nothing while
// nothing changes.
func (m *mark) soonest(o mark) {
	if !m.set() || o.set() && o.before(*m) {
		*m = o
	}
}

func (m *mark) latest(o mark) {
	if !m.set() || o.set() && m.before(o) {
		*m = o
	}
}

func (m mark) reportRef() report.Ref { return toRef(m.ref) }

// fact is the mark as the rules see it; one that is not set has no time.
func (m mark) fact() diagnose.Mark {
	if !m.set() {
		return diagnose.Mark{}
	}
	return diagnose.Mark{Time: toTime(m.time), Ref: toRef(m.ref)}
}

// marks are those of a list as the rules see them.
func marks(l *ends[mark]) []diagnose.Mark {
	out := make([]diagnose.Mark, 0, l.kept())
	l.each(func(m *mark) { out = append(out, m.fact()) })
	return out
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
	list  []T    // the first keep entries, then the last keep: a ring once full
	total uint32 // stops at its limit
	next  uint8  // where the ring goes on
}

// add appends v and returns where it is kept; the pointer is good until the
// next add.
func (e *ends[T]) add(v T) *T {
	count1(&e.total)
	if n := len(e.list); n < 2*keep {
		if n == cap(e.list) {
			e.grow()
		}
		e.list = append(e.list, v)
		return &e.list[n]
	}
	p := &e.list[keep+int(e.next)]
	*p = v
	e.next = (e.next + 1) % keep
	return p
}

// grow makes room for few more: most lists stay short, and there are very many.
// One that does not will soon be full.
func (e *ends[T]) grow() {
	n := len(e.list)
	room := n + 1 + n/4
	if n >= keep/2 {
		room = 2 * n
	}
	list := make([]T, n, min(room, 2*keep))
	copy(list, e.list)
	e.list = list
}

// parts returns the entries in order: the first ones, and the two halves of the
// ring.
func (e *ends[T]) parts() (first, older, newer []T) {
	if len(e.list) < 2*keep {
		return e.list, nil, nil
	}
	ring := e.list[keep:]
	return e.list[:keep], ring[e.next:], ring[:e.next]
}

// newestFirst calls f with the kept entries, the newest first, until f
// returns false.
func (e *ends[T]) newestFirst(f func(*T) bool) {
	first, older, newer := e.parts()
	for _, l := range [...][]T{newer, older, first} {
		for i := len(l) - 1; i >= 0; i-- {
			if !f(&l[i]) {
				return
			}
		}
	}
}

// all returns the kept entries in order.
func (e *ends[T]) all() []T {
	first, older, newer := e.parts()
	out := make([]T, 0, len(e.list))
	out = append(out, first...)
	out = append(out, older...)
	return append(out, newer...)
}

// kept is how many entries there are to be had.
func (e *ends[T]) kept() int { return len(e.list) }

// each calls f with the kept entries in order.
func (e *ends[T]) each(f func(*T)) {
	first, older, newer := e.parts()
	for _, l := range [...][]T{first, older, newer} {
		for i := range l {
			f(&l[i])
		}
	}
}
