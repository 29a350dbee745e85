package flows

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly"
)

// TestRecentPaths: whatever came before, and however many pairs were forgotten
// in between, an event gets the path that the tables have for it.
func TestRecentPaths(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	tr := NewTracker(Config{MaxSAs: 40})
	end := func() netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(r.IntN(12))}), uint16(500+r.IntN(2)))
	}
	hits := 0
	for i := range 20000 {
		e := reassembly.Event{
			Kind: reassembly.KindMessage, Message: reassembly.MessageKeepalive,
			Time: int64(i), Ref: 1, Src: end(), Dst: end(), Transport: reassembly.Transport(r.IntN(3)),
			Tap: dissect.Tap{Interface: uint16(r.IntN(2))},
		}
		if e.Src.Addr() == e.Dst.Addr() {
			continue
		}
		if c := tr.recent.place(e.Src.Port(), e.Dst.Port(), e.Transport); c.src == e.Src && c.dst == e.Dst {
			hits++
		}
		p, at, dir := tr.path(&e)
		p2, at2, dir2 := tr.findPath(&e)
		if p != p2 || at != at2 || dir != dir2 {
			t.Fatalf("event %d: path %p, tap %p, direction %d; the tables have %p, %p, %d", i, p, at, dir, p2, at2, dir2)
		}
		if tr.paths[p.pathKey] != p || tr.pairs[p.pair.key] != p.pair {
			t.Fatalf("event %d: its path was forgotten", i)
		}
	}
	if hits == 0 {
		t.Error("nothing was found again")
	}
}

func TestStreamHas(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	event := func() *reassembly.Event {
		port := func() netip.AddrPort {
			return netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(r.IntN(2))}), uint16(r.IntN(2)))
		}
		return &reassembly.Event{
			Src: port(), Dst: port(), SPI: uint32(r.IntN(2)), Message: reassembly.MessageKind(r.IntN(2)),
			Transport: reassembly.Transport(r.IntN(2)), Tap: dissect.Tap{Interface: uint16(r.IntN(2))},
		}
	}
	tr := NewTracker(Config{})
	for range 20000 {
		a, b := event(), event()
		x, y := tr.stream(a), tr.stream(b)
		if x.has(b) != (x == y) || !x.has(a) {
			t.Fatalf("%+v, %+v: %v", a, b, x.has(b))
		}
		if src, dst := x.ends(); src != a.Src || dst != a.Dst {
			t.Fatalf("ends %v, %v of %+v", src, dst, a)
		}
	}
}
