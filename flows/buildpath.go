package flows

import (
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// path describes a path for a tunnel. Where several taps saw it, each
// direction's counts are those of the tap that saw most of it.
func (g *group) path(p *path, n *naming, end int64) report.Path {
	a, z := p.ends()
	initiator, responder := a, z
	dirs := [2]uint8{fromA, fromB}
	if !g.initiatorIsA(p) {
		initiator, responder = z, a
		dirs = [2]uint8{fromB, fromA}
	}
	out := report.Path{
		ID: n.path(p), Transport: p.transport.String(),
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
	}
	if first.set() {
		// What is pointed at lies in one piece of memory.
		m := &struct {
			first, last       time.Time
			firstRef, lastRef report.Ref
		}{toTime(first.time), toTime(last.time), first.reportRef(), last.reportRef()}
		out.FirstSeen, out.LastSeen, out.FirstRef, out.LastRef = &m.first, &m.last, &m.firstRef, &m.lastRef
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
