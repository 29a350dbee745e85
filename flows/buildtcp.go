package flows

import (
	"slices"

	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
)

// attemptsOf gathers the connections that were asked for and never came up, or
// came up for nothing.
func attemptsOf(trackers []*Tracker, fl *floods) map[reassembly.Pair][]*connection {
	out := map[reassembly.Pair][]*connection{}
	for _, t := range trackers {
		for _, c := range t.asked.m {
			if c.open.set() && !c.unused.set() {
				continue
			}
			k := reassembly.MakePair(c.client.Addr(), c.server.Addr())
			if p := t.pairs[k]; p != nil && !fl.empties(p) {
				out[k] = append(out[k], c)
			}
		}
	}
	for _, l := range out {
		slices.SortFunc(l, func(a, b *connection) int {
			if c := a.syn.compare(b.syn); c != 0 {
				return c
			}
			return a.client.Compare(b.client)
		})
	}
	return out
}

// tcpFacts adds what concerns TCP and the ways between transports.
func (g *group) tcpFacts(f *diagnose.Facts, n *naming, b *builder) {
	for i, p := range n.paths {
		if p.tcp != nil {
			f.TCP = append(f.TCP, g.tcpFact(p, i))
		}
	}
	var told map[*pair]bool
	for _, p := range n.paths {
		attempts := b.attempts[p.pair.key]
		if len(attempts) == 0 || told[p.pair] {
			continue
		}
		if told == nil {
			told = map[*pair]bool{}
		}
		told[p.pair] = true
		for _, c := range attempts {
			a := diagnose.Attempt{
				Client: c.client.String(), Server: c.server.String(), FromInitiator: c.client.Addr() == g.initiator,
				SYNs: c.syns, First: c.syn.fact(), Last: c.lastSYN.fact(), Refused: c.refused.fact(), Opened: c.open.fact(),
			}
			if c.open.set() && c.unused.compare(c.open) > 0 {
				a.Closed = c.unused.fact()
			}
			f.Attempts = append(f.Attempts, a)
			if len(f.Attempts) == 2*keep {
				break
			}
		}
	}
	f.Changes = g.changes(n)
	f.Stale = g.stale()
	f.Keepalives = g.keepaliveRuns(n, f.Changes)
	for _, p := range n.paths {
		if p.tcp == nil {
			continue
		}
		_, r := g.initiatorEnd(p)
		for i := range b.in.Endpoints {
			e := &b.in.Endpoints[i]
			if e.Server == r && !slices.ContainsFunc(f.Endpoints, func(x diagnose.Endpoint) bool { return x.Server == r.String() }) {
				f.Endpoints = append(f.Endpoints, diagnose.Endpoint{
					Server: r.String(), TLS: e.TLS, HTTP: e.HTTP, SSH: e.SSH, Other: e.Other, TLSFailed: e.TLSFailed,
					First: mark{e.FirstTime, e.FirstRef}.fact(),
				})
			}
		}
	}
}

func (g *group) tcpFact(p *path, i int) diagnose.TCPFacts {
	c := p.tcp
	initiator, responder := g.initiatorEnd(p)
	out := diagnose.TCPFacts{
		Path: i, SYNs: c.syns, SYN: c.syn.fact(), Open: c.open.fact(), Refused: c.refused.fact(),
		Midway: c.midway, Prefix: c.prefix.fact(), NoPrefix: c.noPrefix.fact(),
		Closed: c.closed.fact(), ByInitiator: c.closedBy == initiator, Reset: c.reset,
		ClosedTTL: c.closedTTL, SenderTTL: c.senderTTL,
	}
	out0, back := uint8(fromA), uint8(fromB)
	if !g.initiatorIsA(p) {
		out0, back = fromB, fromA
	}
	out.FirstAnswer = c.message[back].fact()
	if c.foreignAt.set() && c.foreignFrom == responder {
		out.Foreign = [...]string{"other", "tls", "http", "ssh"}[min(int(c.foreign), 3)]
		out.ForeignAt = c.foreignAt.fact()
	}
	out.ToResponder = g.tcpDirection(p, out0)
	out.ToInitiator = g.tcpDirection(p, back)
	return out
}

func (t *tally) fact() diagnose.Occurrences {
	return diagnose.Occurrences{Count: t.n, First: t.first.fact(), Last: t.last.fact()}
}

func (g *group) tcpDirection(p *path, dir uint8) diagnose.TCPDirectionFacts {
	h := &p.tcp.dir[dir]
	out := diagnose.TCPDirectionFacts{
		Retransmission: h.retransmission.fact(), Gap: h.gap.fact(), Resync: h.resync.fact(), Conflict: h.conflict.fact(),
		FramingError: h.framing.fact(), ZeroWindow: h.zeroWindow.fact(), Probe: h.probe.fact(), Partial: h.partial.fact(),
		Repeats: h.repeat.fact(), GapBytes: h.gapBytes, SkippedBytes: h.skipped,
	}
	for _, at := range p.taps {
		d := &at.dir[dir]
		c := d.net(at.mirrored)
		if c.keepalives > out.Keepalive.Count {
			first, last := at.keepalives(dir)
			out.Keepalive = diagnose.Occurrences{Count: c.keepalives, First: first.fact(), Last: last.fact()}
		}
	}
	var frames tally
	for _, c := range g.children {
		for _, s := range c.streams {
			if s.path != p || s.dir != dir {
				continue
			}
			x := s.health()
			out.Received += x.Packets
			out.Missing += x.Missing
			if p.transport == reassembly.TransportFortinetESP {
				frames.n += x.Packets
				frames.first, frames.last = earlier(frames.first, s.first), later(frames.last, s.last)
			}
		}
	}
	out.Frames = frames.fact()
	return out
}
