package diagnose

import (
	"fmt"

	"github.com/ikesniff/ikesniff/report"
)

// manyPeers is from how many peers on an address is a hub whoever begins: a
// site with tunnels to a main and a spare gateway has two.
const manyPeers = 3

// gatewayRole judges the part that an address plays by who begins its tunnels.
func gatewayRole(peers []*peer) (report.Role, string) {
	if len(peers) == 1 {
		return report.RoleUnknown, fmt.Sprintf("its %s are with one peer", count(uint64(len(peers[0].members)), "tunnel"))
	}
	begin, answer := uint64(0), uint64(0) // peers that begin, peers that are asked
	for _, p := range peers {
		b, a := p.begins()
		if b {
			begin++
		}
		if a {
			answer++
		}
	}
	switch n := uint64(len(peers)); {
	case begin == n:
		return report.RoleHub, fmt.Sprintf("its %s begin", count(n, "peer"))
	case begin >= 2 && begin >= answer:
		return report.RoleHub, fmt.Sprintf("%s of its %s begin", grouped(begin), count(n, "peer"))
	case n >= manyPeers:
		return report.RoleHub, fmt.Sprintf("it has tunnels with %s", count(n, "peer"))
	case answer == n:
		return report.RoleSite, fmt.Sprintf("it begins tunnels to %s", count(n, "peer"))
	}
	return report.RoleUnknown, fmt.Sprintf("it has tunnels with %s, and who began them was not seen for all", count(uint64(len(peers)), "peer"))
}

// begins tells whether the peer is known to begin tunnels, and whether it is
// known to be asked for them.
func (p *peer) begins() (begins, asked bool) {
	for _, m := range p.members {
		begins = begins || m.Known && m.PeerBegan || m.BothBegan
		asked = asked || m.Known && !m.PeerBegan || m.BothBegan
	}
	return begins, asked
}

// role judges the part that a peer of a gateway plays.
func (p *peer) role(of report.Role) (report.Role, string) {
	begins, asked := p.begins()
	if asked {
		// Nobody can dial a client.
		if begins {
			return report.RoleSite, "either side begins"
		}
		return report.RoleSite, "the gateway begins"
	}
	for _, m := range p.members {
		if m.PeerBegan && m.Client != "" {
			return report.RoleClient, m.Client
		}
	}
	for _, m := range p.members {
		if m.PeerNAT {
			return report.RoleUnknown, "it begins from behind a NAT: a client, or a site there"
		}
	}
	for _, m := range p.members {
		if !begins || !m.NATKnown || m.PeerPort != 500 && m.PeerPort != 4500 {
			return report.RoleUnknown, "nothing seen tells a client from a site"
		}
	}
	if of == report.RoleHub {
		return report.RoleSpoke, "it begins, from IKE's own port and without NAT"
	}
	return report.RoleSite, "it begins, from IKE's own port and without NAT"
}
