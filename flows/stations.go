package flows

import (
	"slices"

	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
)

// station is a stay of the tunnel on one transport: the path its initiator
// spoke on, from one time to another.
type station struct {
	path        *path
	line        *ikeLine // the IKE SA in use, nil for child SAs alone
	first, last mark     // of the initiator
}

// changes finds the steps from one transport to another: the first signs of
// the initiator on each path, in order, where the transport's family differs.
// IKE on UDP 500, NAT traversal and raw ESP are one family: they belong to one
// negotiation. So are fake TCP and the connection that carries its IKE.
func (g *group) changes(n *naming) []diagnose.Change {
	if !n.mixed() {
		return nil
	}
	var out []diagnose.Change
	stations := g.stations()
	for i := 1; i < len(stations); i++ {
		a, b := &stations[i-1], &stations[i]
		if family(a.path.transport) == family(b.path.transport) {
			continue
		}
		c := diagnose.Change{
			From: a.path.transport.String(), To: b.path.transport.String(),
			FromPath: n.at(a.path), ToPath: n.at(b.path),
			LastOld: a.last.fact(), FirstNew: b.first.fact(),
			SameSA: a.line != nil && a.line == b.line, OldWasUp: a.line != nil && a.line.proven() && a.line != b.line,
		}
		if b.path.tcp != nil {
			c.SYN = b.path.tcp.syn.fact()
		}
		if a.line != nil && a.line != b.line {
			c.UnansweredSendings = a.line.unansweredOfInitiator()
			c.Unanswered = c.UnansweredSendings > 0
		}
		c.Inferred = !c.SameSA
		out = append(out, c)
	}
	return out
}

// unansweredOfInitiator is how often the tunnel's initiator sent its last
// request on an IKE SA, if that has no answer.
func (n *ikeLine) unansweredOfInitiator() int {
	side := uint8(sideInitiator)
	if n.reversed {
		side = sideResponder
	}
	sendings := 0
	n.exchanges.newestFirst(func(x *exchange) bool {
		if x.from != side {
			return true
		}
		if !x.response.set() {
			sendings = int(x.requests)
		}
		return false
	})
	return sendings
}

// mixed tells whether there are paths of more than one family.
func (n *naming) mixed() bool {
	for _, p := range n.paths {
		if family(p.transport) != family(n.paths[0].transport) {
			return true
		}
	}
	return false
}

func family(t reassembly.Transport) int {
	if isTCP(t) {
		return 1
	}
	return 0
}

// stations lists where the initiator was heard, by first sign; paths of one
// family that follow one another are one station.
func (g *group) stations() []station {
	by := map[*path]*station{}
	var all []*station
	at := func(p *path) *station {
		s := by[p]
		if s == nil {
			s = &station{path: p}
			by[p] = s
			all = append(all, s)
		}
		return s
	}
	for _, l := range g.ikes {
		side := sideInitiator
		if l.reversed {
			side = sideResponder
		}
		for _, p := range l.paths {
			s := at(p.path)
			s.line = l
			s.first = earlier(s.first, p.first)
			s.last = later(s.last, p.bySide[side])
		}
	}
	for _, c := range g.children {
		for _, x := range c.streams {
			s := at(x.path)
			s.first = earlier(s.first, x.first)
			if g.fromInitiator(x.path, x.dir) {
				s.last = later(s.last, x.last)
			}
			if s.line == nil {
				s.line = c.ike
			}
		}
	}
	slices.SortFunc(all, func(a, b *station) int {
		if c := a.first.compare(b.first); c != 0 {
			return c
		}
		return comparePathKeys(a.path, b.path)
	})
	var out []station
	for _, s := range all {
		if n := len(out); n > 0 && family(out[n-1].path.transport) == family(s.path.transport) {
			// The later path of a family is the one that was left.
			o := &out[n-1]
			last := later(o.last, s.last)
			if s.last.set() {
				o.path, o.line = s.path, s.line
			}
			o.last = last
			continue
		}
		out = append(out, *s)
	}
	return out
}
