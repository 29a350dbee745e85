package flows

import (
	"slices"

	"github.com/ikesniff/ikesniff/flows/diagnose"
)

// stale finds what one side still sent on an old IKE SA after the other had gone
// on with a new one that it made.
func (g *group) stale() []diagnose.Stale {
	var out []diagnose.Stale
	for _, l := range g.ikes {
		n := l.after
		if n == nil || n.rekey {
			continue
		}
		s := diagnose.Stale{IKE: l.number, NewIKE: n.number, Reversed: n.reversed, FirstNew: n.first.fact()}
		side := uint8(sideResponder) // of the old SA, that did not make the new one
		if l.reversed != n.reversed {
			side = sideInitiator
		}
		var first, last mark
		for _, p := range l.paths {
			if sharesOnePath(n, p.path) {
				continue
			}
			dir := uint8(fromB)
			if g.initiatorIsA(p.path) == n.reversed {
				dir = fromA
			}
			k := p.path.inVain(dir)
			if k.n > 0 && k.last.compare(n.first) > 0 {
				s.Packets += k.n
				first, last = earlier(first, k.first), later(last, k.last)
			}
			if m := p.bySide[side]; m.compare(n.first) > 0 {
				s.Packets++
				first, last = earlier(first, m), later(last, m)
			}
		}
		for _, c := range l.children {
			if g.toResponder(c) == n.reversed && c.last.compare(n.first) > 0 {
				s.Packets++
				first, last = earlier(first, c.last), later(last, c.last)
			}
		}
		if s.Packets > 0 {
			s.First, s.Last = first.fact(), last.fact()
			out = append(out, s)
		}
	}
	return out
}

func sharesOnePath(n *ikeLine, p *path) bool {
	return slices.ContainsFunc(n.paths, func(x ikePath) bool { return x.path == p })
}

// keepaliveRuns finds the paths on which one side sent nothing but keepalives
// after the other had fallen silent.
func (g *group) keepaliveRuns(n *naming, changes []diagnose.Change) []diagnose.Keepalives {
	var out []diagnose.Keepalives
	for i, p := range n.paths {
		if isTCP(p.transport) {
			continue
		}
		for dir := range p.real {
			k := p.inVain(uint8(dir))
			if k.n == 0 {
				continue
			}
			silent := p.real[1-dir]
			x := diagnose.Keepalives{
				Path: i, ToResponder: g.fromInitiator(p, uint8(dir)), Count: k.n, First: k.first.fact(), Last: k.last.fact(),
				OtherLast: silent.fact(), OtherHadTwoWay: silent.set() && p.real[dir].set(),
				IKEUnanswered: g.unansweredOn(p, uint8(dir), k.first),
			}
			if k.n > 1 {
				x.Interval = float64(k.last.time-k.first.time) / 1e9 / float64(k.n-1)
			}
			for _, c := range changes {
				if c.FromPath == i && !x.ToResponder {
					x.ReturnedOn, x.ReturnedAt = c.To, c.FirstNew
					if !c.SYN.Time.IsZero() {
						x.ReturnedAt = c.SYN
					}
				}
			}
			out = append(out, x)
		}
	}
	return out
}

// unansweredOn counts the requests of the side that sends in direction dir of
// a path that got no answer since a time.
func (g *group) unansweredOn(p *path, dir uint8, since mark) int {
	count := 0
	for _, l := range g.ikes {
		if !sharesOnePath(l, p) {
			continue
		}
		from := uint8(sideResponder)
		if g.fromInitiator(p, dir) != l.reversed {
			from = sideInitiator
		}
		l.exchanges.newestFirst(func(x *exchange) bool {
			if x.from == from && !x.response.set() && x.lastSent.compare(since) >= 0 {
				count += int(x.requests)
			}
			return true
		})
	}
	return count
}
