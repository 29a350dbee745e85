package diagnose

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var transportChanged = Entry{
	Code:     "transport-changed",
	Title:    "The tunnel went on over another transport",
	Severity: report.SeverityInfo,
	Explanation: "The same two peers had their tunnel over one transport, and later over another. From UDP to TCP this is " +
		"mostly a way around a filter, and costs throughput.",
	OnTheWire: "IKE or data of the tunnel on another transport than before, answered there: with the same SPIs, or with a new " +
		"IKE SA between the same addresses.",
	Causes: "The old transport was blocked or its NAT mapping lost; a person connected again; MOBIKE moved the SA.",
	LookAlikes: []string{
		"Requests over UDP that got no answer before TCP was tried (udp-tcp-fallback).",
		"The step from UDP 500 to 4500, and from there to raw ESP: part of every negotiation.",
		"fortinet-esp beside IKE over TCP or UDP: two forms on one pair of ports, no change.",
	},
	Advice: []string{
		"Find out why the old transport was left: capture at the initiator, and look for a filter between.",
		"If UDP passes again, connect anew: IPsec over TCP is slower.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn ike gateway list",
		"libreswan: ipsec status",
	},
	Evidence: []EvidenceKey{
		{"from", "text", "the old transport with its port"},
		{"to", "text", "the new one"},
		{"changes", "times", "how often"},
		{"same_sa", "true/false", "whether the same SPIs go on; if not, the link rests on addresses and the order in time"},
		{"gap_seconds", "s", "from the initiator's last packet on the old transport to its first sign on the new one"},
	},
	References: []Reference{
		{9329, "5.1", "from UDP to TCP with a new IKE SA"},
		{9329, "7.1", "with MOBIKE and the same one"},
	},
}

// change is a step between transports with its paths.
type change struct {
	*Change
	from, to *report.Path
}

// changes lists the steps from datagrams to TCP or back after which the
// responder was heard on the new path.
func (l *look) changes() []change {
	var out []change
	for i := range l.f.Changes {
		c := &l.f.Changes[i]
		if c.FromPath < 0 || c.ToPath < 0 || c.FromPath >= len(l.t.Paths) || c.ToPath >= len(l.t.Paths) {
			continue
		}
		x := change{c, &l.t.Paths[c.FromPath], &l.t.Paths[c.ToPath]}
		if overTCP(x.from.Transport) != overTCP(x.to.Transport) && carried(x.to, false) && !besideUDP(x.from, x.to) {
			out = append(out, x)
		}
	}
	return out
}

// besideUDP tells whether two paths are fake TCP and the UDP ports whose tunnel
// it carries: both are in use at once.
func besideUDP(a, b *report.Path) bool {
	return sameEnds(a, b) && (a.Transport == overFakeTCP || b.Transport == overFakeTCP)
}

// fallback tells whether the change is one from UDP that was not answered.
func (c change) fallback() bool {
	return c.Unanswered && overUDP(c.from.Transport) && overTCP(c.to.Transport)
}

// sign is the first sign on the new path: the SYN, or the first message.
func (c change) sign() Mark {
	if c.SYN.set() {
		return c.SYN
	}
	return c.FirstNew
}

// gap is the time between the two paths, -1 if it is not known.
func (c change) gap() time.Duration {
	if !c.LastOld.set() || !c.sign().set() {
		return -1
	}
	return max(0, c.sign().Time.Sub(c.LastOld.Time))
}

func transportChanges(l *look) []*finding {
	type kind struct {
		from, to string
		same     bool
	}
	by := map[kind]*finding{}
	var out []*finding
	for _, c := range l.changes() {
		if c.fallback() {
			continue
		}
		k := kind{l.label(c.from), l.label(c.to), c.SameSA}
		f := by[k]
		if f == nil {
			first := c.sign()
			f = transportChanged.finding(1, c.LastOld.timeOr(first.Time), first.Time)
			f.Count = 0
			by[k] = f
			if len(out) < maxRejections {
				out = append(out, f)
			}
			seen := fmt.Sprintf("The tunnel was on %s and went on over %s", k.from, k.to)
			if gap := c.gap(); gap >= 0 {
				seen += fmt.Sprintf(", %s after the last packet of %s there", span(gap), l.side(false))
				f.Evidence["gap_seconds"] = seconds(gap)
			}
			means := "The same SAs go on, so it is the same tunnel on another way."
			if !c.SameSA {
				means = "A new IKE SA was made for it. That it is the same tunnel is inferred from the addresses and the order in time."
				f.or("another client behind the same address, or a second tunnel between the same peers")
				if l.t.Initiator == "" || host(c.from.Initiator) != host(c.to.Initiator) {
					f.Confidence.Cause = report.ConfidenceLow
				}
			} else {
				f.Confidence.Cause = report.ConfidenceHigh
			}
			f.say(seen+".", means)
			f.Evidence["from"], f.Evidence["to"], f.Evidence["same_sa"] = k.from, k.to, k.same
		}
		f.Count++
		if t := c.sign().Time; t.After(f.LastSeen) {
			f.LastSeen = t
		}
		f.ref(c.LastOld, "last on the old transport")
		f.ref(c.SYN, "SYN")
		f.ref(c.FirstNew, "first on the new transport")
		f.term(pathTerm(c.from))
		f.term(pathTerm(c.to))
		f.Evidence["changes"] = f.Count
	}
	return out
}

// pathTerm matches the packets of a TCP or UDP path; "" for others.
func pathTerm(p *report.Path) string {
	if overTCP(p.Transport) {
		return tcpTerm(p.Initiator, p.Responder)
	}
	a, err := netip.ParseAddrPort(p.Initiator)
	b, err2 := netip.ParseAddrPort(p.Responder)
	if err != nil || err2 != nil || !overUDP(p.Transport) {
		return ""
	}
	field := "ip"
	if a.Addr().Is6() {
		field = "ipv6"
	}
	return fmt.Sprintf("(%s.addr == %s && udp.port == %d && udp.port == %d)", field, b.Addr(), a.Port(), b.Port())
}
