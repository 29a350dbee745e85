package flows

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// timeline writes what was seen of the tunnel, in order: first and last 16. It
// gathers them in out, which is empty, and returns that for further use.
func (g *group) timeline(t *report.Tunnel, f *diagnose.Facts, out []report.TimelineEvent) []report.TimelineEvent {
	add := func(m mark, dir, kind, text string) {
		if m.set() {
			out = append(out, report.TimelineEvent{Time: toTime(m.time), Ref: m.reportRef(), Direction: dir, Kind: kind, Text: text})
		}
	}
	for _, l := range g.ikes {
		g.ikeEvents(l, add)
	}
	for _, c := range g.children {
		s := c.head()
		proto := strings.ToUpper(messageName(s.message))
		add(c.first, g.way(c), "data", proto+" SPI "+spiString(s.spi)+": first packet, number "+
			strconv.FormatUint(uint64(s.seq.first), 10)+overPath(s.path)+c.doubtful())
	}
	for _, m := range f.Moves {
		kind := "address-change"
		out = append(out, report.TimelineEvent{Time: m.At.Time, Ref: m.At.Ref, Kind: kind,
			Text: fmt.Sprintf("the %s's endpoint changes from %s to %s", m.Side, m.From, m.To)})
	}
	out = transportEvents(out, t, f)
	last := [2]mark{}
	for _, c := range g.children {
		d := 0
		if !g.toResponder(c) {
			d = 1
		}
		last[d] = later(last[d], c.last)
	}
	add(last[0], "to-responder", "last-data", "last data packet from the initiator")
	add(last[1], "to-initiator", "last-data", "last data packet from the responder")
	slices.SortStableFunc(out, func(a, b report.TimelineEvent) int {
		if c := a.Time.Compare(b.Time); c != 0 {
			return c
		}
		if a.Ref.Source != b.Ref.Source {
			return a.Ref.Source - b.Ref.Source
		}
		return int(int64(a.Ref.Frame) - int64(b.Ref.Frame))
	})
	t.EventsTotal = len(out)
	shown := out
	if len(out) > 2*keep {
		copy(out[keep:], out[len(out)-keep:])
		shown = out[:2*keep]
	}
	t.Events = append(t.Events, shown...)
	return out
}

// transportEvents tells what happened to the ways themselves: connections,
// silence, the step from one to another.
func transportEvents(out []report.TimelineEvent, t *report.Tunnel, f *diagnose.Facts) []report.TimelineEvent {
	add := func(m diagnose.Mark, dir, kind, format string, a ...any) {
		if !m.Time.IsZero() {
			out = append(out, report.TimelineEvent{Time: m.Time, Ref: m.Ref, Direction: dir, Kind: kind, Text: fmt.Sprintf(format, a...)})
		}
	}
	var left map[int]*diagnose.Change // by path that was come to
	for i := range f.Changes {
		c := &f.Changes[i]
		add(c.LastOld, "to-responder", "left", "the last packet from the initiator on %s", where(t, c.FromPath))
		if left == nil {
			left = map[int]*diagnose.Change{}
		}
		left[c.ToPath] = c
	}
	for _, k := range f.Keepalives {
		if k.Count < 2 || k.OtherLast.Time.IsZero() {
			continue
		}
		add(k.First, way(k.ToResponder), "keepalives", "keepalive 0xFF, one every %.1f s, %d in all, and nothing back", k.Interval, k.Count)
	}
	for i := range f.TCP {
		c := &f.TCP[i]
		if t.Paths[c.Path].Transport == reassembly.TransportFortinetESP.String() {
			continue
		}
		on := where(t, c.Path)
		answer := "; not answered"
		switch {
		case !c.Refused.Time.IsZero() && c.Open.Time.IsZero():
			answer = "; refused"
		case !c.Open.Time.IsZero():
			answer = "; answered"
		}
		after := ""
		if x, ok := left[c.Path]; ok && !x.LastOld.Time.IsZero() && c.SYN.Time.After(x.LastOld.Time) {
			// Texts hold no frame numbers: those depend on how a capture was cut.
			after = fmt.Sprintf(", %.1f s after the last packet on %s", c.SYN.Time.Sub(x.LastOld.Time).Seconds(), where(t, x.FromPath))
		}
		add(c.SYN, "to-responder", "tcp-syn", "SYN to %s%s%s", on, after, answer)
		add(c.Prefix, "to-responder", "tcp-prefix", "IKETCP: a stream of RFC 8229 begins")
		what := "FIN"
		if c.Reset {
			what = "RST"
		}
		add(c.Closed, way(c.ByInitiator), "tcp-end", "%s ends the connection on %s", what, on)
	}
	return out
}

func way(toResponder bool) string {
	if toResponder {
		return "to-responder"
	}
	return "to-initiator"
}

// where names a path by its transport and the responder's port.
func where(t *report.Tunnel, path int) string {
	p := &t.Paths[path]
	port := p.Responder[strings.LastIndexByte(p.Responder, ':')+1:]
	switch {
	case p.Transport == reassembly.TransportIP.String():
		return "raw IP"
	case strings.HasPrefix(p.Transport, "udp"):
		return "UDP " + port
	}
	return "TCP " + port
}

func (g *group) way(c *child) string { return way(g.toResponder(c)) }

// side tells the direction of a message from a side of an IKE SA.
func (n *ikeLine) way(side uint8) string {
	return way((side == sideInitiator) != n.reversed)
}

func messageName(k reassembly.MessageKind) string {
	if k == reassembly.MessageAH {
		return "ah"
	}
	return "esp"
}

func overPath(p *path) string {
	switch p.transport {
	case reassembly.TransportIP:
		return ""
	case reassembly.TransportUDP, reassembly.TransportUDPNATT:
		return " on UDP " + strconv.Itoa(int(serverPort(p.portA, p.portB)))
	}
	port := strconv.Itoa(int(p.tcp.server.Port()))
	if p.transport == reassembly.TransportFortinetESP {
		return " in fake TCP, port " + port
	}
	return " on TCP " + port
}

// serverPort picks the port that tells which service it is: 500, 4500, else the
// smaller.
func serverPort(a, b uint16) uint16 {
	for _, p := range []uint16{4500, 500} {
		if a == p || b == p {
			return p
		}
	}
	return min(a, b)
}

// doubtful says so where only the port and the shape speak for ESP.
func (c *child) doubtful() string {
	for _, s := range c.streams {
		if s.confidence > reassembly.ConfidenceLow {
			return ""
		}
	}
	return " (low confidence: too little to be sure that it is ESP)"
}

type addEvent func(m mark, dir, kind, text string)

func (g *group) ikeEvents(l *ikeLine, add addEvent) {
	on := ""
	if len(l.paths) > 0 {
		on = overPath(l.paths[0].path)
	}
	switch {
	case l.began:
		first := "IKE_SA_INIT"
		if l.version == 1 {
			first = "IKEv1 phase 1"
			if l.mode == ike.ExchangeV1Aggressive {
				first = "IKEv1 aggressive mode"
			}
		}
		add(l.first, l.way(sideInitiator), "ike-start", first+on+", SPI "+l.spiI.String())
	case l.before != nil:
		add(l.first, "", "ike-rekey", "new IKE SA "+l.spiI.String()+on+" takes over from "+l.before.name()+" (likely a rekey)")
	default:
		add(l.first, "", "ike-midway", "IKE SA "+l.spiI.String()+on+" met midway")
	}
	if l.doubt {
		add(l.first, "", "ambiguous", "could be the successor of one of several IKE SAs of these peers; linked to none")
	}
	add(l.cookie.first, l.way(sideResponder), "cookie", "answer: COOKIE")
	if l.invalidKE.first.set() {
		add(l.invalidKE.first, l.way(sideResponder), "invalid-ke", "answer: INVALID_KE_PAYLOAD, wants "+ike.KEGroupName(l.wantedGroup))
	}
	add(l.proposal.first, l.way(sideResponder), "no-proposal", "answer: NO_PROPOSAL_CHOSEN")
	if l.chosen != nil && l.chosen.chosen != "" {
		add(l.chosenAt, l.way(sideResponder), "chosen", l.chosen.chosen)
	}
	if l.version == 2 {
		add(l.authDone, l.way(sideResponder), "authenticated", "IKE_AUTH answered")
	} else {
		add(l.authDone, "", "authenticated", "phase 1 complete")
	}
	i := 0
	l.births.each(func(b *birth) {
		if b.typ == exchangeCreateChild || isV1(b.typ) && i > 0 {
			add(b.at, "", "child-exchange", exchangeName(b.typ)+" complete")
		}
		i++
	})
	if l.after == nil && g.lastChild().compare(l.latest()) < 0 {
		add(l.latest(), "", "last-ike", "last IKE message of "+l.spiI.String())
	}
}

func nonEmpty(l ...string) []string {
	return slices.DeleteFunc(l, func(s string) bool { return s == "" })
}
