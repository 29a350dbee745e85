package flows

import (
	"slices"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/flows/diagnose"
)

// A peer that gets ESP or IKE of an SA it does not know may say so with an
// unprotected notify (RFC 7296 1.5, RFC 2408 3.14). Such a message begins no IKE
// SA, though its SPIs, zero or made up, look as if it did.

// stray tells whether all that was seen of an IKE SA are such notifies. An offer
// that was turned down is a matter of its own.
func (sa *ikeSA) stray() bool {
	if sa.unusual == nil || len(sa.unusual.notifies) == 0 || sa.offered != nil || sa.chosen != nil || sa.authDone.set() || sa.proposal.count > 0 {
		return false
	}
	ok := true
	sa.exchanges.newestFirst(func(x *exchange) bool {
		ok = isInformational(x.typ) && !x.message[0].encrypted && !x.message[1].encrypted
		return ok
	})
	return ok
}

// takeStrays takes the stray notifies out of a list of IKE SAs. One that names
// an IKE SA that was seen elsewhere belongs to that.
func takeStrays(all []*ikeSA) (rest, strays []*ikeSA) {
	if !slices.ContainsFunc(all, (*ikeSA).stray) {
		return all, nil
	}
	known := map[ike.SPI]bool{}
	for _, sa := range all {
		if !sa.stray() {
			known[sa.spiI] = true
		}
	}
	for _, sa := range all {
		if sa.stray() && !known[sa.spiI] {
			strays = append(strays, sa)
		} else {
			rest = append(rest, sa)
		}
	}
	return rest, strays
}

// placeStrays gives each stray notify to the tunnel that it is about, if that
// can be told; the others stay tunnels of their own.
func placeStrays(groups []*group, strays []*ikeSA) []*group {
	if len(strays) == 0 {
		return groups
	}
	inPair := map[*pair][]*group{}
	for _, g := range groups {
		for _, p := range g.pairs() {
			inPair[p] = append(inPair[p], g)
		}
	}
	var lines []*ikeLine
	for _, sa := range strays {
		g := sa.home(inPair[sa.pair])
		if g == nil {
			lines = append(lines, &ikeLine{ikeSA: sa, parts: []*ikeSA{sa}})
			continue
		}
		g.outside = append(g.outside, sa)
		g.last = later(g.last, sa.latest())
	}
	return sortGroups(append(groups, groupTunnels(lines, nil)...))
}

// home picks the tunnel that a stray notify is about: the one whose SPI it
// names, or that uses its ports, or the only one of its peers. Of several the
// last that had begun.
func (sa *ikeSA) home(groups []*group) *group {
	for _, fits := range []func(*group) bool{sa.names, sa.sharesPorts} {
		var best *group
		for _, g := range groups {
			if fits(g) && (best == nil || g.first.compare(sa.first) <= 0) {
				best = g
			}
		}
		if best != nil {
			return best
		}
	}
	if len(groups) == 1 {
		return groups[0]
	}
	return nil
}

func (sa *ikeSA) names(g *group) bool {
	for _, n := range sa.unusual.notifies {
		if n.size == 4 && slices.ContainsFunc(g.children, func(c *child) bool { return uint64(c.head().spi) == n.spi }) {
			return true
		}
	}
	return false
}

func (sa *ikeSA) sharesPorts(g *group) bool {
	at := func(p *path) bool {
		return slices.ContainsFunc(sa.paths, func(x ikePath) bool { return x.path.endsKey() == p.endsKey() })
	}
	for _, l := range g.ikes {
		if slices.ContainsFunc(l.paths, func(x ikePath) bool { return at(x.path) }) {
			return true
		}
	}
	return slices.ContainsFunc(g.children, func(c *child) bool { return at(c.head().path) })
}

// pairs lists the pairs of addresses that the tunnel was seen between.
func (g *group) pairs() []*pair {
	var out []*pair
	add := func(p *pair) {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, l := range g.ikes {
		for _, part := range l.parts {
			add(part.pair)
		}
	}
	for _, c := range g.children {
		for _, s := range c.streams {
			add(s.path.pair)
		}
	}
	return out
}

// outsideFacts tells the rules of the notifies that belong to no IKE SA.
func (g *group) outsideFacts() []diagnose.ClearNotify {
	var sums []clearNotify // with the tunnel's sides
	for _, sa := range g.outside {
		for _, n := range sa.unusual.notifies {
			n.side = g.strayFrom(sa, n.side)
			if x := findNotify(sums, n.notice, n.v1, n.side); x != nil {
				x.answer = mergeAnswer(near(x.first.time, n.first.time) && near(x.last.time, n.last.time), x.answer, n.answer)
			} else {
				sums = append(sums, n)
			}
		}
	}
	var out []diagnose.ClearNotify
	for i := range sums {
		out = append(out, sums[i].fact(sideNames[sums[i].side]))
	}
	slices.SortStableFunc(out, func(a, b diagnose.ClearNotify) int { return a.First.Time.Compare(b.First.Time) })
	return out
}

// strayFrom is the side of the tunnel that is a side of a stray's own header.
func (g *group) strayFrom(sa *ikeSA, side uint8) uint8 {
	dir := uint8(fromA)
	if (side == sideInitiator) != sa.initFromA {
		dir = fromB
	}
	if g.fromInitiator(sa.paths[0].path, dir) {
		return sideInitiator
	}
	return sideResponder
}
