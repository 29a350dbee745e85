package capgen

import "time"

// lifetime: what happens to a healthy tunnel as it grows old.
var lifetime = []builder{
	{"child-rekey.pcap", childRekey},
	{"ike-rekey.pcap", ikeRekey},
	{"closed.pcap", closed},
}

// A Child SA is rekeyed. Packets of the old SAs still arrive behind the first
// ones of the new: two SPIs that overlap are neither lost nor reordered packets.
func childRekey(t *trace) {
	x := upBetweenSites(t)
	x.ping(6)
	t.wait(5 * time.Second)
	old := x.rekeyChild(initiator)
	x.esp(initiator, 84)
	fresh := x.child
	x.child = old
	for range 2 {
		x.esp(initiator, 200)
		x.esp(responder, 200)
		t.wait(2 * time.Millisecond)
	}
	x.child = fresh
	x.ping(5)
	x.delete(initiator)
	x.ping(5)
	t.tunnels(1)
}

// The responder rekeys the IKE SA, and with that becomes the initiator of the
// new one; the Child SAs live on. It stays one tunnel.
func ikeRekey(t *trace) {
	x := upBehindNAT(t)
	x.ping(5)
	t.wait(5 * time.Second)
	old := x.rekeyIKE(responder)
	t.wait(200 * time.Millisecond)
	old.delete(responder)
	x.ping(5)
	t.wait(10 * time.Second)
	x.liveness(responder)
	x.liveness(initiator)
	x.ping(3)
	t.tunnels(1)
}

// A tunnel that its initiator ends: the last exchange is an INFORMATIONAL of
// the size of a DELETE, and data stops both ways.
func closed(t *trace) {
	x := upBetweenSites(t)
	x.ping(8)
	x.delete(initiator)
	t.wait(90 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
}
