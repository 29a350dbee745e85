package pipeline

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// labels name the tunnel of a packet.
type labels struct {
	byEnds   map[endsWords]string // "tunnel 612d1e99638d, esp-loss"
	byPair   map[pairWords]string
	ends     map[string][]endsWords // by the tunnel's id
	evidence map[uint64][]string    // by packet number
}

type endsWords struct {
	pair pairWords
	a, b uint16
}

func newLabels() labels {
	return labels{byEnds: map[endsWords]string{}, byPair: map[pairWords]string{}, ends: map[string][]endsWords{}, evidence: map[uint64][]string{}}
}

// judged takes tunnels as they were judged. Of their anomalies' evidence, that in
// packets from number from on can still be named.
func (l *labels) judged(j *flows.Judgement, from uint64) {
	l.forget(j.Gone)
	l.forget(j.Forgotten)
	for i := range j.Tunnels {
		t := j.Tunnels[i].Tunnel
		text := label(t)
		l.forgetEnds(t.ID) // it may have left some
		list := l.ends[t.ID][:0]
		for _, e := range j.Tunnels[i].Ends {
			k := endsOf(e)
			l.byEnds[k], l.byPair[k.pair] = text, text
			list = append(list, k)
		}
		l.ends[t.ID] = list
		for n := range t.Anomalies {
			a := &t.Anomalies[n]
			for _, r := range a.Refs {
				if r.Frame >= from && r.Frame > 0 {
					l.evidence[r.Frame] = append(l.evidence[r.Frame], fmt.Sprintf("%s (%s): %s", a.Code, a.Severity, r.Role))
				}
			}
		}
	}
}

// forget forgets tunnels.
func (l *labels) forget(ids []string) {
	for _, id := range ids {
		l.forgetEnds(id)
		delete(l.ends, id)
	}
}

func (l *labels) forgetEnds(id string) {
	for _, k := range l.ends[id] {
		delete(l.byEnds, k)
		delete(l.byPair, k.pair)
	}
}

// label names a tunnel and what is wrong with it.
func label(t *report.Tunnel) string {
	var b strings.Builder
	b.WriteString("tunnel " + t.ID)
	for i := range t.Anomalies {
		if a := &t.Anomalies[i]; a.Severity.Rank() > report.SeverityInfo.Rank() && a.ConsequenceOf == "" {
			fmt.Fprintf(&b, ", %s (%s)", a.Code, a.Severity)
		}
	}
	return b.String()
}

// of appends the comments of a packet.
func (l *labels) of(x *keptPacket, list []string) []string {
	n := x.packet.Ref.Number()
	text, ok := l.byEnds[endsWords{x.pair, x.flow.a, x.flow.b}]
	if !ok {
		text, ok = l.byPair[x.pair]
	}
	if !ok {
		text = "tunnel not known yet"
	}
	list = append(list, fmt.Sprintf("ikesniff: packet %d, %s", n, text))
	return append(list, l.evidence[n]...)
}

func (l *labels) forgetEvidence() { clear(l.evidence) }

// endsOf gives endpoints in the order of pairWords.
func endsOf(e flows.Ends) endsWords {
	pair, swapped := orderAddrs(e.A, e.B)
	f := flowOf(swapped, e.A.Port(), e.B.Port(), 0)
	return endsWords{pair, f.a, f.b}
}

func pairOf(e *reassembly.Event) (pairWords, bool) { return orderAddrs(e.Src, e.Dst) }

func orderAddrs(a, b netip.AddrPort) (pairWords, bool) {
	aHi, aLo := words(a.Addr())
	bHi, bLo := words(b.Addr())
	return orderWords(aHi, aLo, bHi, bLo, a.Port() > b.Port())
}

// orderWords puts two addresses in order. Where they are equal, the ports are:
// larger tells that the first has the larger one.
func orderWords(aHi, aLo, bHi, bLo uint64, larger bool) (p pairWords, swapped bool) {
	if aHi > bHi || aHi == bHi && (aLo > bLo || aLo == bLo && larger) {
		return pairWords{bHi, bLo, aHi, aLo}, true
	}
	return pairWords{aHi, aLo, bHi, bLo}, false
}

func flowOf(swapped bool, a, b uint16, proto uint8) flowWords {
	if swapped {
		a, b = b, a
	}
	return flowWords{a, b, proto}
}

// Protocol numbers of IP.
const (
	protoTCP = 6
	protoUDP = 17
	protoESP = 50
	protoAH  = 51
)

// protoOf is the IP protocol that a transport uses.
func protoOf(t reassembly.Transport, m reassembly.MessageKind) uint8 {
	switch t {
	case reassembly.TransportUDP, reassembly.TransportUDPNATT:
		return protoUDP
	case reassembly.TransportIP:
		if m == reassembly.MessageAH {
			return protoAH
		}
		return protoESP
	}
	return protoTCP
}
