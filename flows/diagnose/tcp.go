package diagnose

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// Names of the transports over TCP, as in report.Path.
const (
	overRFC8229 = "tcp-rfc8229"
	overFakeTCP = "tcp-fortinet-esp"
	overCisco   = "tcp-cisco"
)

// connection is a TCP path with its facts.
type connection struct {
	*TCPFacts
	path *report.Path
}

// connections pairs the facts of TCP paths with their paths, in the order in
// which they began.
func (l *look) connections() []connection {
	var out []connection
	for i := range l.f.TCP {
		c := &l.f.TCP[i]
		if c.Path >= 0 && c.Path < len(l.t.Paths) && overTCP(l.t.Paths[c.Path].Transport) {
			out = append(out, connection{c, &l.t.Paths[c.Path]})
		}
	}
	slices.SortStableFunc(out, func(a, b connection) int { return a.began().Compare(b.began()) })
	return out
}

func overTCP(transport string) bool {
	return transport == overRFC8229 || transport == overFakeTCP || transport == overCisco
}

func overUDP(transport string) bool { return transport == "udp" || transport == "udp-nat-t" }

// dir returns one direction's facts and counters.
func (c connection) dir(toResponder bool) (*TCPDirectionFacts, *report.PathTraffic) {
	if toResponder {
		return &c.ToResponder, &c.path.Traffic.ToResponder
	}
	return &c.ToInitiator, &c.path.Traffic.ToInitiator
}

// began is when the connection was asked for, or first seen.
func (c connection) began() time.Time {
	first := c.SYN.Time
	if !c.SYN.set() {
		for _, t := range []*time.Time{c.path.Traffic.ToResponder.FirstSeen, c.path.Traffic.ToInitiator.FirstSeen} {
			if t != nil && (first.IsZero() || t.Before(first)) {
				first = *t
			}
		}
	}
	return first
}

// lastSeen is the last packet of the connection.
func (c connection) lastSeen() time.Time { return lastOn(c.path) }

// lastOn is the last packet on a path.
func lastOn(p *report.Path) (last time.Time) {
	for _, t := range []*time.Time{p.Traffic.ToResponder.LastSeen, p.Traffic.ToInitiator.LastSeen} {
		if t != nil && t.After(last) {
			last = *t
		}
	}
	return last
}

// carried tells whether IKE or data passed in a direction.
func carried(p *report.Path, toResponder bool) bool {
	t := &p.Traffic.ToResponder
	if !toResponder {
		t = &p.Traffic.ToInitiator
	}
	return t.IKEMessages+t.ESPPackets > 0
}

// over lists the connections of one transport.
func (l *look) over(transport string) []connection {
	var out []connection
	for _, c := range l.tcp {
		if c.path.Transport == transport {
			out = append(out, c)
		}
	}
	return out
}

// sameEnds tells whether two paths have the same addresses and ports.
func sameEnds(a, b *report.Path) bool {
	return a.Initiator == b.Initiator && a.Responder == b.Responder
}

// host is the address of an endpoint.
func host(endpoint string) string {
	if ap, err := netip.ParseAddrPort(endpoint); err == nil {
		return ap.Addr().String()
	}
	return endpoint
}

// tcpTerm matches the packets between two endpoints; "" if they are none.
func tcpTerm(a, b string) string {
	x, err := netip.ParseAddrPort(a)
	y, err2 := netip.ParseAddrPort(b)
	if err != nil || err2 != nil {
		return ""
	}
	field := "ip"
	if x.Addr().Is6() {
		field = "ipv6"
	}
	return fmt.Sprintf("(%s.addr == %s && %s.addr == %s && tcp.port == %d && tcp.port == %d)",
		field, x.Addr(), field, y.Addr(), x.Port(), y.Port())
}

// on notes the connections that a finding is about.
func (f *finding) on(list []connection) {
	for _, c := range list {
		f.term(tcpTerm(c.path.Initiator, c.path.Responder))
	}
}

// tally adds up one kind of occurrence on several connections in one direction.
type tally struct {
	toResponder bool
	n           uint64
	first, last Mark
	list        []connection // those on which it happened
}

// tally gathers, for each direction, what happened on connections.
func tallies(list []connection, of func(*TCPDirectionFacts) Occurrences) []tally {
	var out []tally
	for _, toResponder := range []bool{true, false} {
		t := tally{toResponder: toResponder}
		for _, c := range list {
			d, _ := c.dir(toResponder)
			t.add(c, of(d))
		}
		if t.n > 0 {
			out = append(out, t)
		}
	}
	return out
}

func (t *tally) add(c connection, o Occurrences) {
	if o.Count == 0 {
		return
	}
	t.n = plus(t.n, o.Count)
	t.list = append(t.list, c)
	if o.First.set() && (!t.first.set() || o.First.Time.Before(t.first.Time)) {
		t.first = o.First
	}
	if o.Last.set() && (!t.last.set() || o.Last.Time.After(t.last.Time)) {
		t.last = o.Last
	}
}

// finding starts an anomaly about what was gathered.
func (t *tally) finding(e *Entry, role string) *finding {
	f := e.finding(t.n, t.first.Time, t.last.Time)
	f.ref(t.first, "first "+role)
	f.ref(t.last, "last "+role)
	f.on(t.list)
	f.Evidence["direction"] = direction(t.toResponder)
	return f
}

// sum adds up a number over the tally's connections, in its direction.
func (t *tally) sum(n func(*TCPDirectionFacts, *report.PathTraffic) uint64) (total uint64) {
	for _, c := range t.list {
		total = plus(total, n(c.dir(t.toResponder)))
	}
	return total
}

// works tells whether the tunnel stands at the end of the capture.
func (l *look) works() bool {
	return l.t.Status == report.StatusUp || l.t.Status == report.StatusESPOnly && l.t.Data == report.DataBoth
}

// share is a of a and b together, 0 to 1.
func share(a, b uint64) float64 {
	if a == 0 {
		return 0
	}
	return float64(a) / (float64(a) + float64(b))
}
