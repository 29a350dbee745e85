package pipeline

import (
	"net/netip"
	"strings"

	"github.com/ikesniff/ikesniff/flows"
)

// serverWords is an address and a port of TCP.
type serverWords struct {
	hi, lo uint64
	port   uint16
}

// keepServers bounds the servers whose other connections are kept.
const keepServers = 1 << 12

// near tells whether an end of a flow is a server that speaks IPsec in TCP.
func (k *keeper) near(p pairWords, f flowWords) bool {
	if len(k.servers) == 0 || f.proto != protoTCP {
		return false
	}
	_, a := k.servers[serverWords{p.aHi, p.aLo, f.a}]
	_, b := k.servers[serverWords{p.bHi, p.bLo, f.b}]
	return a || b
}

// newServers takes the servers of tunnels. What was held of connections to a new
// one is kept.
func (k *keeper) newServers(j *flows.Judgement) {
	more := false
	for i := range j.Tunnels {
		t := j.Tunnels[i].Tunnel
		for n := range t.Paths {
			p := &t.Paths[n]
			a, err := netip.ParseAddrPort(p.Responder)
			if err != nil || !strings.HasPrefix(p.Transport, "tcp") || len(k.servers) >= keepServers {
				continue
			}
			hi, lo := words(a.Addr())
			s := serverWords{hi, lo, a.Port()}
			if _, known := k.servers[s]; !known {
				k.servers[s] = struct{}{}
				more = true
			}
		}
	}
	if !more {
		return
	}
	for _, p := range k.waiting {
		seen := map[flowWords]int{}
		left := p.held[:0]
		for i := range p.held {
			h := &p.held[i]
			if seen[h.flow]++; seen[h.flow] <= keepNear && k.near(p.key, h.flow) {
				k.held -= len(h.packet.Data)
				k.keep(&h.packet, p.key, h.flow)
			} else {
				left = append(left, *h)
			}
		}
		clear(p.held[len(left):])
		p.held = left
	}
}
