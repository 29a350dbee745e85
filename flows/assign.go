package flows

import "github.com/ikesniff/ikesniff/reassembly"

// assignChildren gives each child SA the IKE SA that made it: among those on
// its path (for raw ESP, in its pair) the one whose last birth of a child came
// before the first packet.
func assignChildren(children []*child, lines []*ikeLine) {
	onPath := make(map[endsKey][]*ikeLine, len(lines))
	inPair := make(map[*pair][]*ikeLine, len(lines))
	for _, l := range lines {
		for _, p := range l.paths {
			k := p.path.endsKey()
			if list := onPath[k]; len(list) == 0 || list[len(list)-1] != l {
				onPath[k] = append(onPath[k], l)
			}
		}
		for _, part := range l.parts {
			inPair[part.pair] = append(inPair[part.pair], l)
		}
	}
	for _, c := range children {
		p := c.head().path
		cand := onPath[p.endsKey()]
		if len(cand) == 0 && (p.transport == reassembly.TransportIP || oneLine(inPair[p.pair])) {
			cand = inPair[p.pair]
		}
		c.choose(cand)
	}
}

// endsKey is a pair of endpoints whatever the transport: fake TCP uses the
// ports of the connection that carries IKE, or those of IKE over UDP.
type endsKey struct {
	pair         *pair
	portA, portB uint16
}

func (p *path) endsKey() endsKey { return endsKey{p.pair, p.portA, p.portB} }

// oneLine tells whether IKE SAs form one line of replacements.
func oneLine(l []*ikeLine) bool {
	for i, x := range l {
		if i > 0 && x.root() != l[0].root() {
			return false
		}
	}
	return len(l) > 0
}

func (n *ikeLine) root() *ikeLine {
	for p := n.previous(); p != nil; p = n.previous() {
		n = p
	}
	return n
}

// bornSlack lets data overtake the answer that made its SA, where no earlier
// exchange can have made it.
const bornSlack = 1e9

func (c *child) choose(cand []*ikeLine) {
	if len(cand) == 0 {
		return
	}
	best, at := lastBirth(cand, c.first.time)
	if best == nil {
		best, at = lastBirth(cand, c.first.time+bornSlack)
	}
	if best == nil {
		// No birth was captured: the SA that spoke last before, else the first
		// one after.
		best = cand[0]
		for _, l := range cand {
			if l.first.time <= c.first.time {
				best = l
			}
		}
	}
	c.ike, c.born, c.sure = best, at, oneLine(cand)
	// An SA met with high numbers was not made by the exchange before it: its
	// own birth was not captured.
	if c.head().seq.first > bornHigh {
		c.born = mark{}
	}
}

// lastBirth finds the IKE SA with the latest birth of a child up to a time.
func lastBirth(cand []*ikeLine, t int64) (best *ikeLine, at mark) {
	for _, l := range cand {
		if b := l.birthBefore(t); b.set() && (!at.set() || b.compare(at) > 0) {
			best, at = l, b
		}
	}
	return best, at
}

// bornHigh is the highest first number that is believed of a new SA.
const bornHigh = 64

// birthBefore is the last exchange up to a time that made a child SA.
func (n *ikeLine) birthBefore(t int64) mark {
	var m mark
	n.births.newestFirst(func(b *birth) bool {
		if b.at.time <= t {
			m = later(m, b.at)
		}
		return true
	})
	return m
}
