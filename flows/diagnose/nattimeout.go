package diagnose

import (
	"fmt"
	"math"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var natTimeout = Entry{
	Code:     "nat-timeout",
	Title:    "A NAT forgot the tunnel's mapping during a silence",
	Severity: report.SeverityInfo,
	Grading:  "Notice where packets were sent to the old port in the meantime, which nobody got, or where it happened twice or more.",
	Rows:     []int{67},
	Explanation: "A NAT keeps the mapping of a UDP flow only while packets leave through it. After a silence it forgets: what comes from " +
		"outside is lost, and the next packet from inside gets a new port.",
	OnTheWire: "The same SPI goes on from the same address and another port, and its side had sent nothing from the old port for 25 s or more " +
		"before, no keepalive either. 25 s, since NATs that forget sooner are rare (many keep UDP 30 s or more; RFC 4787 asks for 2 minutes).",
	Causes: "NAT keepalives are off, or rarer than the NAT forgets; the client slept; liveness checks from outside do not keep a mapping.",
	LookAlikes: []string{
		"Another address as well: the peer changed its network (address-change).",
		"Another port in the middle of traffic: the NAT restarted, or has several lines (address-change).",
		"A long silence after which the same port goes on: the mapping was kept.",
		"A new IKE SA from another port: a new connection.",
	},
	Advice: []string{
		"Send NAT keepalives from the side behind the NAT, every 10 to 20 s.",
		"Raise the NAT's timeout for UDP, or carry the tunnel over TCP, whose mappings last longer.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f keepalive",
		"strongSwan: grep -r keep_alive /etc/strongswan.conf /etc/strongswan.d",
		"libreswan: grep -r keep-alive /etc/ipsec.conf /etc/ipsec.d",
	},
	Evidence: []EvidenceKey{
		{"side", "text", "whose port changed: initiator or responder"},
		{"changes", "times", "how often after a silence"},
		{"silence_seconds", "s", "longest of these silences of that side, keepalives counted as packets"},
		{"shortest_silence_seconds", "s", "shortest of these: the NAT forgets at the latest after it"},
		{"keepalives_before", "packets", "NAT keepalives that the side had sent from the old port"},
		{"keepalive_interval_seconds", "s", "their mean distance where they came in a row; absent if that is not known"},
		{"to_old_port", "true/false", "whether the other side sent to the old port after the last packet from it"},
		{"from", "address", "endpoint before, first change"},
		{"to", "address", "endpoint after, first change"},
	},
	References: []Reference{
		{4787, "4.3", "how long a NAT keeps a mapping"},
		{3948, "4", "NAT keepalives, every 20 s by default"},
		{7296, "2.23", "changes of a NAT's mapping"},
	},
}

const minNATSilence = 25 * time.Second

// forgotten is a change of port after a silence.
type forgotten struct {
	*Move
	silence  time.Duration
	last     Mark // last packet from the old port
	path     *report.Path
	toOld    bool
	keptBy   uint64 // keepalives
	interval float64
}

func natTimeouts(l *look) []*finding {
	if len(l.f.Moves) == 0 {
		return nil
	}
	var out []*finding
	for _, side := range []string{"initiator", "responder"} {
		paths := l.byEnd(side == "initiator")
		var list []forgotten
		for i := range l.f.Moves {
			m := &l.f.Moves[i]
			if m.Side != side || !m.PortOnly || !m.At.set() {
				continue
			}
			if x, ok := forgot(m, paths[m.From]); ok {
				list = append(list, x)
			}
		}
		if len(list) > 0 {
			out = append(out, l.natTimeout(side, list))
		}
	}
	return out
}

// udpPath is a path over UDP as one side uses it.
type udpPath struct {
	*report.Path
	mine, other *report.PathTraffic
	interval    float64 // of that side's keepalives in a row, 0 if not known
}

// byEnd sorts the paths over UDP by the endpoint of a side.
func (l *look) byEnd(ofInitiator bool) map[string][]udpPath {
	intervals := map[int]float64{}
	for _, k := range l.f.Keepalives {
		if k.ToResponder == ofInitiator && k.Interval > 0 {
			intervals[k.Path] = k.Interval
		}
	}
	by := map[string][]udpPath{}
	for i := range l.t.Paths {
		p := &l.t.Paths[i]
		if !overUDP(p.Transport) {
			continue
		}
		x := udpPath{p, &p.Traffic.ToResponder, &p.Traffic.ToInitiator, intervals[i]}
		end := p.Initiator
		if !ofInitiator {
			end, x.mine, x.other = p.Responder, x.other, x.mine
		}
		by[end] = append(by[end], x)
	}
	return by
}

// forgot tells how long a side had been silent on its old port when it went on
// from the new one.
func forgot(m *Move, old []udpPath) (forgotten, bool) {
	x := forgotten{Move: m, last: m.Before}
	for i := range old {
		p := &old[i]
		if p.mine.LastSeen == nil {
			continue
		}
		if p.mine.LastSeen.After(m.At.Time) {
			return x, false // the old port was used later: two mappings at a time
		}
		if !p.mine.LastSeen.Before(x.last.Time) {
			x.path, x.last = p.Path, Mark{Time: *p.mine.LastSeen}
			if p.mine.LastRef != nil {
				x.last.Ref = *p.mine.LastRef
			}
		}
		x.toOld = x.toOld || p.other.LastSeen != nil && p.other.LastSeen.After(p.mine.LastSeen.Add(time.Second))
		x.keptBy = plus(x.keptBy, p.mine.Keepalives)
		if p.interval > 0 {
			x.interval = p.interval
		}
	}
	x.silence = m.At.Time.Sub(x.last.Time)
	return x, x.last.set() && x.silence >= minNATSilence
}

func (l *look) natTimeout(side string, list []forgotten) *finding {
	first, longest, shortest := &list[0], &list[0], &list[0]
	toOld := false
	var kept uint64
	for i := range list {
		x := &list[i]
		if x.At.Time.Before(first.At.Time) {
			first = x
		}
		if x.silence > longest.silence {
			longest = x
		}
		if x.silence < shortest.silence {
			shortest = x
		}
		toOld, kept = toOld || x.toOld, plus(kept, x.keptBy)
	}
	f := natTimeout.finding(uint64(len(list)), first.last.Time, list[len(list)-1].At.Time)
	who, other := l.ends(side == "initiator")
	seen := fmt.Sprintf("%s went on from %s instead of %s after %s without a packet from there, keepalives included", who,
		orWord(first.To, "another port"), orWord(first.From, "the one before"), span(first.silence))
	if len(list) > 1 {
		seen += fmt.Sprintf("; %d times in all, after %s to %s", len(list), span(shortest.silence), span(longest.silence))
	}
	seen += "."
	if toOld {
		seen += fmt.Sprintf(" Meanwhile %s sent to the old port.", other)
	}
	means := fmt.Sprintf("A NAT in front of %s forgot the mapping in the silence.", who)
	if toOld {
		means += " What was sent to the old port did not arrive."
	}
	if toOld || len(list) > 1 {
		f.Severity = report.SeverityNotice
	}
	f.say(seen, means)
	f.or("the peer slept or changed its network behind the same NAT", "the NAT restarted")
	f.orUnknown("how long the NAT keeps a mapping: "+span(shortest.silence)+" is too long", "whether keepalives were sent and lost before here")
	for i := range list {
		f.ref(list[i].last, "last from the old port")
		f.ref(list[i].At, "first from the new port")
		if list[i].path != nil {
			f.term(pathTerm(list[i].path))
		}
	}
	f.Evidence["side"], f.Evidence["changes"] = side, len(list)
	f.Evidence["silence_seconds"], f.Evidence["shortest_silence_seconds"] = seconds(longest.silence), seconds(shortest.silence)
	f.Evidence["keepalives_before"], f.Evidence["to_old_port"] = kept, toOld
	if first.interval > 0 {
		f.Evidence["keepalive_interval_seconds"] = math.Round(first.interval*1000) / 1000
	}
	f.Evidence["from"], f.Evidence["to"] = first.From, first.To
	return f
}
