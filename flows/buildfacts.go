package flows

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
)

// facts adds what concerns the tunnel as a whole.
func (g *group) facts(f *diagnose.Facts, interfaces []string, m *memory) {
	f.OneWay = g.oneWayFact(m)
	f.Quotes = g.quoteFacts()
	f.Moves = g.moves()
	f.Copies = g.copies(interfaces)
}

func (g *group) oneWayFact(m *memory) *diagnose.OneWay {
	p := g.oneWayPath()
	if p == nil {
		return nil
	}
	w := p.tail
	out := &m.oneWay
	*out = diagnose.OneWay{
		ToResponder: g.fromInitiator(p, w.dir), Packets: w.count(), First: w.first.fact(), Last: w.last.fact(),
	}
	other := w.otherLast
	for _, c := range g.children { // the other way may have come on another path
		if g.toResponder(c) != out.ToResponder {
			other = later(other, c.last)
		}
	}
	if other.set() {
		m.otherLast = other.fact()
		out.OtherLast = &m.otherLast
		if other.compare(w.first) > 0 && other.compare(w.last) < 0 {
			return nil // not one way: the other way has a path of its own
		}
		if other.compare(w.last) > 0 {
			return nil
		}
	}
	return out
}

func (g *group) quoteFacts() []diagnose.Quote {
	if !g.quoted() {
		return nil
	}
	paths := map[*path]bool{}
	pairs := map[*pair]bool{}
	for _, l := range g.ikes {
		for _, p := range l.paths {
			paths[p.path], pairs[p.path.pair] = true, true
		}
	}
	spis := map[uint32]bool{}
	for _, c := range g.children {
		spis[c.head().spi] = true
		for _, s := range c.streams {
			paths[s.path], pairs[s.path.pair] = true, true
		}
	}
	var list []*quoteSum
	byQuote := map[*quoteSum]*pair{}
	for p := range pairs {
		for _, q := range p.quotes {
			mine := q.spi != 0 && spis[q.spi] && !q.unknown
			for x := range paths {
				if x.pair == p && x.portA == q.portA && x.portB == q.portB {
					mine = true
				}
			}
			if mine {
				list = append(list, q)
				byQuote[q] = p
			}
		}
	}
	slices.SortFunc(list, func(a, b *quoteSum) int {
		if c := a.first.compare(b.first); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(a.sender, b.sender), cmp.Compare(a.spi, b.spi))
	})
	var out []diagnose.Quote
	for _, q := range list {
		about := [...]string{"ike", "esp", "ah", "keepalive"}[q.message]
		if q.unknown {
			about = "unknown"
		}
		p := &path{pathKey: pathKey{pair: byQuote[q], portA: q.portA, portB: q.portB}}
		x := diagnose.Quote{
			Sender: q.sender, V6: q.v6, Type: q.typ, Code: q.code, MTU: q.mtu, About: about,
			ToResponder: (q.dir == fromA) == g.findSide(p), Count: q.count, First: q.first.fact(), Last: q.last.fact(),
		}
		i := slices.IndexFunc(out, func(y diagnose.Quote) bool {
			return y.Sender == x.Sender && y.Type == x.Type && y.Code == x.Code && y.About == x.About && y.ToResponder == x.ToResponder
		})
		if i < 0 {
			out = append(out, x)
			continue
		}
		out[i].Count += x.Count
		out[i].MTU = max(out[i].MTU, x.MTU)
		if x.Last.Time.After(out[i].Last.Time) {
			out[i].Last = x.Last
		}
	}
	return out
}

// quoted tells whether there are ICMP errors about any packets of the tunnel's
// peers.
func (g *group) quoted() bool {
	for _, l := range g.ikes {
		for _, p := range l.paths {
			if len(p.path.pair.quotes) > 0 {
				return true
			}
		}
	}
	for _, c := range g.children {
		for _, s := range c.streams {
			if len(s.path.pair.quotes) > 0 {
				return true
			}
		}
	}
	return false
}

// use is one endpoint pair a live SA was seen with.
type use struct {
	path        *path
	first, last mark
	spi         string
	ike         bool
}

// moves finds the changes of endpoint of live SAs, in order. The step from UDP
// 500 to 4500 is part of every negotiation through a NAT and no move.
func (g *group) moves() []diagnose.Move {
	var out []diagnose.Move
	add := func(uses []use) {
		slices.SortFunc(uses, func(a, b use) int { return a.first.compare(b.first) })
		for i := 1; i < len(uses); i++ {
			a, b := &uses[i-1], &uses[i]
			// Another connection is no move: tcp-reconnect tells of it.
			if isTCP(b.path.transport) || a.path.transport != b.path.transport || b.first.time < a.last.time-copyWithin {
				continue
			}
			out = appendMove(out, g, a, b)
		}
	}
	for _, l := range g.ikes {
		if l.twice || len(l.paths) < 2 {
			continue
		}
		byTransport := map[reassembly.Transport][]use{}
		for _, p := range l.paths {
			k := p.path.transport
			byTransport[k] = append(byTransport[k], use{p.path, p.first, p.last(), l.spiI.String(), true})
		}
		for _, k := range []reassembly.Transport{reassembly.TransportUDP, reassembly.TransportUDPNATT, reassembly.TransportIP} {
			add(byTransport[k])
		}
	}
	for _, c := range g.children {
		best := c.best()
		if len(best) < 2 {
			continue
		}
		var uses []use
		for _, s := range best {
			uses = append(uses, use{s.path, s.first, s.last, spiString(s.spi), false})
		}
		add(uses)
	}
	slices.SortStableFunc(out, func(a, b diagnose.Move) int { return a.At.Time.Compare(b.At.Time) })
	return dedupeMoves(out)
}

func appendMove(out []diagnose.Move, g *group, a, b *use) []diagnose.Move {
	ai, ar := g.initiatorEnd(a.path)
	bi, br := g.initiatorEnd(b.path)
	step := func(side string, from, to netip.AddrPort) {
		if from == to || from.Port() == 500 && to.Port() == 4500 {
			return
		}
		out = append(out, diagnose.Move{
			Side: side, From: endpoint(from), To: endpoint(to), SPI: b.spi, IKE: b.ike,
			At: b.first.fact(), Before: a.last.fact(), PortOnly: from.Addr() == to.Addr(),
		})
	}
	step(sideNames[sideInitiator], ai, bi)
	step(sideNames[sideResponder], ar, br)
	return out
}

// dedupeMoves keeps one move where several SAs tell of the same.
func dedupeMoves(l []diagnose.Move) []diagnose.Move {
	const sameMove = 60e9
	var out []diagnose.Move
	for _, m := range l {
		i := slices.IndexFunc(out, func(o diagnose.Move) bool {
			return o.Side == m.Side && o.From == m.From && o.To == m.To && m.At.Time.Sub(o.At.Time) < sameMove
		})
		if i < 0 {
			out = append(out, m)
		}
	}
	return out
}

// copies counts what was captured more than once.
func (g *group) copies(interfaces []string) diagnose.Copies {
	var out diagnose.Copies
	var first mark
	var taps map[string]bool
	name := func(s string) {
		if s != "" && !taps[s] {
			if taps == nil {
				taps = map[string]bool{}
			}
			taps[s] = true
			out.Taps = append(out.Taps, s)
		}
	}
	for _, l := range g.ikes {
		twice := l.copied()
		out.OtherTap += twice.otherTap
		out.SameTap += twice.sure
		if l.mirrored() {
			out.SameTap += twice.maybe[0] + twice.maybe[1]
		}
		if twice.otherTap+twice.sure > 0 || l.mirrored() {
			first = earlier(first, twice.first)
		}
	}
	for _, c := range g.children {
		var sum, best uint64
		for _, s := range c.best() {
			best += s.packets
		}
		for _, s := range c.streams {
			sum += s.packets
			twice := s.copied()
			n := twice.sure
			if s.at.mirrored {
				n += twice.maybe
			}
			if n > 0 {
				out.SameTap += n
				first = earlier(first, twice.first)
				name(tapName(s.at.tap, interfaces))
			}
		}
		if sum > best {
			out.OtherTap += sum - best
			for _, s := range c.streams {
				name(tapName(s.at.tap, interfaces))
				if s != c.head() {
					first = earlier(first, s.first)
				}
			}
		}
	}
	for _, p := range g.tcpPaths() {
		k := &p.tcp.copied
		if k.n == 0 {
			continue
		}
		first = earlier(first, k.first)
		for _, at := range p.taps {
			name(tapName(at.tap, interfaces))
		}
		if len(p.taps) > 1 {
			out.OtherTap += k.n
		} else {
			out.SameTap += k.n
		}
	}
	out.First = first.fact()
	slices.Sort(out.Taps)
	return out
}

// tcpPaths lists the TCP paths of the tunnel's SAs, in no order.
func (g *group) tcpPaths() []*path {
	var seen map[*path]bool
	var out []*path
	add := func(p *path) {
		if p.tcp != nil && !seen[p] {
			if seen == nil {
				seen = map[*path]bool{}
			}
			seen[p] = true
			out = append(out, p)
		}
	}
	for _, l := range g.ikes {
		for _, p := range l.paths {
			add(p.path)
		}
	}
	for _, c := range g.children {
		for _, s := range c.streams {
			add(s.path)
		}
	}
	return out
}
