package diagnose

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// Member is one tunnel of a gateway.
type Member struct {
	Result
	ID   string
	Peer netip.Addr // the other end
	// PeerBegan: the peer is the tunnel's initiator; Known: that is certain.
	PeerBegan, Known bool
	// BothBegan: either side began an IKE SA of the tunnel, or a rekey of one.
	BothBegan bool
	// PeerNAT and GatewayNAT: that end is behind a NAT; NATKnown: both were judged.
	PeerNAT, GatewayNAT, NATKnown bool
	// Client is what tells that the initiator is a client, such as EAP; empty if
	// nothing does.
	Client string
	// Transport is the one used last, Port the responder's on it (0 for raw IP),
	// PeerPort the peer's.
	Transport      string
	Port, PeerPort uint16
	Version        int    // of IKE; 0 if none was seen
	Tap            string // where it was captured: the interface
	First, Last    int64  // nanoseconds since the Unix epoch
}

const (
	// maxPeersListed and maxTunnelIDs bound the lists of a summary.
	maxPeersListed = 32
	maxTunnelIDs   = 8
)

// Gateway compares the tunnels of one address. Members are in report order; flap
// is nil if they did not fall silent together.
func Gateway(address string, members []Member, flap *SiteFlap) report.Gateway {
	g := report.Gateway{Address: address, Tunnels: uint64(len(members))}
	first, last := members[0].First, members[0].Last
	for i := range members {
		m := &members[i]
		first, last = min(first, m.First), max(last, m.Last)
		count1(&g.ByStatus, m.Status)
		if m.troubled() {
			g.Troubled++
		} else if m.sound() {
			g.Sound++
		}
	}
	g.FirstSeen, g.LastSeen = time.Unix(0, first).UTC(), time.Unix(0, last).UTC()
	peers := peersOf(members)
	g.PeersTotal = len(peers)
	g.Role, g.RoleBecause = gatewayRole(peers)
	g.Peers = listed(peers, g.Role)
	g.Transports = transportsOf(members)
	g.Shared = sharedCodes(members)
	g.Traits = traits(members)
	g.Comparison = compare(&g, members)
	g.Comparison += flapNote(flap, g.Comparison)
	return g
}

func count1(c *report.StatusCounts, s report.Status) {
	switch s {
	case report.StatusUp:
		c.Up++
	case report.StatusNegotiating:
		c.Negotiating++
	case report.StatusFailed:
		c.Failed++
	case report.StatusSilent:
		c.Silent++
	case report.StatusClosed:
		c.Closed++
	case report.StatusESPOnly:
		c.ESPOnly++
	}
}

// peer is one other end with its tunnels.
type peer struct {
	addr     netip.Addr
	members  []*Member
	troubled int
}

// peersOf lists the other ends: those in trouble first, then in the order in
// which they were first seen.
func peersOf(members []Member) []*peer {
	by := map[netip.Addr]*peer{}
	var out []*peer
	for i := range members {
		m := &members[i]
		p := by[m.Peer]
		if p == nil {
			p = &peer{addr: m.Peer}
			by[m.Peer] = p
			out = append(out, p)
		}
		p.members = append(p.members, m)
		if m.troubled() {
			p.troubled++
		}
	}
	slices.SortStableFunc(out, func(a, b *peer) int {
		return cmp.Or(cmp.Compare(min(b.troubled, 1), min(a.troubled, 1)),
			cmp.Compare(a.members[0].First, b.members[0].First), a.addr.Compare(b.addr))
	})
	return out
}

func listed(peers []*peer, of report.Role) []report.GatewayPeer {
	out := []report.GatewayPeer{}
	for _, p := range peers[:min(len(peers), maxPeersListed)] {
		x := report.GatewayPeer{Address: p.addr.String(), Tunnels: uint64(len(p.members)), TunnelIDs: []string{}, Codes: []string{}}
		x.Role, x.RoleBecause = p.role(of)
		var set codeSet
		for i, m := range p.members {
			count1(&x.ByStatus, m.Status)
			set.join(m.above(report.SeverityNotice))
			if i < maxTunnelIDs {
				x.TunnelIDs = append(x.TunnelIDs, m.ID)
			}
		}
		x.Codes = slices.AppendSeq(x.Codes, set.codes())
		out = append(out, x)
	}
	return out
}

// transportsOf counts tunnels by the transport and port they used last, the
// most used first.
func transportsOf(members []Member) []report.GatewayTransport {
	type key struct {
		transport string
		port      uint16
	}
	by := map[key]*report.GatewayTransport{}
	for i := range members {
		m := &members[i]
		k := key{m.Transport, m.Port}
		t := by[k]
		if t == nil {
			t = &report.GatewayTransport{Transport: m.Transport, Port: uint64(m.Port)}
			by[k] = t
		}
		t.Tunnels++
		if m.troubled() {
			t.Troubled++
		} else if m.sound() {
			t.Sound++
		}
	}
	out := []report.GatewayTransport{}
	for _, t := range by {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b report.GatewayTransport) int {
		return cmp.Or(cmp.Compare(b.Tunnels, a.Tunnels), cmp.Compare(a.Transport, b.Transport), cmp.Compare(a.Port, b.Port))
	})
	return out[:min(len(out), maxPeersListed)]
}

// sharedCodes counts the tunnels that have each code, the gravest first, then
// the most common.
func sharedCodes(members []Member) []report.SharedCode {
	counts := make([]uint64, len(catalogue))
	worst := make([]int, len(catalogue))
	for i := range members {
		var all codeSet
		for rank, set := range members[i].codes {
			all.join(set)
			for code := range set.codes() {
				worst[places[code]] = max(worst[places[code]], rank)
			}
		}
		for code := range all.codes() {
			counts[places[code]]++
		}
	}
	out := []report.SharedCode{}
	for i, n := range counts {
		if n > 0 {
			out = append(out, report.SharedCode{Code: catalogue[i].Code, Severity: severities[worst[i]], Count: n, Of: uint64(len(members))})
		}
	}
	slices.SortStableFunc(out, func(a, b report.SharedCode) int {
		return cmp.Or(cmp.Compare(b.Severity.Rank(), a.Severity.Rank()), cmp.Compare(b.Count, a.Count))
	})
	return out
}

// severities by rank.
var severities = [...]report.Severity{report.SeverityInfo, report.SeverityNotice, report.SeverityWarning, report.SeverityCritical}
