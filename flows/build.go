package flows

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// builder puts groups into the report's words. It changes nothing but what it
// makes, so a tunnel can be built any number of times.
type builder struct {
	in       *Input
	attempts map[reassembly.Pair][]*connection
}

// head makes the report but for its tunnels.
func (b *builder) head(floods []*diagnose.Flood) report.Report {
	r := report.Report{
		SchemaVersion:     report.SchemaVersion,
		Generator:         report.Generator{Name: "ikesniff", Version: b.in.Version},
		Complete:          true,
		IncompleteBecause: []string{},
		Sources:           []report.Source{},
		Totals:            b.in.Totals,
		Tunnels:           []*report.Tunnel{},
		Anomalies:         []report.Anomaly{},
	}
	if r.Totals.Encapsulations == nil {
		r.Totals.Encapsulations = map[string]uint64{}
	}
	for _, s := range b.in.Sources {
		out := report.Source{
			Name: s.Name, Format: s.Format, Packets: s.Packets, Bytes: s.Bytes, Snaplen: s.Snaplen,
			Interfaces: append([]string{}, s.Interfaces...), Complete: s.Complete, Error: s.Err, Note: s.Note,
		}
		if s.Packets > 0 {
			out.FirstSeen, out.LastSeen = timePointer(s.FirstTime), timePointer(s.LastTime)
		}
		if s.DroppedKnown {
			d := s.Dropped
			out.Dropped = &d
		}
		if !s.Complete {
			r.IncompleteBecause = append(r.IncompleteBecause, s.Err)
		}
		r.Sources = append(r.Sources, out)
	}
	r.IncompleteBecause = append(r.IncompleteBecause, b.in.Because...)
	if n := r.Totals.Evicted; n > 0 {
		r.IncompleteBecause = append(r.IncompleteBecause,
			fmt.Sprintf("%d entries of state were given up to stay within the memory bound: counts are lower bounds", n))
	}
	r.Complete = len(r.IncompleteBecause) == 0
	for _, f := range floods {
		r.Anomalies = append(r.Anomalies, diagnose.FloodAnomaly(f))
	}
	diagnose.Number(r.Anomalies)
	return r
}

func timePointer(ns int64) *time.Time {
	t := toTime(ns)
	return &t
}

func refPointer(m mark) *report.Ref {
	if !m.set() {
		return nil
	}
	r := m.reportRef()
	return &r
}

// naming gives the parts of one tunnel their ids, in order of first packet.
type naming struct {
	ike   map[*ikeLine]string
	child map[*child]string
	path  map[*path]string
	paths []*path
}

func (g *group) names() naming {
	n := naming{ike: map[*ikeLine]string{}, child: map[*child]string{}, path: map[*path]string{}}
	for i, l := range g.ikes {
		n.ike[l] = fmt.Sprintf("ike-%d", i+1)
		for _, p := range l.paths {
			n.usePath(p.path)
		}
	}
	for i, c := range g.children {
		n.child[c] = fmt.Sprintf("child-%d", i+1)
		for _, s := range c.streams {
			n.usePath(s.path)
		}
	}
	slices.SortFunc(n.paths, func(a, b *path) int {
		if c := a.firstUse().compare(b.firstUse()); c != 0 {
			return c
		}
		return comparePathKeys(a, b)
	})
	for i, p := range n.paths {
		n.path[p] = fmt.Sprintf("path-%d", i+1)
	}
	return n
}

func (n *naming) usePath(p *path) {
	if _, ok := n.path[p]; !ok {
		n.path[p] = ""
		n.paths = append(n.paths, p)
	}
}

// tunnel makes one tunnel of the report.
func (b *builder) tunnel(g *group) *report.Tunnel {
	g.pairChildren()
	n := g.names()
	t := &report.Tunnel{
		ID: g.id, Initiator: g.initiator.String(), Responder: g.responder.String(), InitiatorKnown: g.known,
		FirstSeen: toTime(g.first.time), LastSeen: toTime(g.last.time),
		Transports: []string{}, Events: []report.TimelineEvent{}, Links: []report.Link{}, Paths: []report.Path{},
		IKESAs: []report.IKESA{}, ChildSAs: []report.ChildSA{}, Anomalies: []report.Anomaly{},
	}
	if len(g.ikes) > 0 {
		t.IKEVersion = int(g.ikes[len(g.ikes)-1].version)
	}
	g.states(t, b.in.End)
	for _, p := range n.paths {
		if name := p.transport.String(); !slices.Contains(t.Transports, name) {
			t.Transports = append(t.Transports, name)
		}
		t.Paths = append(t.Paths, g.path(p, n, b.in.End))
	}
	f := &diagnose.Facts{Tunnel: t, End: toTime(b.in.End)}
	for _, l := range g.ikes {
		sa, fact := b.ike(g, l, n)
		t.IKESAs = append(t.IKESAs, sa)
		f.IKE = append(f.IKE, fact)
		by := [2]*uint64{&t.IKEMessages.Initiator, &t.IKEMessages.Responder}
		for side, c := range l.counted() {
			if l.reversed {
				side = 1 - side
			}
			*by[side] += c
		}
	}
	for _, c := range g.children {
		sa, fact := b.child(g, c, n)
		t.ChildSAs = append(t.ChildSAs, sa)
		f.Children = append(f.Children, fact)
		if fact.ToResponder {
			t.ESPPackets.ToResponder += sa.Packets
			t.ESPBytes.ToResponder += sa.Bytes
		} else {
			t.ESPPackets.ToInitiator += sa.Packets
			t.ESPBytes.ToInitiator += sa.Bytes
		}
	}
	t.Links = g.links(n)
	g.facts(f, b.in.Interfaces)
	g.tcpFacts(f, n, b)
	g.timeline(t, f, n)
	t.Verdict, t.Anomalies = diagnose.Tunnel(f)
	if t.Anomalies == nil {
		t.Anomalies = []report.Anomaly{}
	}
	return t
}

// path describes a path for a tunnel. Where several taps saw it, each
// direction's counts are those of the tap that saw most of it.
func (g *group) path(p *path, n naming, end int64) report.Path {
	a, z := p.ends()
	initiator, responder := a, z
	dirs := [2]uint8{fromA, fromB}
	if !g.initiatorIsA(p) {
		initiator, responder = z, a
		dirs = [2]uint8{fromB, fromA}
	}
	out := report.Path{
		ID: n.path[p], Transport: p.transport.String(),
		Initiator: endpoint(initiator), Responder: endpoint(responder), State: report.PathInUse,
		Traffic: report.Direction[report.PathTraffic]{
			ToResponder: p.traffic(dirs[0]), ToInitiator: p.traffic(dirs[1]),
		},
	}
	if end-p.lastUse().time > quietAfter || g.leftFor(p, n.paths) {
		out.State = report.PathSilent
	}
	if c := p.tcp; c != nil {
		out.TCP = g.tcpPath(p, dirs)
		switch {
		case c.refused.set() && !c.open.set():
			out.State = report.PathRefused
		case c.closed.set() && !p.usedAfter(c.closed):
			out.State = report.PathClosed
		}
	}
	return out
}

func (p *path) traffic(dir uint8) report.PathTraffic {
	var best counts
	var first, last mark
	for _, at := range p.taps {
		d := &at.dir[dir]
		if c := d.net(at.mirrored); c.packets > best.packets {
			best = c
		}
		first, last = earlier(first, d.first), later(last, d.last)
	}
	out := report.PathTraffic{
		Packets: best.packets, Bytes: best.bytes, IKEMessages: best.ike, ESPPackets: best.esp, Keepalives: best.keepalives,
		FirstRef: refPointer(first), LastRef: refPointer(last),
	}
	if first.set() {
		out.FirstSeen, out.LastSeen = timePointer(first.time), timePointer(last.time)
	}
	return out
}

// endpoint writes ip:port, or the address alone where there are no ports.
func endpoint(a netip.AddrPort) string {
	if a.Port() == 0 {
		return a.Addr().String()
	}
	return a.String()
}

// leftFor tells whether the initiator has left a path for another that carries
// all that this one did.
func (g *group) leftFor(p *path, paths []*path) bool {
	dir := uint8(fromA)
	if !g.initiatorIsA(p) {
		dir = fromB
	}
	ike, esp := p.carried()
	for _, q := range paths {
		i, e := q.carried()
		if q != p && (i || !ike) && (e || !esp) && q.firstUse().compare(p.real[dir]) > 0 {
			return true
		}
	}
	return false
}

// carried tells what was seen on a path.
func (p *path) carried() (ike, esp bool) {
	for _, at := range p.taps {
		for d := range at.dir {
			ike = ike || at.dir[d].all.ike > 0
			esp = esp || at.dir[d].all.esp > 0
		}
	}
	return ike, esp
}

// usedAfter tells whether a message came on the path after the connection was
// ended, as on a 4-tuple that is used again, or fake TCP that does not care.
func (p *path) usedAfter(closed mark) bool {
	return later(p.real[fromA], p.real[fromB]).time > closed.time+overlapAllowed
}

func (g *group) tcpPath(p *path, dirs [2]uint8) *report.PathTCP {
	c := p.tcp
	out := &report.PathTCP{Handshake: c.open.set()}
	if c.closed.set() {
		out.ClosedBy = sideNames[sideInitiator]
		if initiator, _ := g.initiatorEnd(p); c.closedBy != initiator {
			out.ClosedBy = sideNames[sideResponder]
		}
	}
	out.PerDirection.ToResponder = c.dir[dirs[0]].report()
	out.PerDirection.ToInitiator = c.dir[dirs[1]].report()
	return out
}

func (h *happenings) report() report.TCPDirection {
	return report.TCPDirection{
		Retransmissions: h.retransmission.n, OutOfOrder: h.outOfOrder.n, Gaps: h.gap.n, GapBytes: h.gapBytes,
		RepeatedSequences: h.repeat.n, Resynchronisations: h.resync.n, ZeroWindows: h.zeroWindow.n,
	}
}

// links says why the parts of a tunnel were put together.
func (g *group) links(n naming) []report.Link {
	out := []report.Link{}
	for _, l := range g.ikes {
		if l.before != nil {
			out = append(out, report.Link{From: n.ike[l.before], To: n.ike[l], By: "endpoint-and-fingerprint", Confidence: report.ConfidenceMedium})
		}
		if l.spread {
			for _, p := range l.paths[1:] {
				if p.path.pair != l.paths[0].path.pair {
					out = append(out, report.Link{From: n.path[l.paths[0].path], To: n.path[p.path], By: "ike-spi", Confidence: report.ConfidenceHigh})
				}
			}
		}
	}
	for _, c := range g.children {
		if c.ike != nil {
			conf := report.ConfidenceHigh
			if !c.sure || !c.born.set() {
				conf = report.ConfidenceMedium
			}
			out = append(out, report.Link{From: n.ike[c.ike], To: n.child[c], By: "child-of", Confidence: conf})
		}
		first := c.head().path
		seen := map[*path]bool{first: true}
		for _, s := range c.streams[1:] {
			if !seen[s.path] {
				seen[s.path] = true
				out = append(out, report.Link{From: n.path[first], To: n.path[s.path], By: "esp-spi", Confidence: report.ConfidenceHigh})
			}
		}
	}
	return out
}
