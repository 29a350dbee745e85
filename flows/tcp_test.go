package flows

import (
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

func overTCP(i, r string) peers { return peers{ap(i), ap(r), reassembly.TransportTCP} }

// happens puts something that happened on the connection from p.i to p.r.
func (w *world) happens(p peers, what reassembly.Happening) *reassembly.Event {
	e := w.put(reassembly.Event{Kind: reassembly.KindTransport, Src: p.i, Dst: p.r, Transport: p.transport, What: what})
	e.IPLength = 40
	return e
}

// connect opens an RFC 8229 connection.
func (w *world) connect(p peers) {
	w.happens(p, reassembly.HappeningSYN)
	w.happens(p.back(), reassembly.HappeningOpen)
	w.happens(p, reassembly.HappeningPrefix)
}

func (w *world) keepalive(p peers) {
	e := w.put(reassembly.Event{Src: p.i, Dst: p.r, Transport: p.transport, Message: reassembly.MessageKeepalive})
	e.Length = 1
}

// A client that falls silent on UDP and comes back over TCP with a new IKE SA
// is one tunnel, by inference; the gateway's keepalives in between went into
// silence.
func TestFailoverFromUDPToTCP(t *testing.T) {
	w := newWorld()
	old := natt(client+":59641", gateway+":4500")
	w.up(old, old, first)
	w.data(old, 0xc0000001, 0xc0000002, 1, 20)
	w.wait(10 * second)
	for range 33 {
		w.keepalive(old.back())
		w.wait(10 * second)
	}
	fresh := overTCP(client+":58518", gateway+":5500")
	w.connect(fresh)
	w.up(fresh, fresh, sa{0x5555, 0x6666})
	w.data(fresh, 0xc0000011, 0xc0000012, 1, 20)
	w.keepalive(old.back())
	w.data(fresh, 0xc0000011, 0xc0000012, 21, 30)
	u := only(t, track(w.events, 2))
	if u.Status != report.StatusUp || u.Data != report.DataBoth || len(u.IKESAs) != 2 || u.IKESAs[0].ReplacedBy != "ike-2" {
		t.Errorf("status %s, data %s, IKE SAs %+v", u.Status, u.Data, u.IKESAs)
	}
	if len(u.Paths) != 2 || u.Paths[0].State != report.PathSilent || u.Paths[1].State != report.PathInUse {
		t.Errorf("paths %+v", u.Paths)
	}
	if tcp := u.Paths[1].TCP; tcp == nil || !tcp.Handshake || tcp.ClosedBy != "" {
		t.Errorf("TCP %+v", tcp)
	}
	if l := u.Links[0]; l.By != "endpoint-and-fingerprint" || l.Confidence != report.ConfidenceMedium {
		t.Errorf("link %+v", l)
	}
	c := codes(u)
	if c["one-way-keepalives"] != report.SeverityWarning || c["transport-changed"] != report.SeverityInfo || c["udp-tcp-fallback"] != "" {
		t.Errorf("anomalies %v", c)
	}
}

// Requests over UDP that nobody answers, then TCP: a fallback.
func TestFallback(t *testing.T) {
	w := newWorld()
	for range 4 {
		w.initRequest(udp500(client, gateway), sa{i: 0x1111})
		w.wait(3 * second)
	}
	fresh := overTCP(client+":40000", gateway+":4500")
	w.connect(fresh)
	w.up(fresh, fresh, sa{0x5555, 0x6666})
	w.data(fresh, 0xc0000011, 0xc0000012, 1, 20)
	u := only(t, track(w.events, 1))
	if c := codes(u); c["udp-tcp-fallback"] == "" || c["one-way-keepalives"] != "" {
		t.Errorf("anomalies %v", c)
	}
}

// TCP that never comes up is told where the tunnel's peers tried it.
func TestFallbackThatFails(t *testing.T) {
	w := newWorld()
	for range 4 {
		w.initRequest(udp500(client, gateway), sa{i: 0x1111})
		w.wait(3 * second)
	}
	for range 3 {
		w.happens(overTCP(client+":40000", gateway+":4500"), reassembly.HappeningSYN)
		w.happens(overTCP("192.0.2.99:40000", gateway+":443"), reassembly.HappeningSYN) // another host
		w.wait(3 * second)
	}
	w.wait(100 * second)
	u := only(t, track(w.events, 1))
	if c := codes(u); c["tcp-fallback-failed"] == "" {
		t.Errorf("anomalies %v", c)
	}
}

// The SAs go on over a new connection; the old ones are closed.
func TestReconnect(t *testing.T) {
	w := newWorld()
	one, two := overTCP(client+":40000", gateway+":4500"), overTCP(client+":40001", gateway+":4500")
	w.connect(one)
	w.up(one, one, first)
	w.data(one, 0xc0000001, 0xc0000002, 1, 10)
	w.happens(one, reassembly.HappeningRST)
	w.wait(2 * second)
	w.connect(two)
	w.data(two, 0xc0000001, 0xc0000002, 11, 20) // IKETCP, then ESP alone
	u := only(t, track(w.events, 1))
	if len(u.ChildSAs) != 2 || u.ChildSAs[0].Packets != 20 || u.ChildSAs[0].Missing != 0 {
		t.Errorf("child SAs %+v", u.ChildSAs)
	}
	if u.Paths[0].State != report.PathClosed || u.Paths[0].TCP.ClosedBy != "initiator" || u.Paths[1].State != report.PathInUse {
		t.Errorf("paths %+v", u.Paths)
	}
	if u.Status != report.StatusUp || codes(u)["tcp-reconnect"] == "" {
		t.Errorf("status %s, anomalies %v", u.Status, codes(u))
	}
	w.happens(two.back(), reassembly.HappeningFIN)
	if u := only(t, track(w.events, 1)); u.Status != report.StatusSilent {
		t.Errorf("status %s after the last connection was ended", u.Status)
	}
}

// Fake TCP on the ports of IKE over UDP belongs to that IKE.
func TestFakeTCPBesideUDP(t *testing.T) {
	w := newWorld()
	ikePath := natt(client+":59018", gateway+":4500")
	fake := peers{ikePath.i, ikePath.r, reassembly.TransportFortinetESP}
	w.up(ikePath, ikePath, first)
	for n := uint32(1); n <= 10; n++ {
		w.esp(fake, 0xc0000001, n)
		w.happens(fake, reassembly.HappeningRepeat)
		w.esp(fake.back(), 0xc0000002, n)
	}
	w.exchange(ikePath, first, ike.ExchangeInformational, 2)
	u := only(t, track(w.events, 1))
	if len(u.ChildSAs) != 2 || u.ChildSAs[0].IKESA != "ike-1" || codes(u)["fortinet-esp-under-udp"] == "" {
		t.Errorf("child SAs %+v, anomalies %v", u.ChildSAs, codes(u))
	}
}

// What is missing behind a hole of the TCP stream is the capture's loss.
func TestHoleInTheStream(t *testing.T) {
	w := newWorld()
	p := overTCP(client+":40000", gateway+":4500")
	w.connect(p)
	w.up(p, p, first)
	w.data(p, 0xc0000001, 0xc0000002, 1, 10)
	w.happens(p, reassembly.HappeningGap).Bytes = 3000
	w.esp(p, 0xc0000001, 14)
	u := only(t, track(w.events, 1))
	if u.ChildSAs[0].Missing != 0 || u.Paths[0].TCP.PerDirection.ToResponder.GapBytes != 3000 {
		t.Errorf("missing %d, TCP %+v", u.ChildSAs[0].Missing, u.Paths[0].TCP)
	}
}

// Two clients behind one NAT stay two, although one of them is silent when the
// other begins, as long as it goes on later.
func TestTwoClientsOverTCP(t *testing.T) {
	w := newWorld()
	a, b := overTCP(client+":40000", gateway+":4500"), overTCP(client+":50000", gateway+":4500")
	w.connect(a)
	w.up(a, a, first)
	w.data(a, 0xc0000001, 0xc0000002, 1, 5)
	w.wait(20 * second)
	w.connect(b)
	w.up(b, b, sa{0x5555, 0x6666})
	w.data(b, 0xc0000011, 0xc0000012, 1, 5)
	w.wait(20 * second)
	w.data(a, 0xc0000001, 0xc0000002, 6, 10)
	if r := track(w.events, 1); len(r.Tunnels) != 2 {
		t.Errorf("%d tunnels", len(r.Tunnels))
	}
}
