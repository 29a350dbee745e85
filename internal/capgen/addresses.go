package capgen

import (
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// addresses: tunnels whose ends move.
var addresses = []builder{
	{"mobike.pcapng", mobike},
	{"nat-rebinding.pcap", natRebinding},
	{"reconnect-new-port.pcap", reconnectNewPort},
}

// A laptop goes from its cable to its radio: MOBIKE moves the IKE SA and its
// Child SAs to another address of another interface (RFC 4555). Captured on
// "any" of the laptop, so packets have an interface and a direction.
func mobike(t *trace) {
	client, gateway := netip.MustParseAddr("198.51.100.61"), netip.MustParseAddr("203.0.113.5")
	ifindex := uint32(2)
	t.host(client).ttl = 64
	t.link = func(ip []byte) []byte {
		if source(ip).Addr() == gateway {
			return wire.SLL2(ip, ifindex, 0)
		}
		return wire.SLL2(ip, ifindex, 4)
	}
	x := newIKEv2(t, plain("198.51.100.61:500"), plain("203.0.113.5:500"))
	x.init()
	x.float(4500)
	x.auth()
	x.ping(6)
	t.wait(3 * time.Second)
	client, ifindex = netip.MustParseAddr("192.0.2.77"), 5
	t.host(client).ttl = 64
	x.end[0] = plain("192.0.2.77:4500")
	// UPDATE_SA_ADDRESSES with NAT detection, answered with the like.
	x.exchange(initiator, wire.ExchangeInformational, wire.PayloadNotify, 64, 56)
	x.ping(6)
	x.liveness(responder)
	x.ping(2)
	t.tunnels(1)
	t.informs("address-change")
	t.encode = anyInterface
}

// The NAT in front of a client forgets its mapping and makes another: the same
// SPIs go on from a new source port.
func natRebinding(t *trace) {
	x := upBehindNAT(t)
	x.ping(6)
	t.wait(200 * time.Second)
	x.end[0].seen = netip.MustParseAddrPort("198.51.100.23:52177")
	x.ping(6)
	t.wait(10 * time.Second)
	x.liveness(responder)
	x.ping(2)
	t.tunnels(1)
	t.informs("address-change", "nat-timeout")
}

// The look-alike: a client that connects anew from another port, with new SPIs.
// No live SA changed its address.
func reconnectNewPort(t *trace) {
	x := upBehindNAT(t)
	x.ping(6)
	x.delete(initiator)
	t.wait(30 * time.Second)
	y := newIKEv2(t, behindNAT("198.51.100.23:61044", "192.0.2.101:500"), plain("203.0.113.5:500"))
	y.init()
	y.float(49388)
	y.auth()
	y.ping(6)
	t.tunnels(1)
}
