package capgen

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// gateways: several tunnels of one gateway, held against each other, and tunnels
// that do not last.
var gateways = []builder{
	{"site-flapping.pcap", siteFlapping},
	{"site-down.pcap", siteDown},
	{"site-one-spoke-down.pcap", siteOneSpokeDown},
	{"site-reauthentication.pcap", siteReauthentication},
	{"tunnel-flapping.pcap", tunnelFlapping},
	{"tunnel-flapping-lifetime.pcap", tunnelFlappingLifetime},
	{"tunnel-reauthentication.pcap", tunnelReauthentication},
	{"tunnel-roaming.pcap", tunnelRoaming},
}

// hub is a gateway with spokes; the capture is taken beside it.
type hub struct {
	t      *trace
	spokes []*ikev2
}

func newHub(t *trace, n int) *hub {
	h := &hub{t: t}
	t.host(netip.MustParseAddr("203.0.113.1")).ttl = 64
	for i := range n {
		x := newIKEv2(t, plain(fmt.Sprintf("198.51.100.%d:500", 20+i)), plain("203.0.113.1:500"))
		x.establish()
		h.spokes = append(h.spokes, x)
	}
	return h
}

// again gives a spoke a new IKE SA, with all that it begins with.
func (h *hub) again(i int) {
	x := newIKEv2(h.t, h.spokes[i].end[0], h.spokes[i].end[1])
	x.establish()
	h.spokes[i] = x
}

// ping captures n echoes in each tunnel, one a second.
func (h *hub) ping(n int) {
	for range n {
		for _, x := range h.spokes {
			x.esp(initiator, 84)
			h.t.wait(x.rtt)
			x.esp(responder, 84)
		}
		h.t.wait(time.Second - time.Duration(len(h.spokes))*h.spokes[0].rtt)
	}
}

// probe captures liveness checks of the hub in the tunnels of some spokes, sent
// again and again and never answered.
func (h *hub) probe(spokes ...*ikev2) {
	var requests [][]byte
	for _, x := range spokes {
		req, _ := x.request(responder, wire.ExchangeInformational, 0, 0)
		requests = append(requests, req)
	}
	for _, d := range append([]time.Duration{0}, backoff...) {
		h.t.wait(d)
		for i, x := range spokes {
			x.ike(responder, requests[i])
			h.t.wait(time.Millisecond)
		}
	}
}

// silence lets the line of the hub fail: nothing comes any more from the spokes,
// and the hub sends data and asks for life in vain.
func (h *hub) silence() {
	for range 3 {
		for _, x := range h.spokes {
			x.esp(responder, 84)
		}
		h.t.wait(2 * time.Second)
	}
	h.probe(h.spokes...)
	h.t.wait(5 * time.Second)
}

// The line of a hub fails twice: all four tunnels stop at once, the hub still
// sends and asks, and after most of a minute the spokes dial in again together.
// It is one story of the hub, not four of tunnels.
func siteFlapping(t *trace) {
	h := newHub(t, 4)
	for range 2 {
		h.ping(4)
		h.silence()
		for i := range h.spokes {
			h.again(i)
		}
	}
	h.ping(2)
	t.tunnels(4)
	t.warns("site-flapping", "dpd-failed", "ike-retransmission")
}

// The same line fails for good, and the capture goes on for three minutes.
func siteDown(t *trace) {
	h := newHub(t, 4)
	h.ping(8)
	h.silence()
	t.wait(3 * time.Minute)
	ntpExchange(t)
	t.tunnels(4)
	t.warns("site-flapping", "dpd-failed", "ike-retransmission")
}

// The look-alike: one spoke of four falls silent, the others go on. The hub's
// line is sound.
func siteOneSpokeDown(t *trace) {
	h := newHub(t, 4)
	h.ping(8)
	all := h.spokes
	gone := &hub{t: t, spokes: all[2:3]}
	h.spokes = []*ikev2{all[0], all[1], all[3]}
	for range 3 {
		gone.spokes[0].esp(responder, 84)
		h.ping(1)
	}
	gone.probe(gone.spokes...)
	h.ping(4)
	for range 3 {
		t.wait(50 * time.Second)
		h.ping(2)
	}
	t.tunnels(4)
	t.warns("dpd-failed", "ike-retransmission")
}

// The other look-alike: four tunnels with one lifetime are reauthenticated at one
// time, twice. The old IKE SA is used until the new one stands, and deleted then.
func siteReauthentication(t *trace) {
	h := newHub(t, 4)
	h.ping(4)
	for range 2 {
		t.wait(30 * time.Minute)
		h.ping(2)
		for i, old := range h.spokes {
			h.again(i)
			old.delete(initiator)
		}
		h.ping(3)
	}
	t.tunnels(4)
}

// A tunnel that comes up every half minute: the responder ends it each time with
// a message of the size of a DELETE, and the initiator dials again at once.
func tunnelFlapping(t *trace) {
	for range 5 {
		x := sites(t)
		x.establish()
		for range 8 {
			t.wait(2 * time.Second)
			x.ping(1)
		}
		x.delete(responder)
		t.wait(300 * time.Millisecond)
	}
	x := sites(t)
	x.establish()
	x.ping(5)
	t.tunnels(1)
	t.warns("tunnel-flapping")
}

// A tunnel that lives for an hour, falls silent, and is made anew a while later,
// four times: nothing renews it in time.
func tunnelFlappingLifetime(t *trace) {
	for range 4 {
		x := sites(t)
		x.establish()
		x.ping(3)
		for range 6 {
			t.wait(596 * time.Second)
			x.ping(2)
		}
		for range 6 { // the initiator has data, and nobody listens
			t.wait(2 * time.Second)
			x.esp(initiator, 84)
		}
	}
	x := sites(t)
	x.establish()
	x.ping(3)
	t.tunnels(1)
	t.warns("tunnel-flapping")
}

// The look-alike: a tunnel is reauthenticated every 50 minutes. The new IKE SA is
// negotiated from the beginning while the old one is still in use.
func tunnelReauthentication(t *trace) {
	x := sites(t)
	x.establish()
	x.ping(5)
	for range 5 {
		t.wait(50 * time.Minute)
		x.ping(2)
		old := x
		x = sites(t)
		x.establish()
		old.delete(initiator)
		x.ping(5)
	}
	t.tunnels(1)
}

// The other look-alike: a client that moves from network to network and dials in
// anew from each, as one without MOBIKE does.
func tunnelRoaming(t *trace) {
	for i := range 5 {
		x := newIKEv2(t, behindNAT(fmt.Sprintf("198.51.100.%d:500", 60+i), "10.20.0.7:500"), plain("203.0.113.5:500"))
		x.init()
		x.float(uint16(40000 + i))
		x.auth()
		x.ping(10)
		t.wait(25 * time.Second)
	}
	t.tunnels(5)
	t.informs("nat-detected")
}
