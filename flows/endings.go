package flows

import (
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/report"
)

// overlapOfEnding is how long after a new IKE SA authenticated its beginner may
// still have packets of the old one on the way.
const overlapOfEnding = 1e9

// ending is the end of an IKE SA that stood and was not rekeyed.
type ending struct {
	old, began, back *ikeLine // began: the next negotiation; back: the one that came up
	last             [2]mark  // by side of the tunnel
	overlap          bool
}

// quiet is when the first side fell silent, other the last packet of the other
// side.
func (e *ending) quiet() (quiet, other mark, side uint8) {
	i, r := e.last[sideInitiator], e.last[sideResponder]
	switch {
	case !i.set():
		return r, i, sideResponder
	case !r.set() || i.compare(r) < 0:
		return i, r, sideInitiator
	}
	return r, i, sideResponder
}

// endings lists them in order. end is that of the capture.
func (g *group) endings(end int64) []ending {
	var out []ending
	for _, l := range g.ikes {
		if !l.proven() || l.after != nil && l.after.rekey {
			continue
		}
		e := ending{old: l, began: l.after}
		for e.back = l.after; e.back != nil && !e.back.authDone.set(); e.back = e.back.after {
		}
		g.lastOf(&e)
		if e.began == nil && l.status(end) != report.StatusSilent && !e.unheard() {
			continue
		}
		out = append(out, e)
	}
	return out
}

// unheardFor is how long a side must go on sending data to the end, without
// hearing from the other, to count as one that lost it: data one way does not go
// for long where there was an answer before.
const unheardFor = 30e9

// unheard tells whether a side that had sent data fell silent while the other
// goes on at the end of the capture.
func (e *ending) unheard() bool {
	g := e.old.tunnel
	p := g.oneWayPath()
	if p == nil || p.tail.last.time-p.tail.first.time < unheardFor || p.tail.count() < oneWayPackets {
		return false
	}
	quiet, _, side := e.quiet()
	return g.fromInitiator(p, p.tail.dir) == (side == sideResponder) && slices.ContainsFunc(e.old.children, func(c *child) bool {
		return g.toResponder(c) == (side == sideInitiator) && c.last == quiet
	})
}

// lastOf finds the last packets of an IKE SA and its child SAs before the next
// negotiation. Who did not begin it may go on with the old SA for long: it cannot
// know. It then had not fallen silent.
func (g *group) lastOf(e *ending) {
	l := e.old
	note := func(side uint8, m mark) {
		if e.began != nil && m.compare(e.began.first) > 0 {
			beginner := uint8(sideInitiator)
			if e.began.reversed {
				beginner = sideResponder
			}
			if side == beginner && e.back != nil && m.time > e.back.authDone.time+overlapOfEnding {
				e.overlap = true
			}
			m = e.began.first
		}
		e.last[side] = later(e.last[side], m)
	}
	for side, m := range l.lastBy {
		if l.reversed {
			side = 1 - side
		}
		if m.set() {
			note(uint8(side), m)
		}
	}
	for _, c := range l.children {
		side := uint8(sideResponder)
		if g.toResponder(c) {
			side = sideInitiator
		}
		note(side, c.last)
	}
}

// endingFacts are the endings as the rules see them, added to out.
func (g *group) endingFacts(end int64, out []diagnose.Ending) []diagnose.Ending {
	list := g.endings(end)
	for i := range list {
		e := &list[i]
		f := diagnose.Ending{
			Up: e.old.first.fact(), Overlap: e.overlap,
			LastFromInitiator: e.last[sideInitiator].fact(), LastFromResponder: e.last[sideResponder].fact(),
		}
		if e.old.authDone.set() {
			f.Up = e.old.authDone.fact()
		}
		f.From, f.FromTransport = g.lastEnd(e.old)
		if e.began != nil {
			f.Began = e.began.first.fact()
		}
		if e.back != nil {
			f.Back, f.BackFromInitiator = e.back.first.fact(), !e.back.reversed
			f.To, f.ToTransport = g.lastEnd(e.back)
		}
		e.old.exchanges.newestFirst(func(x *exchange) bool {
			if isInformational(x.typ) {
				f.LastExchangeBy = sideNames[x.from]
				if e.old.reversed {
					f.LastExchangeBy = sideNames[1-x.from]
				}
				f.LastExchange, f.Answered = x.begun().fact(), x.response.set()
			}
			return false
		})
		out = append(out, f)
	}
	return out
}

// lastEnd is the endpoint of the tunnel's initiator on the path that an IKE SA
// used last, and its transport.
func (g *group) lastEnd(l *ikeLine) (end, transport string) {
	if len(l.paths) == 0 {
		return "", ""
	}
	p := slices.MaxFunc(l.paths, func(a, b ikePath) int { return a.last().compare(b.last()) }).path
	initiator, _ := g.initiatorEnd(p)
	return endpoint(netip.AddrPortFrom(initiator.Addr(), initiator.Port())), p.transport.String()
}
