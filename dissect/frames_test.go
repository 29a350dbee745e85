package dissect

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// hx reads annotated bytes: hexadecimal, with comments from # to the end of a
// line.
func hx(text string) []byte {
	var digits strings.Builder
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		digits.WriteString(strings.Join(strings.Fields(line), ""))
	}
	b, err := hex.DecodeString(digits.String())
	if err != nil {
		panic(err)
	}
	return b
}

func cat(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func u16(v int) []byte    { return binary.BigEndian.AppendUint16(nil, uint16(v)) }
func u32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

// eth is an Ethernet header in front of payload.
func eth(etherType int, payload []byte) []byte {
	return cat(hx("02 00 00 00 00 02  02 00 00 00 00 01"), u16(etherType), payload)
}

// ip4 is an IPv4 packet from 192.0.2.1 to 198.51.100.2, ID 1234, DF, TTL 63,
// without checksum.
func ip4(proto int, payload []byte) []byte {
	return cat(hx("45 00"), u16(20+len(payload)), hx("12 34 40 00 3f"), []byte{byte(proto)}, hx("00 00 c0 00 02 01 c6 33 64 02"), payload)
}

// outer4 is an IPv4 packet between other addresses, for tunnels.
func outer4(proto int, payload []byte) []byte {
	b := ip4(proto, payload)
	copy(b[12:], hx("0a 00 00 01 0a 00 00 02"))
	return b
}

// ip6 is an IPv6 packet from 2001:db8::1 to 2001:db8::2, hop limit 62.
func ip6(next int, payload []byte) []byte {
	return cat(hx("60 00 00 00"), u16(len(payload)), []byte{byte(next), 62},
		hx("20010db8000000000000000000000001 20010db8000000000000000000000002"), payload)
}

func outer6(next int, payload []byte) []byte {
	b := ip6(next, payload)
	copy(b[8:], hx("20010db8ffff00000000000000000001 20010db8ffff00000000000000000002"))
	return b
}

// udp is a UDP datagram without checksum.
func udp(src, dst int, payload []byte) []byte {
	return cat(u16(src), u16(dst), u16(8+len(payload)), u16(0), payload)
}

// tcp is a segment with timestamps: seq 01020304, ack 05060708, PSH and ACK,
// window 501.
func tcp(src, dst int, payload []byte) []byte {
	return cat(u16(src), u16(dst), hx("01020304 05060708 80 18 01f5 0000 0000  01 01 08 0a 00000001 00000002"), payload)
}

// esp is SPI 1234abcd, sequence number 7, and 24 bytes more.
var esp = hx("1234abcd 00000007 000102030405060708090a0b0c0d0e0f1011121314151617")

// ah is AH around esp: next header ESP, 24 bytes, SPI 5678, sequence number 9.
var ah = cat(hx("32 04 0000 00005678 00000009 aaaaaaaaaaaaaaaaaaaaaaaa"), esp)

var (
	src4 = netip.MustParseAddr("192.0.2.1")
	dst4 = netip.MustParseAddr("198.51.100.2")
	src6 = netip.MustParseAddr("2001:db8::1")
	dst6 = netip.MustParseAddr("2001:db8::2")
)

// frame is one named frame and what must come out of it.
type frame struct {
	name string
	link capture.LinkType
	data []byte
	want want
}

// want is what is compared of a Datagram. Zero fields are compared as well,
// but for addresses, whose zero stands for IPv4 src4 and dst4.
type want struct {
	status       Status
	problem      string
	src, dst     netip.Addr
	sport, dport uint16
	proto        uint8
	payload      []byte
	length       int // on the wire, if it is not len(payload)
	truncated    bool
	encap        Encap
	vlan         uint16
	frag         Fragment
	direction    capture.Direction
	index        uint32
}

// whole is what is expected of ip4(17, udp(500, 4500, esp)) in any wrapping.
func whole(e Encap) want {
	return want{sport: 500, dport: 4500, proto: ProtoUDP, payload: esp, encap: e}
}

func whole6(e Encap) want {
	w := whole(e)
	w.src, w.dst = src6, dst6
	return w
}

var (
	inner4 = ip4(ProtoUDP, udp(500, 4500, esp))
	inner6 = ip6(ProtoUDP, udp(500, 4500, esp))
	arp    = hx("0001 0800 06 04 0001 020000000001 c0000201 000000000000 c0000202")
)

func decode(link capture.LinkType, data []byte) Datagram {
	var d Datagram
	NewDecoder().Decode(&capture.Packet{LinkType: link, Data: data, OrigLen: len(data)}, &d)
	return d
}

func (w want) check(t *testing.T, d *Datagram) {
	t.Helper()
	if d.Status != w.status || d.Problem != w.problem || d.Truncated != w.truncated {
		t.Fatalf("status %d, problem %q, truncated %v; want %d, %q, %v", d.Status, d.Problem, d.Truncated, w.status, w.problem, w.truncated)
	}
	if d.Encap != w.encap || d.VLAN != w.vlan {
		t.Errorf("encap %09b, VLAN %d; want %09b, %d", d.Encap, d.VLAN, w.encap, w.vlan)
	}
	if d.Tap.Direction != w.direction || d.Tap.Index != w.index {
		t.Errorf("tap %+v; want %v, %d", d.Tap, w.direction, w.index)
	}
	if w.status == StatusOther || w.status == StatusMalformed {
		if d.Payload != nil {
			t.Errorf("payload %x", d.Payload)
		}
		return
	}
	if !w.src.IsValid() {
		w.src, w.dst = src4, dst4
	}
	if src := netip.AddrPortFrom(w.src, w.sport); d.Src != src {
		t.Errorf("from %v, want %v", d.Src, src)
	}
	if dst := netip.AddrPortFrom(w.dst, w.dport); d.Dst != dst {
		t.Errorf("to %v, want %v", d.Dst, dst)
	}
	if d.Proto != w.proto || d.Frag != w.frag {
		t.Errorf("proto %d, fragment %+v; want %d, %+v", d.Proto, d.Frag, w.proto, w.frag)
	}
	if w.length == 0 {
		w.length = len(w.payload)
	}
	if string(d.Payload) != string(w.payload) || d.PayloadLength != w.length {
		t.Errorf("payload %x of %d bytes\n   want %x of %d", d.Payload, d.PayloadLength, w.payload, w.length)
	}
}

func run(t *testing.T, frames []frame) {
	for _, f := range frames {
		t.Run(f.name, func(t *testing.T) {
			d := decode(f.link, f.data)
			f.want.check(t, &d)
		})
	}
}

// allFrames is every sound frame of the tables, for tests that vary them.
func allFrames() []frame {
	var all []frame
	for _, table := range [][]frame{
		ethernetFrames, cookedFrames, loopbackFrames, pppFrames, mplsFrames, ipv4Frames, ipv6Frames,
		udpFrames, tcpFrames, ipsecFrames, greFrames, vxlanFrames, geneveFrames,
	} {
		all = append(all, table...)
	}
	return all
}
