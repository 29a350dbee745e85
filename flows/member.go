package flows

import (
	"net/netip"
	"strings"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/flows/diagnose"
)

// member is the tunnel as one of those of the gateway at an address.
func (g *group) member(at netip.Addr, r diagnose.Result, interfaces []string) diagnose.Member {
	m := diagnose.Member{
		Result: r, ID: g.id, Peer: g.other(at), PeerBegan: g.initiator != at, Known: g.known,
		First: g.first.time, Last: g.last.time,
	}
	for i, l := range g.ikes {
		m.Version = int(l.version)
		// Who met a rekey midway cannot tell who began the SA before it.
		m.BothBegan = m.BothBegan || g.known && i > 0 && l.reversed
		if m.Client == "" && !l.reversed {
			m.Client = l.clientSign()
		}
		if l.nat.known {
			m.NATKnown = true
			initiator, responder := l.nat.initiator, l.nat.responder
			if l.reversed == (g.initiator == at) {
				initiator, responder = responder, initiator
			}
			m.GatewayNAT, m.PeerNAT = m.GatewayNAT || initiator, m.PeerNAT || responder
		}
	}
	p := g.lastPath()
	if p == nil {
		return m
	}
	m.Transport = p.transport.String()
	initiator, responder := g.initiatorEnd(p)
	m.Port, m.PeerPort = responder.Port(), initiator.Port()
	if !m.PeerBegan {
		m.PeerPort = responder.Port()
	}
	if len(p.taps) == 1 {
		if i := int(p.taps[0].tap.Interface); i < len(interfaces) {
			m.Tap = interfaces[i]
		}
	}
	return m
}

// lastPath is the path on which data came last; IKE if there was none.
func (g *group) lastPath() *path {
	var best *path
	var at mark
	use := func(p *path, m mark) {
		if best == nil || m.compare(at) > 0 {
			best, at = p, m
		}
	}
	for _, c := range g.children {
		for _, s := range c.streams {
			use(s.path, s.last)
		}
	}
	if best != nil {
		return best
	}
	for _, l := range g.ikes {
		for i := range l.paths {
			use(l.paths[i].path, l.paths[i].last())
		}
	}
	return best
}

// clientSign says what tells that the initiator of an IKE SA is a client of a
// person, not a gateway: it authenticates by EAP, which takes several rounds of
// IKE_AUTH (RFC 7296 2.16), or by XAUTH, or names itself in a vendor ID.
func (n *ikeLine) clientSign() string {
	for _, v := range n.vendors[sideInitiator].list() {
		for _, name := range clientProducts {
			if strings.Contains(strings.ToLower(v), name) {
				return "its vendor ID is that of a client"
			}
		}
	}
	rounds, transaction := 0, false
	n.exchanges.newestFirst(func(x *exchange) bool {
		if x.typ == ike.ExchangeAuth && x.from == sideInitiator && x.response.set() {
			rounds++
		}
		transaction = transaction || x.typ == ike.ExchangeV1Transaction
		return true
	})
	switch {
	case rounds > 1:
		return "it authenticates in several rounds, as with EAP"
	case transaction:
		return "it uses XAUTH or mode config"
	}
	return ""
}

// clientProducts are parts of vendor IDs, by the names of the table, that only
// clients send.
var clientProducts = []string{"forticlient", "vpn client", "vid-ike-client", "ipsec client", "shrew"}
