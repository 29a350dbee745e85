package reassembly

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/capture"
)

// NearKind says what came close to being IPsec.
type NearKind uint8

const (
	// NearESP: UDP datagrams that could be ESP, but too few to tell.
	NearESP NearKind = iota
	// NearKeepalive: datagrams of one byte ff, as NAT keepalives are, on a port
	// where no IPsec was found.
	NearKeepalive
	// NearNotIPsec: something else on UDP port 500, 4500, or one that the user
	// named.
	NearNotIPsec
)

// Near is traffic that came close to being IPsec, summed up by the port of its
// server, for the answer that nothing was found.
type Near struct {
	Kind NearKind
	// Port is the UDP port, host order.
	Port uint16
	// ToServer and FromServer count packets by direction: to and from Port.
	ToServer, FromServer uint64
	// FirstTime and FirstRef are those of the earliest packet, Server the
	// address that had the port then.
	FirstTime int64
	FirstRef  capture.Ref
	Server    netip.Addr
}

const (
	maxNearby       = 256 // a worker
	maxNearbyListed = 16
)

type nearKey struct {
	kind NearKind
	port uint16
}

// nearby sums up near misses. It keeps the first ports it meets.
type nearby struct{ m map[nearKey]*Near }

func (n *nearby) note(kind NearKind, src, dst netip.AddrPort, port uint16, time int64, ref capture.Ref, packets int) {
	e := n.m[nearKey{kind, port}]
	if e == nil {
		if n.m == nil {
			n.m = make(map[nearKey]*Near)
		}
		if len(n.m) >= maxNearby {
			return
		}
		e = &Near{Kind: kind, Port: port}
		n.m[nearKey{kind, port}] = e
	}
	// What was held is noted late, so the first one noted is not the earliest.
	if e.FirstRef == 0 || cmp.Or(cmp.Compare(time, e.FirstTime), cmp.Compare(ref, e.FirstRef)) < 0 {
		e.FirstTime, e.FirstRef, e.Server = time, ref, dst.Addr()
		if dst.Port() != port {
			e.Server = src.Addr()
		}
	}
	if dst.Port() == port {
		e.ToServer += uint64(packets)
	} else {
		e.FromServer += uint64(packets)
	}
}

// serverPort is the port by which a flow is known: one of IKE or NAT traversal
// if it has one, else the lower one, which clients rarely use.
func (c *Classifier) serverPort(src, dst netip.AddrPort) uint16 {
	for _, p := range [...]uint16{dst.Port(), src.Port()} {
		if p == portIKE || c.natt.has(p) {
			return p
		}
	}
	return min(src.Port(), dst.Port())
}

// Nearby lists what came closest to being IPsec, most packets first. It is
// complete after Finish.
func (c *Classifier) Nearby() []Near {
	list := make([]Near, 0, len(c.nearby.m))
	for _, e := range c.nearby.m {
		list = append(list, *e)
	}
	sortNearby(list)
	return list
}

// MergeNearby joins the lists of several Classifiers and keeps the 16 entries
// with the most packets.
func MergeNearby(lists ...[]Near) []Near {
	sum := make(map[nearKey]Near)
	for _, list := range lists {
		for _, e := range list {
			k := nearKey{e.Kind, e.Port}
			s, ok := sum[k]
			if !ok {
				sum[k] = e
				continue
			}
			e.ToServer += s.ToServer
			e.FromServer += s.FromServer
			if cmp.Or(cmp.Compare(s.FirstTime, e.FirstTime), cmp.Compare(s.FirstRef, e.FirstRef)) < 0 {
				e.FirstTime, e.FirstRef, e.Server = s.FirstTime, s.FirstRef, s.Server
			}
			sum[k] = e
		}
	}
	list := make([]Near, 0, len(sum))
	for _, e := range sum {
		list = append(list, e)
	}
	sortNearby(list)
	return list[:min(len(list), maxNearbyListed)]
}

func sortNearby(list []Near) {
	slices.SortFunc(list, func(a, b Near) int {
		return cmp.Or(
			cmp.Compare(b.ToServer+b.FromServer, a.ToServer+a.FromServer),
			cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Port, b.Port))
	})
}
