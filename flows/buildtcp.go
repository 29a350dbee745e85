package flows

import (
	"slices"

	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
)

// attemptsOf gathers the connections that were asked for and never came up.
func attemptsOf(trackers []*Tracker) map[reassembly.Pair][]*connection {
	out := map[reassembly.Pair][]*connection{}
	for _, t := range trackers {
		for _, c := range t.asked.m {
			if c.open.set() {
				continue
			}
			k := reassembly.MakePair(c.client.Addr(), c.server.Addr())
			if t.pairs[k] != nil {
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
func (g *group) tcpFacts(f *diagnose.Facts, n naming, b *builder) {
	index := map[*path]int{}
	pairs := map[reassembly.Pair]bool{}
	for i, p := range n.paths {
		index[p] = i
		pairs[p.pair.key] = true
		if p.tcp != nil {
			f.TCP = append(f.TCP, g.tcpFact(p, i))
		}
	}
	for _, p := range n.paths {
		if !pairs[p.pair.key] {
			continue
		}
		delete(pairs, p.pair.key)
		for _, c := range b.attempts[p.pair.key] {
			f.Attempts = append(f.Attempts, diagnose.Attempt{
				Client: c.client.String(), Server: c.server.String(), FromInitiator: c.client.Addr() == g.initiator,
				SYNs: c.syns, First: c.syn.fact(), Last: c.lastSYN.fact(), Refused: c.refused.fact(),
			})
			if len(f.Attempts) == 2*keep {
				break
			}
		}
	}
	f.Changes = g.changes(index)
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
	}
	out0, back := uint8(fromA), uint8(fromB)
	if !g.initiatorIsA(p) {
		out0, back = fromB, fromA
	}
	var answer mark
	for _, at := range p.taps {
		d := &at.dir[back]
		if d.all.ike+d.all.esp > 0 {
			answer = earlier(answer, d.firstMessage)
		}
	}
	out.FirstAnswer = answer.fact()
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
			out.Keepalive = diagnose.Occurrences{Count: c.keepalives, First: at.keepalive[dir].first.fact(), Last: at.keepalive[dir].last.fact()}
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
func (g *group) changes(index map[*path]int) []diagnose.Change {
	var out []diagnose.Change
	stations := g.stations()
	for i := 1; i < len(stations); i++ {
		a, b := &stations[i-1], &stations[i]
		if family(a.path.transport) == family(b.path.transport) {
			continue
		}
		c := diagnose.Change{
			From: a.path.transport.String(), To: b.path.transport.String(),
			FromPath: index[a.path], ToPath: index[b.path],
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

// stale finds what the responder still sent on an old IKE SA after the
// initiator had gone on with a new one.
func (g *group) stale() []diagnose.Stale {
	var out []diagnose.Stale
	at := map[*ikeLine]int{}
	for i, l := range g.ikes {
		at[l] = i
	}
	for _, l := range g.ikes {
		n := l.after
		if n == nil || n.rekey {
			continue
		}
		s := diagnose.Stale{IKE: at[l], NewIKE: at[n], FirstNew: n.first.fact()}
		var first, last mark
		for _, p := range l.paths {
			if sharesOnePath(n, p.path) {
				continue
			}
			dir := uint8(fromB)
			if !g.initiatorIsA(p.path) {
				dir = fromA
			}
			k := &p.path.lonely[dir]
			if k.n > 0 && k.last.compare(n.first) > 0 {
				s.Packets += k.n
				first, last = earlier(first, k.first), later(last, k.last)
			}
			if m := p.bySide[sideResponder]; m.compare(n.first) > 0 {
				s.Packets++
				first, last = earlier(first, m), later(last, m)
			}
		}
		for _, c := range l.children {
			if !g.toResponder(c) && c.last.compare(n.first) > 0 && !sharesOnePath(n, c.head().path) {
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
func (g *group) keepaliveRuns(n naming, changes []diagnose.Change) []diagnose.Keepalives {
	var out []diagnose.Keepalives
	for i, p := range n.paths {
		if isTCP(p.transport) {
			continue
		}
		for dir := range p.lonely {
			k := &p.lonely[dir]
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
