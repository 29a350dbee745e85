package flows

import (
	"net/netip"
	"slices"
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
	byPair := make(map[*pair][]*ikeLine, len(lines))
	for _, n := range lines {
		var seen map[*ikeLine]bool
		if len(n.parts) > 1 {
			seen = map[*ikeLine]bool{}
		}
		var cand []*ikeLine
		for _, part := range n.parts {
			for _, o := range byPair[part.pair] {
				if o != n && !seen[o] {
					if seen != nil {
						seen[o] = true
					}
					cand = append(cand, o)
				}
			}
		}
		n.linkTo(cand, index)
		for _, part := range n.parts {
			k := part.pair
			l := byPair[k]
			// An SA that was replaced, or fell silent long ago, is no candidate
			// any more; dropping it keeps the cost linear.
			l = slices.DeleteFunc(l, func(o *ikeLine) bool {
				return o.after != nil || n.first.time-o.latest().time > max(rekeyWithin, awayAtMost) && o.lastData(index) < n.first.time-awayAtMost
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
		if o.crossed(n) {
			n.twin = o
			return
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
		} else if o.print != 0 && o.print == n.print && o.lastSign(index) < n.first.time &&
			n.first.time-o.lastSign(index) < awayAtMost {
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

// lastData is the time of the last data that the initiator of an IKE SA sent on
// its paths, begun during its life. The responder may go on sending for long
// after the initiator has gone: it cannot know.
func (n *ikeLine) lastData(index *pathIndex) int64 {
	var last int64
	for _, p := range n.paths {
		for _, s := range index.streams(p.path) {
			if s.first.time >= n.first.time && n.sends(p.path, s) {
				last = max(last, s.last.time)
			}
		}
	}
	return last
}

// lastSign is the last that was seen of the initiator of an IKE SA.
func (n *ikeLine) lastSign(index *pathIndex) int64 {
	return max(n.lastBy[sideInitiator].time, n.lastData(index))
}

// sends tells whether the initiator of the IKE SA, which uses path p, is the
// sender of stream s.
func (n *ikeLine) sends(p *path, s *stream) bool {
	for _, part := range n.parts {
		if part.pair == p.pair {
			return (s.dir == fromA) == part.initFromA
		}
	}
	return true
}

// livesBeside tells whether the side of n that made m goes on long after m came
// up on data begun before: then m is another tunnel, not a return of this one.
// The other side may go on for long: it cannot know.
func (n *ikeLine) livesBeside(m *ikeLine, index *pathIndex) bool {
	maker := uint8(sideInitiator)
	if reversed(n, m) {
		maker = sideResponder
	}
	for _, p := range n.paths {
		for _, s := range index.streams(p.path) {
			if s.first.time < m.first.time && s.last.time > m.first.time+overlapOfTwo && n.sends(p.path, s) == (maker == sideInitiator) {
				return true
			}
		}
	}
	return n.lastBusy(maker).time > m.first.time+overlapOfTwo
}

// lastBusy is the last message by which a side of an IKE SA took part in an
// exchange that is not INFORMATIONAL: an SA that is being deleted has only
// those.
func (n *ikeLine) lastBusy(side uint8) mark {
	var m mark
	n.exchanges.newestFirst(func(x *exchange) bool {
		switch {
		case isInformational(x.typ):
		case x.from == side:
			m = later(m, x.lastSent)
		default:
			m = later(m, x.response)
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
