package output

import (
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// pathsInOrder lists a tunnel's paths by their first packet.
func pathsInOrder(t *report.Tunnel) []report.Path {
	list := slices.Clone(t.Paths)
	slices.SortStableFunc(list, func(a, b report.Path) int {
		return pathStart(a).Compare(pathStart(b))
	})
	return list
}

func pathStart(p report.Path) time.Time {
	a, b := p.Traffic.ToResponder.FirstSeen, p.Traffic.ToInitiator.FirstSeen
	switch {
	case a == nil && b == nil:
		return time.Time{}
	case a == nil || b != nil && b.Before(*a):
		return *b
	}
	return *a
}

// lastSeen is the last packet each way over all paths.
func lastSeen(t *report.Tunnel) (last report.Direction[*report.PathTraffic]) {
	later := func(best **report.PathTraffic, x *report.PathTraffic) {
		if x.LastSeen == nil || x.LastRef == nil {
			return
		}
		if *best == nil || x.LastSeen.After(*(*best).LastSeen) {
			*best = x
		}
	}
	for i := range t.Paths {
		later(&last.ToResponder, &t.Paths[i].Traffic.ToResponder)
		later(&last.ToInitiator, &t.Paths[i].Traffic.ToInitiator)
	}
	return last
}

// Missing sums up lost sequence numbers.
type Missing struct {
	Count  uint64
	Bound  bool // Count is an upper bound
	Judged bool // there was an SA to judge by
}

func (m Missing) String() string { return m.text(40) }

// text writes the count in at most max characters, "-" if nothing could be
// judged, "<=" before an upper bound.
func (m Missing) text(max int) string {
	switch {
	case !m.Judged:
		return "-"
	case m.Bound && m.Count > 0:
		return "<=" + compact(m.Count, max-2)
	}
	return compact(m.Count, max)
}

// MissingOf sums up a tunnel's child SAs by direction.
func MissingOf(t *report.Tunnel) (m report.Direction[Missing]) {
	for i := range t.ChildSAs {
		c := &t.ChildSAs[i]
		one := &m.ToInitiator
		if toResponder(t, c) {
			one = &m.ToResponder
		}
		one.Count += c.Missing
		one.Bound = one.Bound || !c.MissingExact
		one.Judged = true
	}
	return m
}

// toResponder tells the direction of a child SA by its destination: that of a
// path's end if they are alike to the port, else by address.
func toResponder(t *report.Tunnel, c *report.ChildSA) bool {
	for i := range t.Paths {
		if a, b := c.Destination == t.Paths[i].Responder, c.Destination == t.Paths[i].Initiator; a != b {
			return a
		}
	}
	dst, _ := split(c.Destination)
	if a, b := dst == t.Responder, dst == t.Initiator; a != b {
		return a
	}
	for i := range t.Paths {
		responder, _ := split(t.Paths[i].Responder)
		initiator, _ := split(t.Paths[i].Initiator)
		if a, b := dst == responder, dst == initiator; a != b {
			return a
		}
	}
	src, _ := split(c.Source)
	return src != t.Responder
}
