package dissect

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// compareHeaders reads a frame both ways. out was used for other frames. It
// tells whether the frame is of a usual kind.
func compareHeaders(t *testing.T, p *capture.Packet, out *Datagram) bool {
	t.Helper()
	var h Headers
	if !h.Read(p) {
		return false
	}
	var d Datagram
	NewDecoder().Decode(p, &d)
	h.Datagram(p, out)
	if diff := sameDatagram(&d, out); diff != "" {
		t.Fatalf("frame %x of %d bytes: decoder -, headers +\n%s", p.Data, p.OrigLen, diff)
	}
	if h.Proto != d.Proto || h.SrcPort != d.Src.Port() || h.DstPort != d.Dst.Port() || h.Encap != d.Encap ||
		int(h.PayloadLength) != d.PayloadLength || h.V6 != d.Src.Addr().Is6() || d.Proto == ProtoTCP && h.TCPFlags != d.TCP.Flags {
		t.Fatalf("headers %+v, datagram %+v", h, d)
	}
	if !bytes.Equal(h.Payload(p), d.Payload) {
		t.Fatalf("payload %x, want %x", h.Payload(p), d.Payload)
	}
	for _, a := range []struct {
		hi, lo uint64
		addr   netip.Addr
	}{{h.SrcHi, h.SrcLo, d.Src.Addr()}, {h.DstHi, h.DstLo, d.Dst.Addr()}} {
		b := a.addr.As16()
		if a.hi != binary.BigEndian.Uint64(b[:]) || a.lo != binary.BigEndian.Uint64(b[8:]) {
			t.Fatalf("address %x %x, want %v", a.hi, a.lo, a.addr)
		}
	}
	return true
}

// TestHeadersMutated compares the frames of the tables, with a few bytes
// changed and cut anywhere.
func TestHeadersMutated(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	usual := 0
	var out Datagram
	for _, f := range append(allFrames(), usualFrames...) {
		for range 2000 {
			b := bytes.Clone(f.data)
			p := capture.Packet{LinkType: f.link, OrigLen: len(b), Ref: 7, Time: r.Int64(), Interface: 3, GSOSize: uint16(r.IntN(2)), Checksum: capture.ChecksumState(r.IntN(4))}
			for range r.IntN(4) {
				b[r.IntN(min(len(b), 80))] = byte(r.Uint32())
			}
			if r.IntN(4) == 0 {
				b = b[:r.IntN(len(b)+1)]
			}
			if r.IntN(8) == 0 {
				p.OrigLen = r.IntN(2 * len(f.data))
			}
			if p.Data = b; compareHeaders(t, &p, &out) {
				usual++
			}
		}
	}
	if usual < 20000 {
		t.Errorf("only %d frames were of a usual kind", usual)
	}
}

// usualFrames are frames that Headers reads.
var usualFrames = []frame{
	{name: "udp4", link: capture.LinkEthernet, data: eth(etherIPv4, ip4(ProtoUDP, udp(4500, 4500, esp)))},
	{name: "udp6", link: capture.LinkEthernet, data: eth(etherIPv6, ip6(ProtoUDP, udp(4500, 4500, esp)))},
	{name: "tcp4", link: capture.LinkEthernet, data: eth(etherIPv4, ip4(ProtoTCP, tcp(4500, 40000, esp)))},
	{name: "tcp6", link: capture.LinkEthernet, data: eth(etherIPv6, ip6(ProtoTCP, tcp(4500, 40000, esp)))},
	{name: "esp4", link: capture.LinkEthernet, data: eth(etherIPv4, ip4(ProtoESP, esp))},
	{name: "ah6", link: capture.LinkEthernet, data: eth(etherIPv6, ip6(ProtoAH, ah))},
	{name: "tagged", link: capture.LinkEthernet, data: eth(etherVLAN, cat(hx("0007 0800"), ip4(ProtoTCP, tcp(4500, 40000, esp))))},
	{name: "raw", link: capture.LinkRaw, data: ip4(ProtoUDP, udp(4500, 4500, esp))},
	{name: "padded", link: capture.LinkEthernet, data: cat(eth(etherIPv4, ip4(ProtoUDP, udp(500, 500, esp[:8]))), make([]byte, 12))},
}

// TestHeadersUsual: the usual frames are read, whole or cut in their payload,
// and without allocating.
func TestHeadersUsual(t *testing.T) {
	var out Datagram
	for _, f := range usualFrames {
		p := capture.Packet{LinkType: f.link, Data: f.data, OrigLen: len(f.data)}
		if !compareHeaders(t, &p, &out) {
			t.Errorf("%s is not read", f.name)
		}
		p.Data = f.data[:len(f.data)-12]
		if !compareHeaders(t, &p, &out) {
			t.Errorf("%s is not read where it is cut", f.name)
		}
		var h Headers
		if n := testing.AllocsPerRun(100, func() {
			h.Read(&p)
			h.Datagram(&p, &out)
		}); n != 0 {
			t.Errorf("%s: %v allocations", f.name, n)
		}
	}
}

func TestHeadersShared(t *testing.T) {
	for _, folder := range []string{"captures", "lab-captures"} {
		var out Datagram
		usual, all := 0, 0
		for _, name := range captureFiles(t, folder) {
			for _, p := range readFrames(t, name) {
				all++
				if compareHeaders(t, &p, &out) {
					usual++
				}
			}
		}
		if usual < all/4 {
			t.Errorf("%s: %d of %d frames were of a usual kind", folder, usual, all)
		}
	}
}

func FuzzHeaders(f *testing.F) {
	for _, c := range append(allFrames(), usualFrames...) {
		f.Add(uint16(c.link), c.data, len(c.data))
	}
	var used Datagram
	f.Fuzz(func(t *testing.T, link uint16, b []byte, origLen int) {
		p := capture.Packet{LinkType: capture.LinkType(link), Data: b, OrigLen: origLen & 0xffffff}
		compareHeaders(t, &p, &used)
	})
}
