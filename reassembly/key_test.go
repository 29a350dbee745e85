package reassembly

import (
	"net/netip"
	"testing"
)

func TestKeys(t *testing.T) {
	a4, b4 := netip.MustParseAddrPort("10.0.0.1:4500"), netip.MustParseAddrPort("10.0.0.2:33")
	a6, b6 := netip.MustParseAddrPort("[2001:db8::1]:4500"), netip.MustParseAddrPort("[2001:db8::2]:33")
	mapped := netip.AddrPortFrom(netip.AddrFrom16(a4.Addr().As16()), 4500)
	for _, p := range [][2]netip.AddrPort{{a4, b4}, {a6, b6}, {a4, netip.AddrPortFrom(a4.Addr(), 9)}} {
		there, d := endpointsKey(p[0], p[1])
		back, e := endpointsKey(p[1], p[0])
		if there != back || d == e {
			t.Errorf("%v: %v and %v, directions %d and %d", p, there, back, d, e)
		}
		if k := spiKey(p[0].Addr(), p[1].Addr(), 7); there.withSPI(d, 7) != k {
			t.Errorf("%v: withSPI %v, spiKey %v", p, there.withSPI(d, 7), k)
		}
		if p[0].Addr() != p[1].Addr() && spiKey(p[0].Addr(), p[1].Addr(), 7) == spiKey(p[1].Addr(), p[0].Addr(), 7) {
			t.Errorf("%v: an SPI has no direction", p)
		}
		if other, _ := endpointsKey(p[0], netip.AddrPortFrom(p[1].Addr(), 34)); other == there {
			t.Errorf("%v: ports do not matter", p)
		}
	}
	four, _ := endpointsKey(a4, a4)
	six, _ := endpointsKey(mapped, mapped)
	if four == six {
		t.Error("IPv4 and mapped addresses have one key")
	}
}

// TestKeyIs: is tells what == tells, whichever word differs.
func TestKeyIs(t *testing.T) {
	k := tuple{1, 2, 3, 4, 5}
	for i := range 6 {
		o := k
		switch i {
		case 1:
			o.aHi++
		case 2:
			o.aLo++
		case 3:
			o.bHi++
		case 4:
			o.bLo++
		case 5:
			o.word++
		}
		if k.is(&o) != (k == o) {
			t.Errorf("%v, %v: is %v", k, o, k.is(&o))
		}
	}
}

func TestPortSet(t *testing.T) {
	c := Config{UDPPorts: []uint16{0, 63, 64, 65535}}
	s := c.natTraversalPorts()
	n := 0
	for p := range 1 << 16 {
		if s.has(uint16(p)) {
			n++
		}
	}
	if n != 5 || !s.has(4500) || !s.has(0) || !s.has(63) || !s.has(64) || !s.has(65535) {
		t.Errorf("%d ports", n)
	}
}
