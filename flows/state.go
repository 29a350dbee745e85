package flows

import "github.com/ikesniff/ikesniff/report"

const (
	// quietAfter is how long nothing may come before a tunnel counts as silent:
	// longer than the usual intervals of DPD and keepalives (20 to 60 s).
	quietAfter = 120e9
	// dataWithin is how near the end of the capture data must have come to say
	// that it flows at the end.
	dataWithin = 60e9
	// giveUpAfter is how long an unfinished negotiation may be idle before it
	// has failed: longer than the longest usual gap between retransmissions.
	giveUpAfter = 60e9
	// failedSendings is how many unanswered sendings are a failure even while
	// the sender goes on trying.
	failedSendings = 3
)

// proven tells whether the IKE SA was up at some time: data of its child SAs,
// a CREATE_CHILD_SA answered, or an exchange answered well after IKE_AUTH. An
// answered IKE_AUTH alone proves nothing: the answer may be an error, and the
// initiator may reject it.
func (n *ikeLine) proven() bool {
	switch {
	case len(n.children) > 0, n.version == 1 && n.bothSpeak():
		return true
	case n.confirmed.set():
		return !n.gaveUpEAP()
	}
	ok := false
	n.births.newestFirst(func(b *birth) bool {
		ok = b.typ == exchangeCreateChild
		return !ok
	})
	return ok
}

// lastAlive is the last packet of the IKE SA or its child SAs.
func (n *ikeLine) lastAlive() mark {
	m := n.latest()
	for _, c := range n.children {
		m = later(m, c.last)
	}
	return m
}

// deadAtEnd tells which side fell silent: the other side's request was sent
// again and again at the end, and nothing more came.
func (n *ikeLine) deadAtEnd() (side uint8, dead bool) {
	n.exchanges.newestFirst(func(x *exchange) bool {
		if x.response.set() || isV1(x.typ) {
			return false
		}
		if x.requests < failedSendings {
			return true
		}
		side = 1 - x.from
		other := n.lastBy[side]
		for _, c := range n.children {
			if n.childFrom(c) == side {
				other = later(other, c.last)
			}
		}
		dead = other.compare(x.request) < 0
		return !dead
	})
	return side, dead
}

func (n *ikeLine) unansweredAtEnd() bool {
	_, dead := n.deadAtEnd()
	return dead
}

// childFrom is the side of the IKE SA that sends on a child SA.
func (n *ikeLine) childFrom(c *child) uint8 {
	g := n.tunnel
	if g.toResponder(c) != n.reversed {
		return sideInitiator
	}
	return sideResponder
}

// status of one IKE SA at time end.
func (n *ikeLine) status(end int64) report.Status {
	if n.proven() {
		switch {
		case n.after != nil && n.after.proven():
			return report.StatusClosed // replaced by one that is in use
		case n.unansweredAtEnd(), n.disconnected(), end-n.lastAlive().time > quietAfter:
			return report.StatusSilent
		}
		return report.StatusUp
	}
	idle := end - n.latest().time
	switch {
	case n.proposal.count > 0 && n.chosen == nil, n.after != nil, n.refused(idle), n.gaveUpEAP():
		return report.StatusFailed
	case n.authDone.set():
		if idle > quietAfter {
			return report.StatusSilent
		}
		return report.StatusNegotiating
	case !n.began && n.exchanges.total > 0 && n.answeredOnce():
		// Met midway, an exchange answered: the SA was up then, more cannot be
		// said.
		if idle > quietAfter {
			return report.StatusSilent
		}
		return report.StatusUp
	case idle > giveUpAfter, n.sendingsAtEnd() >= failedSendings:
		return report.StatusFailed
	}
	return report.StatusNegotiating
}

// disconnected tells whether the last path of the IKE SA and its child SAs was
// a TCP connection that has ended. That closes no SA (RFC 9329 6.1), but nothing
// can be heard.
func (n *ikeLine) disconnected() bool {
	var last *path
	var at mark
	seen := func(p *path, m mark) {
		if last == nil || m.compare(at) > 0 {
			last, at = p, m
		}
	}
	for i := range n.paths {
		seen(n.paths[i].path, n.paths[i].last())
	}
	for _, c := range n.children {
		for _, s := range c.streams {
			seen(s.path, s.last)
		}
	}
	return last != nil && last.tcp != nil && last.tcp.closed.set() && !last.usedAfter(last.tcp.closed)
}

// answeredOnce tells whether any protected exchange was answered.
func (n *ikeLine) answeredOnce() bool {
	ok := false
	n.exchanges.newestFirst(func(x *exchange) bool {
		ok = x.response.set() && x.request.set() && x.typ != exchangeSAInit && !isPhase1(x.typ)
		return !ok
	})
	return ok
}

// sendingsAtEnd is how often the last request was sent if it has no answer.
func (n *ikeLine) sendingsAtEnd() uint64 {
	var c uint64
	n.exchanges.newestFirst(func(x *exchange) bool {
		switch {
		case isV1(x.typ):
			c = x.unansweredSendings()
		case !x.response.set():
			c = uint64(x.requests)
		}
		return false
	})
	return c
}

// states puts a tunnel's state at time end into the report's words.
func (g *group) states(t *report.Tunnel, end int64) {
	t.Data = g.data(end)
	recent := end-g.lastChild().time <= quietAfter && len(g.children) > 0
	if len(g.ikes) == 0 {
		t.Status, t.Phase1, t.Phase2 = report.StatusESPOnly, report.PhaseUnknown, report.PhaseUnknown
		if recent {
			t.Phase2 = report.PhaseUp
		}
		return
	}
	last := g.ikes[len(g.ikes)-1]
	t.Status = last.status(end)
	for _, l := range g.ikes {
		if t.Status != report.StatusUp && l.status(end) == report.StatusUp {
			t.Status = report.StatusUp
		}
	}
	switch t.Status {
	case report.StatusUp:
		t.Phase1, t.Phase2 = report.PhaseUp, report.PhaseUnknown
		if len(g.children) > 0 {
			t.Phase2 = report.PhaseUp
		}
	case report.StatusNegotiating:
		t.Phase1, t.Phase2 = report.PhaseNegotiating, report.PhaseNegotiating
	case report.StatusFailed:
		t.Phase1, t.Phase2 = report.PhaseFailed, report.PhaseFailed
	case report.StatusSilent:
		t.Phase1, t.Phase2 = report.PhaseUnknown, report.PhaseUnknown
		if last.unansweredAtEnd() {
			t.Phase1, t.Phase2 = report.PhaseDown, report.PhaseDown
		}
	case report.StatusClosed:
		t.Phase1, t.Phase2 = report.PhaseDown, report.PhaseDown
	}
}

func (g *group) lastChild() mark {
	var m mark
	for _, c := range g.children {
		m = later(m, c.last)
	}
	return m
}

// data tells which ways data flowed at the end: it came within dataWithin of
// it, and has not been one way for long since.
func (g *group) data(end int64) report.Data {
	var out, back bool
	for _, c := range g.children {
		if end-c.last.time > dataWithin {
			continue
		}
		if g.toResponder(c) {
			out = true
		} else {
			back = true
		}
	}
	if w := g.oneWay(); out && back && w != nil && w.count() >= oneWayPackets && w.last.time-w.otherLast.time >= oneWayFor {
		out, back = g.fromInitiator(g.oneWayPath(), w.dir), !g.fromInitiator(g.oneWayPath(), w.dir)
	}
	if n := len(g.ikes); n > 0 {
		switch side, dead := g.ikes[n-1].deadAtEnd(); {
		case !dead:
		case (side == sideInitiator) != g.ikes[n-1].reversed:
			out = false
		default:
			back = false
		}
	}
	switch {
	case out && back:
		return report.DataBoth
	case out:
		return report.DataToResponder
	case back:
		return report.DataToInitiator
	}
	return report.DataNone
}

// A run of data one way counts as the end of the other way from so many
// packets and so long on.
const (
	oneWayPackets = 30
	oneWayFor     = 5e9
)

// oneWayPath is the path with the latest data.
func (g *group) oneWayPath() *path {
	var best *path
	for _, c := range g.children {
		for _, s := range c.streams {
			if best == nil || s.path.tail.last.compare(best.tail.last) > 0 {
				best = s.path
			}
		}
	}
	return best
}

func (g *group) oneWay() *tail {
	if p := g.oneWayPath(); p != nil {
		return p.tail
	}
	return nil
}
