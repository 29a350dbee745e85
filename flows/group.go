package flows

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/reassembly"
)

// group is one tunnel before it is put into words: a line of IKE SAs with
// their child SAs, or child SAs without IKE.
type group struct {
	id       string
	ikes     []*ikeLine  // by first message
	only     [1]*ikeLine // room for one, which most have
	children []*child    // by first packet
	outside  []*ikeSA    // notifies in clear that belong to none of ikes
	first    mark
	last     mark

	initiator, responder netip.Addr
	known                bool // the initiator is known
	// Whether the A end of a pair is the initiator's, as it was asked for: of the
	// first pair, and of all if there are others.
	side struct {
		pair *pair
		isA  bool
	}
	sides map[*pair]bool
}

// groupTunnels makes the tunnels: a line of IKE SAs each, with the child SAs
// that the lines made; child SAs without IKE by path, raw ones by pair.
func groupTunnels(lines []*ikeLine, children []*child) []*group {
	var out []*group
	for _, l := range lines {
		r := l.root()
		g := r.tunnel
		if g == nil {
			g = &group{}
			g.ikes = g.only[:0]
			r.tunnel = g
			out = append(out, g)
		}
		l.tunnel = g
		g.ikes = append(g.ikes, l)
		g.first, g.last = earlier(g.first, l.first), later(g.last, l.latest())
	}
	alone := map[endsKey]*group{}
	for _, c := range children {
		var g *group
		if c.ike != nil {
			g = c.ike.tunnel
			c.ike.children = append(c.ike.children, c)
		} else {
			for _, s := range c.streams {
				if x := alone[bareKey(s.path)]; x != nil {
					g = x
				}
			}
			if g == nil {
				g = &group{}
				out = append(out, g)
			}
			for _, s := range c.streams {
				alone[bareKey(s.path)] = g
			}
		}
		g.children = append(g.children, c)
		g.first, g.last = earlier(g.first, c.first), later(g.last, c.last)
	}
	for _, g := range out {
		g.settle()
	}
	return sortGroups(out)
}

// sortGroups puts tunnels in order of first packet.
func sortGroups(l []*group) []*group {
	slices.SortFunc(l, func(a, b *group) int {
		if c := cmp.Compare(a.first.time, b.first.time); c != 0 {
			return c
		}
		return cmp.Compare(a.id, b.id)
	})
	return l
}

// bareKey is what child SAs without IKE are grouped by: the endpoints, for raw
// ESP and AH the addresses alone.
func bareKey(p *path) endsKey {
	if p.transport == reassembly.TransportIP {
		return endsKey{pair: p.pair}
	}
	return p.endsKey()
}

// settle decides who is the initiator, which IKE SAs run the other way, and
// the tunnel's id.
func (g *group) settle() {
	if x := g.heritage(); x != nil {
		g.id, g.initiator, g.responder, g.known = x.id, x.initiator, x.responder, x.known
		if len(g.ikes) > 0 {
			g.ikes[0].reversed = x.reversed
			g.reverseLater()
		}
		return
	}
	var room [64]byte
	name := room[:0] // what the id is a digest of
	if len(g.ikes) > 0 {
		l := g.ikes[0]
		g.initiator, g.responder = l.initiatorAddr()
		g.known = l.began
		name = binary.BigEndian.AppendUint64(name, uint64(l.spiI))
		name = g.responder.AppendTo(name)
		g.reverseLater()
	} else {
		s := g.children[0].head()
		src, dst := s.ends()
		g.initiator, g.responder = src.Addr(), dst.Addr()
		if src.Port() == 4500 && dst.Port() != 4500 {
			g.initiator, g.responder = g.responder, g.initiator // the NAT's side began
		}
		lowest := s
		for _, c := range g.children {
			if x := c.head(); x.path == s.path && x.spi < lowest.spi {
				lowest = x
			}
		}
		a, b := s.path.ends()
		name = fmt.Appendf(name, "%s %s %d %08x", a, b, s.message, lowest.spi)
	}
	digest := sha256.Sum256(name)
	g.id = hex.EncodeToString(digest[:6])
}

func (g *group) reverseLater() {
	for _, n := range g.ikes[1:] {
		g.reverse(n)
	}
}

// reverse tells whether the initiator of a later IKE SA is the tunnel's
// responder: the other peer began the rekey, or an attempt of its own.
func (g *group) reverse(n *ikeLine) {
	before := n.previous()
	if before == nil {
		return
	}
	for _, x := range before.parts {
		for _, y := range n.parts {
			if x.pair == y.pair {
				n.reversed = before.reversed != (x.initFromA != y.initFromA)
				return
			}
		}
	}
}

// fromInitiator tells whether direction dir of a path comes from the tunnel's
// initiator.
func (g *group) fromInitiator(p *path, dir uint8) bool {
	return (dir == fromA) == g.initiatorIsA(p)
}

func (g *group) initiatorIsA(p *path) bool {
	if g.side.pair == p.pair {
		return g.side.isA
	}
	a, ok := g.sides[p.pair]
	if ok {
		return a
	}
	a = g.findSide(p)
	if g.side.pair == nil {
		g.side.pair, g.side.isA = p.pair, a
		return a
	}
	if g.sides == nil {
		g.sides = map[*pair]bool{}
	}
	g.sides[p.pair] = a
	return a
}

func (g *group) findSide(p *path) bool {
	for _, l := range g.ikes {
		for _, part := range l.parts {
			if part.pair == p.pair {
				return part.initFromA != l.reversed
			}
		}
	}
	switch {
	case p.pair.key.A == p.pair.key.B:
		return true
	case p.pair.key.A == g.initiator || p.pair.key.B == g.responder:
		return true
	}
	return false
}

// toResponder tells the direction of a child SA.
func (g *group) toResponder(c *child) bool { return g.fromInitiator(c.head().path, c.head().dir) }

// pairChildren finds for each child SA the one of the other direction: the
// two that one exchange made, or the only two that live side by side.
func (g *group) pairChildren() {
	match := func(same func(a, b *child) bool) {
		for _, a := range g.children {
			if a.pair != nil {
				continue
			}
			var fit *child
			n := 0
			for _, b := range g.children {
				if b.pair == nil && b != a && g.toResponder(a) != g.toResponder(b) &&
					a.head().message == b.head().message && same(a, b) {
					fit = b
					n++
				}
			}
			if n != 1 {
				continue
			}
			// The other must see this one as its only match, too.
			back := 0
			for _, b := range g.children {
				if b.pair == nil && b != fit && g.toResponder(b) != g.toResponder(fit) &&
					b.head().message == fit.head().message && same(fit, b) {
					back++
				}
			}
			if back == 1 {
				a.pair, fit.pair = fit, a
			}
		}
	}
	if len(g.children) > maxPairing {
		return
	}
	for _, c := range g.children {
		c.pair = nil
	}
	match(func(a, b *child) bool { return a.born.set() && a.ike == b.ike && a.born == b.born })
	match(func(a, b *child) bool {
		return a.ike == b.ike && a.first.time <= b.last.time && b.first.time <= a.last.time
	})
}

// maxPairing bounds the child SAs among which pairs are looked for: the search
// is quadratic.
const maxPairing = 256
