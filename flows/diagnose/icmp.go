package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var icmpRejected = Entry{
	Code:     "icmp-rejected",
	Title:    "ICMP says that packets of the tunnel are not delivered",
	Severity: report.SeverityWarning,
	Grading: "As severe as the gravest finding that it explains, such as no-answer. Notice where data went both ways at " +
		"the end all the same, or where only packets after the tunnel's close were refused.",
	Rows: []int{6},
	Explanation: "A host or router refused packets of this tunnel and said so. The sender of the ICMP message names " +
		"the place: the peer itself, or a router or filter before it.",
	OnTheWire: "ICMP destination unreachable (type 3, all codes but 'fragmentation needed') or ICMPv6 type 1, or ICMPv6 " +
		"type 4 code 1, that quotes an IKE, ESP, AH or keepalive packet of the tunnel.",
	Causes: "Port unreachable: no IKE daemon listens there. Protocol unreachable: no IPsec there. Administratively " +
		"prohibited: a filter. Host or network unreachable: no route, or the peer does not answer on its link.",
	LookAlikes: []string{
		"Fragmentation needed and packet too big: those are about size, the packet may pass if smaller.",
		"Time exceeded: a routing loop, or fragments that did not all come.",
		"Refusals of the last packets after a peer closed the tunnel.",
	},
	Advice: []string{
		"Look at the sender of the ICMP message first: it is the filter or router that refused, or the peer itself.",
		"Port unreachable from the peer: see that its IKE daemon runs and listens on UDP 500 and 4500.",
		"Prohibited: allow UDP 500 and 4500 and, without NAT, IP protocol 50 on that device.",
	},
	Commands: []string{
		"FortiGate: diagnose sniffer packet any 'icmp and host <peer>' 4 0 a",
		"strongSwan (at the peer): ss -lunp 'sport = :500 or sport = :4500'",
		"libreswan (at the peer): ss -lunp 'sport = :500 or sport = :4500'",
	},
	Evidence: []EvidenceKey{
		{"sender", "address", "who sent the ICMP errors"},
		{"sender_is_peer", "true/false", "whether that is the address the refused packets were sent to"},
		{"type", "number", "ICMP or ICMPv6 type"},
		{"code", "number", "ICMP or ICMPv6 code"},
		{"ipv6", "true/false", "whether it is ICMPv6"},
		{"meaning", "text", "what type and code say"},
		{"about", "text", "what was refused, as a list: ike, esp, ah, keepalive, unknown"},
		{"direction", "text", "direction of the refused packets: to-responder or to-initiator"},
		{"errors", "messages", "ICMP errors of this kind"},
		{"further_errors", "messages", "ICMP errors of further kinds or senders that are not listed one by one"},
	},
	References: []Reference{
		{792, "", "destination unreachable"},
		{4443, "3.1", "destination unreachable in IPv6"},
		{1812, "5.2.7.1", "codes for what is prohibited"},
		{7296, "2.4", "ICMP is a hint only: anybody can send it"},
	},
}

// maxRejections bounds the findings of one tunnel: anybody can send ICMP.
const maxRejections = 8

// rejection says in words what an ICMP error means, "" if it does not refuse.
func rejection(q *Quote) string {
	if q.V6 {
		switch {
		case q.Type == 4 && q.Code == 1:
			return "next header not recognised"
		case q.Type != 1:
			return ""
		}
		switch q.Code {
		case 0:
			return "no route to the destination"
		case 1:
			return "administratively prohibited"
		case 2:
			return "beyond the scope of the source address"
		case 3:
			return "address unreachable"
		case 4:
			return "port unreachable"
		case 5:
			return "source address failed a policy"
		case 6:
			return "route rejected"
		}
		return fmt.Sprintf("destination unreachable, code %d", q.Code)
	}
	if q.Type != 3 {
		return ""
	}
	switch q.Code {
	case 0, 6, 11:
		return "network unreachable"
	case 1, 7, 8, 12:
		return "host unreachable"
	case 2:
		return "protocol unreachable"
	case 3:
		return "port unreachable"
	case 4:
		return "" // fragmentation needed: not a refusal but a size
	case 5:
		return "source route failed"
	case 9:
		return "network administratively prohibited"
	case 10:
		return "host administratively prohibited"
	case 13:
		return "administratively prohibited"
	}
	return fmt.Sprintf("destination unreachable, code %d", q.Code)
}

// rejected is a finding with what it refused: the same sender and meaning, one
// entry for each kind of packet.
type rejected struct {
	*finding
	quotes []Quote
}

// rejections makes one finding for each sender, meaning and direction.
func rejections(l *look) []rejected {
	type kind struct {
		sender             string
		v6, toResponder    bool
		icmpType, icmpCode uint8
	}
	groups := map[kind][]Quote{}
	var order []kind
	var further uint64
	for _, q := range l.f.Quotes {
		if q.Count <= 0 || rejection(&q) == "" {
			continue
		}
		k := kind{q.Sender, q.V6, q.ToResponder, q.Type, q.Code}
		if groups[k] == nil {
			if len(order) == maxRejections {
				further += uint64(q.Count)
				continue
			}
			order = append(order, k)
		}
		groups[k] = append(groups[k], q)
	}
	var out []rejected
	for i, k := range order {
		f := l.rejection(groups[k])
		if i == 0 && further > 0 {
			f.Evidence["further_errors"] = further
			f.Observation += fmt.Sprintf(" Besides, %s of further kinds or senders.", count(further, "ICMP error"))
		}
		out = append(out, rejected{f, groups[k]})
	}
	return out
}

func (l *look) rejection(list []Quote) *finding {
	q := list[0]
	var n uint64
	var about, what []string
	for _, x := range list {
		n = plus(n, uint64(x.Count))
		if x.First.Time.Before(q.First.Time) {
			q.First = x.First
		}
		if x.Last.Time.After(q.Last.Time) {
			q.Last = x.Last
		}
		if !slices.Contains(about, x.About) {
			about, what = append(about, x.About), append(what, refusedWord(x.About))
		}
	}
	f := icmpRejected.finding(n, q.First.Time, q.Last.Time)
	from, to := l.ends(q.ToResponder)
	meaning := rejection(&q)
	sender := orWord(q.Sender, "a host without address")
	own := q.Sender != "" && q.Sender == to
	f.say(fmt.Sprintf("%s answered %s from %s to %s with ICMP '%s', %s.", sender, strings.Join(what, ", "), from, to, meaning, times(n)),
		fmt.Sprintf("%s, a router or filter on the way to %s, does not let these packets through.", sender, to))
	if own {
		f.Confidence.Cause = report.ConfidenceHigh
		f.Interpretation = fmt.Sprintf("%s is reached but does not take these packets: nothing listens there, or its own filter refuses them.", to)
	}
	f.or("a forged ICMP message: it carries no proof of its sender")
	switch {
	case l.t.Status == report.StatusClosed && !q.First.Time.Before(l.lastFrom(to)):
		f.Severity = report.SeverityNotice
		f.Interpretation = fmt.Sprintf("%s had nothing more to say before: these are packets that arrived after the tunnel was closed.", to)
	case l.t.Data == report.DataBoth && l.lastFrom(to).After(q.Last.Time):
		f.Severity = report.SeverityNotice
		f.Interpretation += " Data went both ways all the same at the end."
		f.Confidence.Cause = report.ConfidenceLow
	}
	for _, x := range list {
		f.ref(x.First, "first ICMP error")
		f.ref(x.Last, "last ICMP error")
	}
	for _, v := range l.ike {
		f.term(ikeTerm(v.sa.InitiatorSPI))
	}
	f.fill("<peer>", q.Sender)
	f.Evidence["sender"], f.Evidence["sender_is_peer"] = q.Sender, own
	f.Evidence["type"], f.Evidence["code"], f.Evidence["ipv6"] = q.Type, q.Code, q.V6
	f.Evidence["meaning"], f.Evidence["about"] = meaning, about
	f.Evidence["direction"], f.Evidence["errors"] = direction(q.ToResponder), n
	return f
}

// refusedWord names what an ICMP error is about.
func refusedWord(about string) string {
	switch about {
	case "ike":
		return "IKE messages"
	case "esp":
		return "ESP packets"
	case "ah":
		return "AH packets"
	case "keepalive":
		return "NAT keepalives"
	}
	return "packets"
}

// lastFrom is when a peer's IKE or data was seen last.
func (l *look) lastFrom(peer string) (last time.Time) {
	for _, v := range l.ike {
		for _, m := range []struct {
			who string
			at  time.Time
		}{{v.from, v.LastFromInitiator.Time}, {v.to, v.LastFromResponder.Time}} {
			if m.who == peer && m.at.After(last) {
				last = m.at
			}
		}
	}
	for _, c := range l.children {
		if from, _ := l.ends(c.ToResponder); from == peer && c.Last.Time.After(last) {
			last = c.Last.Time
		}
	}
	return last
}

// explains tells whether the refused packets are those that a finding misses:
// the same way and kind, at the same time.
func (r *rejected) explains(f *finding) bool {
	const late = 10 * time.Second // routers hold back ICMP, and limit its rate
	return slices.ContainsFunc(r.quotes, func(q Quote) bool {
		kind := q.About
		if kind == "ah" {
			kind = "esp"
		}
		return f.lost.kind == kind && f.lost.toResponder == q.ToResponder &&
			!q.Last.Time.Before(f.lost.from) && !q.First.Time.After(f.lost.to.Add(late))
	})
}
