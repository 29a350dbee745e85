package diagnose

import (
	"slices"
	"time"
)

// usedAfterRestart finds SAs on which the other side still sends after the loser
// has begun a new IKE SA and left the old one.
func (l *look) usedAfterRestart(m *mismatch) {
	var fresh []*ikeLook // IKE SAs that the loser began and that came up, by time
	for i := range l.ike {
		if v := &l.ike[i]; v.Reversed == m.loser && v.opened() && v.AuthenticatedAt.set() {
			fresh = append(fresh, v)
		}
	}
	if len(fresh) == 0 || len(fresh) == 1 && l.allOf(fresh[0]) {
		return
	}
	slices.SortStableFunc(fresh, func(a, b *ikeLook) int { return a.sa.FirstSeen.Compare(b.sa.FirstSeen) })
	left, ends := l.lastUses(m.loser), l.endsOf(m.loser)
	for i := range l.children {
		c := &l.children[i]
		last, known := left[c.sa.IKESA]
		if c.ToResponder != m.loser || c.sa.IKESA == "" || !known {
			continue
		}
		// The first SA that the loser began when it had left the old one. If both
		// began one at the same time, each may use its own.
		n, _ := slices.BinarySearchFunc(fresh, last.Add(-time.Second), func(v *ikeLook, t time.Time) int { return v.sa.FirstSeen.Compare(t) })
		for n < len(fresh) && (fresh[n].sa.ID == c.sa.IKESA || !c.First.Time.Before(fresh[n].sa.FirstSeen.Add(-minOldData))) {
			n++
		}
		if n == len(fresh) || c.Last.Time.Sub(fresh[n].AuthenticatedAt.Time) < minOldData || !ends.same(c, fresh[n]) {
			continue
		}
		m.restart, m.old = fresh[n], append(m.old, *c)
		if c.Last.Time.After(m.oldLast.Time) {
			m.oldLast = c.Last
		}
		if len(m.spis) < maxTerms && !slices.Contains(m.spis, c.sa.SPI) {
			m.spis = append(m.spis, c.sa.SPI)
		}
	}
	if m.restart == nil {
		return
	}
	m.newUsed = slices.ContainsFunc(l.children, func(c childLook) bool {
		return c.ToResponder == m.loser && c.sa.IKESA != "" && c.sa.IKESA == m.restart.sa.ID
	})
}

// allOf tells whether no child SA is known to belong to another IKE SA than v.
func (l *look) allOf(v *ikeLook) bool {
	return !slices.ContainsFunc(l.children, func(c childLook) bool { return c.sa.IKESA != "" && c.sa.IKESA != v.sa.ID })
}

// lastUses tells, for each IKE SA, when a side of the tunnel last used it or its
// children.
func (l *look) lastUses(responder bool) map[string]time.Time {
	last := make(map[string]time.Time, len(l.ike))
	for i := range l.ike {
		v := &l.ike[i]
		t := v.LastFromInitiator.Time
		if v.Reversed != responder {
			t = v.LastFromResponder.Time
		}
		last[v.sa.ID] = t
	}
	for _, c := range l.children {
		if t, ok := last[c.sa.IKESA]; ok && c.ToResponder != responder && c.Last.Time.After(t) {
			last[c.sa.IKESA] = c.Last.Time
		}
	}
	return last
}

// sideEnds are the endpoints of one side.
type sideEnds struct {
	of    map[string]map[string]bool // of its data, by IKE SA
	inUDP map[string]bool            // of all paths with ESP in UDP
}

func (l *look) endsOf(responder bool) sideEnds {
	e := sideEnds{of: map[string]map[string]bool{}, inUDP: map[string]bool{}}
	for _, c := range l.children {
		if e.of[c.sa.IKESA] == nil {
			e.of[c.sa.IKESA] = map[string]bool{}
		}
		end := c.sa.Source
		if c.ToResponder == responder {
			end = c.sa.Destination
		}
		e.of[c.sa.IKESA][end] = true
	}
	for i := range l.t.Paths {
		if p := &l.t.Paths[i]; p.Transport == "udp-nat-t" && responder {
			e.inUDP[p.Responder] = true
		} else if p.Transport == "udp-nat-t" {
			e.inUDP[p.Initiator] = true
		}
	}
	return e
}

// same tells whether data of an old SA goes to the endpoint from which its
// receiver uses the new IKE SA: from another port it is another client, or one
// that came back.
func (e *sideEnds) same(c *childLook, now *ikeLook) bool {
	end := c.sa.Destination
	if host(end) == end {
		return true // raw ESP has no ports
	}
	if used := e.of[now.sa.ID]; used != nil {
		return used[end]
	}
	// No data on the new SA so far: then there must be no other endpoint.
	return len(e.inUDP) == 1 && e.inUDP[end]
}
