package output

import (
	"container/heap"
	"slices"

	"github.com/ikesniff/ikesniff/report"
)

// top keeps the n tunnels that need attention first: by worst severity, then
// status, then first_seen, then id. Its root is the one to give up next.
type top struct {
	n     int
	items []*report.Tunnel
}

func (h *top) Len() int           { return len(h.items) }
func (h *top) Less(i, j int) bool { return before(h.items[j], h.items[i]) }
func (h *top) Swap(i, j int)      { h.items[i], h.items[j] = h.items[j], h.items[i] }
func (h *top) Push(x any)         { h.items = append(h.items, x.(*report.Tunnel)) }
func (h *top) Pop() any {
	last := len(h.items) - 1
	x := h.items[last]
	h.items[last] = nil
	h.items = h.items[:last]
	return x
}

func (h *top) add(t *report.Tunnel) {
	if len(h.items) < h.n {
		heap.Push(h, t)
		return
	}
	if before(t, h.items[0]) {
		h.items[0] = t
		heap.Fix(h, 0)
	}
}

// sorted empties the heap into the order of attention.
func (h *top) sorted() []*report.Tunnel {
	list := h.items
	h.items = nil
	slices.SortFunc(list, func(a, b *report.Tunnel) int {
		if before(a, b) {
			return -1
		}
		return 1
	})
	return list
}

// before orders tunnels by how much they need attention.
func before(a, b *report.Tunnel) bool {
	if x, y := Trouble(a.Anomalies).Rank(), Trouble(b.Anomalies).Rank(); max(x, 0) != max(y, 0) {
		return x > y
	}
	if x, y := Urgency(a.Status), Urgency(b.Status); x != y {
		return x > y
	}
	if !a.FirstSeen.Equal(b.FirstSeen) {
		return a.FirstSeen.Before(b.FirstSeen)
	}
	return a.ID < b.ID
}

// statusOrder lists what a tunnel can be, what needs attention first.
var statusOrder = []report.Status{
	report.StatusFailed, report.StatusSilent, report.StatusNegotiating,
	report.StatusClosed, report.StatusESPOnly, report.StatusUp,
}

// Urgency grows with the need for attention. A tunnel that only shows ESP, as
// one does that began before the capture, needs no more than one that is up.
func Urgency(s report.Status) int {
	if s == report.StatusESPOnly {
		s = report.StatusUp
	}
	return len(statusOrder) - slices.Index(statusOrder, s)
}
