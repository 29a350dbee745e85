package flows

import (
	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/report"
)

// memory is what describing a tunnel needs for the while: its facts, which are
// larger than its report, and its names. One pass over the tunnels has one, and
// uses it for each in turn: facts are good until the next tunnel is described.
type memory struct {
	facts     diagnose.Facts
	oneWay    diagnose.OneWay
	otherLast diagnose.Mark // of oneWay
	names     naming
	events    []report.TimelineEvent
	exchanges lists[diagnose.ExchangeFacts]
	makings   lists[diagnose.Making]
	gaps      lists[diagnose.Gap]
}

// next makes the memory ready for a tunnel.
func (m *memory) next() *diagnose.Facts {
	m.exchanges.reset()
	m.makings.reset()
	m.gaps.reset()
	m.facts = diagnose.Facts{IKE: m.facts.IKE[:0], Children: m.facts.Children[:0], TCP: m.facts.TCP[:0], Endings: m.facts.Endings[:0]}
	return &m.facts
}

// lists cuts short lists out of one piece of memory.
type lists[T any] struct{ all, free []T }

func (l *lists[T]) reset() { l.free = l.all }

// take returns an empty list with room for n, nil for none.
func (l *lists[T]) take(n int) []T {
	if n == 0 {
		return nil
	}
	if n > len(l.free) {
		// What was given out before stays with those who have it.
		l.all = make([]T, max(2*len(l.all), n))
		l.free = l.all
	}
	list := l.free[:0:n]
	l.free = l.free[n:]
	return list
}
