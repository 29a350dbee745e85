package flows

import (
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/reassembly"
)

const (
	// rekeyWithin is how long after an answered CREATE_CHILD_SA a new IKE SA
	// may speak up for the first time and still be the fruit of it.
	rekeyWithin = 300e9
	// overlapOfTwo is how long the data of an old IKE SA may go on beside a new
	// one between the same endpoints before they are two tunnels.
	overlapOfTwo = 10e9
	// awayAtMost is how long a peer may have been silent before a new
	// IKE_SA_INIT from another port still counts as its return.
	awayAtMost = 600e9
)

// linkIKE finds, for each IKE SA, the one it replaced: the line of a tunnel.
// Lines are in order of first message.
func linkIKE(lines []*ikeLine, index *pathIndex) {
	byPair := map[reassembly.Pair][]*ikeLine{}
	for _, n := range lines {
		seen := map[*ikeLine]bool{}
		var cand []*ikeLine
		for _, part := range n.parts {
			for _, o := range byPair[part.pair.key] {
				if o != n && !seen[o] {
					seen[o] = true
					cand = append(cand, o)
				}
			}
		}
		n.linkTo(cand, index)
		for _, part := range n.parts {
			k := part.pair.key
			l := byPair[k]
			// An SA that was replaced, or fell silent long ago, is no candidate
			// any more; dropping it keeps the cost linear.
			l = slices.DeleteFunc(l, func(o *ikeLine) bool {
				return o.after != nil || n.first.time-o.last.time > max(rekeyWithin, awayAtMost) && o.lastData(index) < n.first.time-awayAtMost
			})
			if len(l) >= maxCandidates {
				l = l[1:]
			}
			byPair[k] = append(l, n)
		}
	}
}

// maxCandidates bounds the IKE SAs of one pair among which a predecessor is
// looked for.
const maxCandidates = 256

func (n *ikeLine) linkTo(cand []*ikeLine, index *pathIndex) {
	var fit, exact []*ikeLine
	for _, o := range cand {
		if o.after != nil || o.version != n.version {
			continue
		}
		if !n.began {
			if o.rekeyedInto(n) {
				fit = append(fit, o)
			}
			continue
		}
		same, near := samePeers(o, n)
		if !same || o.livesBeside(n, index) {
			continue
		}
		if reversed(o, n) {
			// The other peer tries: its offer is its own.
			if near {
				exact = append(exact, o)
			}
			continue
		}
		if o.print != 0 && n.print != 0 && o.print != n.print {
			continue
		}
		if near {
			exact = append(exact, o)
		} else if o.print != 0 && o.print == n.print && n.first.time > o.last.time &&
			n.first.time-max(o.last.time, o.lastData(index)) < awayAtMost && o.lastData(index) < n.first.time {
			fit = append(fit, o)
		}
	}
	n.rekey = !n.began
	if len(exact) > 0 {
		// The same endpoints again: the latest of them is the one before.
		fit = exact[len(exact)-1:]
	}
	switch len(fit) {
	case 0:
	case 1:
		n.before, fit[0].after = fit[0], n
	default:
		n.doubt = true
	}
}

// rekeyedInto tells whether n may be the new SA of a rekey of o: it begins
// without IKE_SA_INIT, on a path of o, after o answered CREATE_CHILD_SA.
func (o *ikeLine) rekeyedInto(n *ikeLine) bool {
	if o.version != 2 || !sharesPath(o, n) {
		return false
	}
	ok := false
	o.births.newestFirst(func(b *birth) bool {
		d := n.first.time - b.at.time
		ok = b.typ == exchangeCreateChild && d >= 0 && d <= rekeyWithin
		return !ok
	})
	return ok
}

func sharesPath(a, b *ikeLine) bool {
	for _, x := range a.paths {
		for _, y := range b.paths {
			if x.path == y.path {
				return true
			}
		}
	}
	return false
}

// samePeers tells whether two IKE SAs have the same initiator and responder
// addresses (or the roles reversed), and whether an endpoint of the initiator
// is the same down to the port (near).
func samePeers(a, b *ikeLine) (same, near bool) {
	for _, x := range a.parts {
		for _, y := range b.parts {
			if x.pair != y.pair {
				continue
			}
			same = true
			for _, p := range x.paths {
				for _, q := range y.paths {
					if p.path == q.path {
						near = true
					}
				}
			}
		}
	}
	return same, near
}

// reversed tells whether two IKE SAs were begun by opposite peers.
func reversed(a, b *ikeLine) bool {
	for _, x := range a.parts {
		for _, y := range b.parts {
			if x.pair == y.pair {
				return x.initFromA != y.initFromA
			}
		}
	}
	return false
}

// lastData is the time of the last data, begun during the life of an IKE SA, on
// its paths.
func (o *ikeLine) lastData(index *pathIndex) int64 {
	var last int64
	for _, p := range o.paths {
		for _, s := range index.streams(p.path) {
			if s.first.time >= o.first.time {
				last = max(last, s.last.time)
			}
		}
	}
	return last
}

// livesBeside tells whether data of o, begun before n came up, goes on long
// after: then n is another tunnel, not a return of this one.
func (o *ikeLine) livesBeside(n *ikeLine, index *pathIndex) bool {
	for _, p := range o.paths {
		for _, s := range index.streams(p.path) {
			if s.first.time < n.first.time && s.last.time > n.first.time+overlapOfTwo {
				return true
			}
		}
	}
	return o.lastBusy().time > n.first.time+overlapOfTwo
}

// lastBusy is the last exchange of an IKE SA that is not INFORMATIONAL: an SA
// that is being deleted has only those.
func (o *ikeLine) lastBusy() mark {
	var m mark
	o.exchanges.newestFirst(func(x *exchange) bool {
		if !isInformational(x.typ) {
			m = later(m, later(x.lastSent, x.response))
		}
		return true
	})
	return m
}

// pathIndex finds the streams that may belong to the IKE SAs of a path: those
// on the path itself and, for IKE on UDP 500, raw ESP and AH of the pair.
type pathIndex struct {
	on map[*path][]*stream
}

func indexPaths(pairs []*pair) *pathIndex {
	x := &pathIndex{on: map[*path][]*stream{}}
	for _, p := range pairs {
		var raw []*stream
		for _, s := range p.streams {
			x.on[s.path] = append(x.on[s.path], s)
			if s.transport == reassembly.TransportIP {
				raw = append(raw, s)
			}
		}
		if raw == nil {
			continue
		}
		for _, y := range p.paths {
			if y.transport == reassembly.TransportUDP {
				x.on[y] = append(x.on[y], raw...)
			}
		}
	}
	return x
}

func (x *pathIndex) streams(p *path) []*stream { return x.on[p] }

// assignChildren gives each child SA the IKE SA that made it: among those on
// its path (for raw ESP, in its pair) the one whose last birth of a child came
// before the first packet.
func assignChildren(children []*child, lines []*ikeLine) {
	onPath := map[*path][]*ikeLine{}
	inPair := map[*pair][]*ikeLine{}
	for _, l := range lines {
		for _, p := range l.paths {
			if list := onPath[p.path]; len(list) == 0 || list[len(list)-1] != l {
				onPath[p.path] = append(onPath[p.path], l)
			}
		}
		for _, part := range l.parts {
			inPair[part.pair] = append(inPair[part.pair], l)
		}
	}
	for _, c := range children {
		p := c.head().path
		cand := onPath[p]
		if len(cand) == 0 && (p.transport == reassembly.TransportIP || oneLine(inPair[p.pair])) {
			cand = inPair[p.pair]
		}
		c.choose(cand)
	}
}

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
	for n.before != nil {
		n = n.before
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

// initiatorAddr is where the initiator of the IKE SA sat at first.
func (n *ikeLine) initiatorAddr() (initiator, responder netip.Addr) {
	p := n.parts[0]
	if p.initFromA {
		return p.pair.key.A, p.pair.key.B
	}
	return p.pair.key.B, p.pair.key.A
}
