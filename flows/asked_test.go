package flows

import (
	"net/netip"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/reassembly"
)

// Connections that are waited for no longer, however that came, leave nothing
// behind, and the oldest still make room.
func TestAskedIsBounded(t *testing.T) {
	var a asked
	next := func(n int) *connection {
		from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}), 1024)
		return &connection{client: from, server: ap("192.0.2.1:443")}
	}
	for n := range 5 * maxAsked {
		c := next(n)
		a.put(c)
		delete(a.m, c.key())
	}
	if len(a.m) != 0 || len(a.order) > 2*maxAsked {
		t.Errorf("%d wait, %d are in order", len(a.m), len(a.order))
	}
	for n := range 5 * maxAsked {
		a.put(next(n))
	}
	if len(a.m) != maxAsked || len(a.order) > 2*maxAsked || a.m[next(5*maxAsked-maxAsked).key()] == nil {
		t.Errorf("%d wait, %d are in order", len(a.m), len(a.order))
	}
	a.thin()
	if len(a.order) != maxAsked || a.head != 0 {
		t.Errorf("%d are in order from %d on", len(a.order), a.head)
	}
}

// The end of a connection whose tunnel was forgotten leaves nothing for good.
func TestForgetsLonePaths(t *testing.T) {
	w := newWorld()
	x := newFollowing(time.Hour)
	p := overTCP(client+":49152", gateway+":4500")
	w.connect(p)
	w.up(p, p, first)
	w.data(p, 0xc0000001, 0xc0000002, 1, 5)
	for i := range w.events {
		x.tr.Event(&w.events[i])
	}
	n := len(w.events)
	for range 6 {
		x.round(w.now)
		w.wait(1800 * second)
	}
	if len(x.tr.pairs) != 0 {
		t.Fatalf("%d pairs after hours of silence", len(x.tr.pairs))
	}
	w.happens(p, reassembly.HappeningFIN)
	x.tr.Event(&w.events[n])
	for range 6 {
		x.round(w.now)
		w.wait(1800 * second)
	}
	if len(x.tr.pairs)+len(x.tr.paths)+len(x.f.known) != 0 {
		t.Errorf("%d pairs, %d paths, %d followed", len(x.tr.pairs), len(x.tr.paths), len(x.f.known))
	}
}
