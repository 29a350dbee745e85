package dissect

import (
	"bytes"
	"net/netip"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/capture"
)

// sameDatagram compares all fields.
func sameDatagram(a, b *Datagram) string {
	if reflect.DeepEqual(a, b) { // cmp is slow
		return ""
	}
	return cmp.Diff(a, b, cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }))
}

func TestPacketFields(t *testing.T) {
	p := capture.Packet{
		Ref: capture.FrameRef(3, 7), Time: 1234567890, LinkType: capture.LinkRaw, Data: inner4, OrigLen: len(inner4),
		Interface: 2, Direction: capture.DirectionOut, GSOSize: 1448, DropsBefore: 9,
	}
	var d Datagram
	NewDecoder().Decode(&p, &d)
	tap := Tap{Interface: 2, Direction: capture.DirectionOut}
	if d.Ref != p.Ref || d.Time != p.Time || d.Tap != tap || d.Packets != 1 || d.GSOSize != 1448 || d.DropsBefore != 9 || d.HeadersOnly {
		t.Errorf("%+v", d)
	}
}

func TestUnknownLinkType(t *testing.T) {
	d := decode(147, inner4)
	want{status: StatusOther, problem: problemLinkType}.check(t, &d)
}

// Nothing of an earlier packet is left in a Datagram or a Decoder.
func TestDecodeResets(t *testing.T) {
	packets := allFrames()
	for _, c := range quoteCases {
		packets = append(packets, frame{name: c.name, link: capture.LinkRaw, data: c.data})
	}
	dec := NewDecoder()
	used := Datagram{HeadersOnly: true}
	for _, first := range packets {
		for _, second := range packets {
			dec.Decode(&capture.Packet{LinkType: first.link, Data: first.data}, &used)
			dec.Decode(&capture.Packet{LinkType: second.link, Data: second.data}, &used)
			fresh := decode(second.link, second.data)
			if fresh.Status != used.Status || fresh.Src != used.Src || fresh.Encap != used.Encap || !bytes.Equal(fresh.Payload, used.Payload) {
				t.Fatalf("%s after %s: %s", second.name, first.name, sameDatagram(&fresh, &used))
			}
		}
		fresh := decode(first.link, first.data)
		dec.Decode(&capture.Packet{LinkType: first.link, Data: first.data}, &used)
		if diff := sameDatagram(&fresh, &used); diff != "" {
			t.Fatalf("%s: %s", first.name, diff)
		}
	}
}

// A frame cut by the snapshot length is never malformed, and says that it was
// cut; what is delivered of it is the beginning of what the whole frame delivers.
func TestEveryPrefix(t *testing.T) {
	for _, f := range allFrames() {
		whole := decode(f.link, f.data)
		if whole.Status == StatusMalformed {
			t.Fatalf("%s: %s", f.name, whole.Problem)
		}
		for n := range f.data {
			var d Datagram
			NewDecoder().Decode(&capture.Packet{LinkType: f.link, Data: f.data[:n], OrigLen: len(f.data)}, &d)
			if d.Status == StatusMalformed {
				t.Fatalf("%s: %d of %d bytes are malformed: %s", f.name, n, len(f.data), d.Problem)
			}
			if d.Status == whole.Status && d.Encap == whole.Encap && whole.Status != StatusOther {
				if !bytes.HasPrefix(whole.Payload, d.Payload) || d.PayloadLength != whole.PayloadLength || d.Src != whole.Src || d.Dst != whole.Dst {
					t.Fatalf("%s: %d of %d bytes: payload %x of %d bytes, whole %x", f.name, n, len(f.data), d.Payload, d.PayloadLength, whole.Payload)
				}
				if d.Truncated != (len(d.Payload) < len(whole.Payload)) && !bytes.Equal(d.Payload, whole.Payload) {
					t.Fatalf("%s: %d of %d bytes: truncated %v", f.name, n, len(f.data), d.Truncated)
				}
				continue
			}
			if !d.Truncated && sameDatagram(&d, &whole) != "" { // a trailer is no loss
				t.Fatalf("%s: %d of %d bytes: status %d (%q), not truncated", f.name, n, len(f.data), d.Status, d.Problem)
			}
		}
		// The same bytes as a whole frame: anything but a panic.
		for n := range f.data {
			checkInvariants(t, f.link, f.data[:n], n)
		}
	}
}

// Any wrapping in any other, as deep as is followed and deeper.
func TestNesting(t *testing.T) {
	wrappings := map[string]func(b []byte) []byte{
		"4in4":   func(b []byte) []byte { return outer4(ProtoIPIP, b) },
		"gre":    func(b []byte) []byte { return gre4(0, etherIPv4, b) },
		"vxlan":  func(b []byte) []byte { return outer4(ProtoUDP, udp(1, portVXLAN, cat(vni, eth(etherIPv4, b)))) },
		"geneve": func(b []byte) []byte { return geneve(hx("00 00 0800 00002a 00"), b) },
		"mpls":   func(b []byte) []byte { return gre4(0, etherMPLS, label, b) },
		"vlan":   func(b []byte) []byte { return gre4(0, etherVLAN, hx("0001 0800"), b) },
	}
	costs := map[string]int{"mpls": 2, "vlan": 2}
	for name, wrap := range wrappings {
		cost := max(costs[name], 1)
		b := inner4
		for depth := 1; depth <= 40; depth++ {
			b = wrap(b)
			d := decode(capture.LinkRaw, b)
			if depth*cost > maxWrappings {
				if d.Status != StatusOther || d.Problem != problemNesting {
					t.Errorf("%s %d deep: status %d, problem %q", name, depth, d.Status, d.Problem)
				}
				continue
			}
			if d.Status != StatusOK || d.Src.Addr() != src4 || !bytes.Equal(d.Payload, esp) {
				t.Errorf("%s %d deep: status %d, problem %q, from %v", name, depth, d.Status, d.Problem, d.Src)
			}
		}
	}
	tags := eth(etherVLAN, bytes.Repeat(hx("0001 8100"), 16000))
	d := decode(capture.LinkEthernet, tags)
	if d.Status != StatusOther || d.Problem != problemNesting {
		t.Errorf("endless tags: status %d, problem %q", d.Status, d.Problem)
	}
}

// Resume takes a reassembled payload where Decode would have been with the
// whole packet.
func TestResume(t *testing.T) {
	for name, packet := range map[string]func(proto int, payload []byte) []byte{"ipv4": ip4, "ipv6": ip6} {
		for _, c := range []struct {
			name    string
			proto   int
			payload []byte
		}{
			{"udp", ProtoUDP, udp(500, 4500, esp)},
			{"tcp", ProtoTCP, tcp(500, 4500, esp)},
			{"esp", ProtoESP, esp},
			{"ah", ProtoAH, ah},
			{"broken udp", ProtoUDP, udp(500, 4500, esp)[:5]},
			{"gre", ProtoGRE, cat(hx("0000 0800"), inner4)},
			{"vxlan", ProtoUDP, udp(1, portVXLAN, cat(vni, eth(etherIPv6, inner6)))},
			{"6in", ProtoIPv6, inner6},
			{"options", extDestination, cat(ext(ProtoUDP), udp(500, 4500, esp))},
			{"ospf", 89, make([]byte, 40)},
			{"icmp", ProtoICMP, cat(hx("03 03 0000 00000000"), inner4)},
			{"icmpv6", ProtoICMPv6, cat(hx("01 03 0000 00000000"), inner6)},
			{"nothing", ProtoESP, nil},
		} {
			whole := decode(capture.LinkRaw, packet(c.proto, c.payload))
			d := Datagram{
				Status: StatusFragment, Problem: "x", Packets: 1, Proto: uint8(c.proto), TTL: 63, DF: true, IPID: 0x1234, HasIPID: true,
				IPLength: 20 + len(c.payload), Payload: []byte("old"), PayloadLength: 3, Truncated: true,
				Checksum: capture.ChecksumBad, Frag: Fragment{Offset: 8, More: true}, TCP: TCPHeader{Seq: 1}, Quote: Quote{MTU: 1},
				Src: netip.AddrPortFrom(src4, 0), Dst: netip.AddrPortFrom(dst4, 0),
			}
			if name == "ipv6" {
				d.TTL, d.DF, d.IPID, d.HasIPID, d.IPLength = 62, false, 0, false, 40+len(c.payload)
				d.Src, d.Dst = netip.AddrPortFrom(src6, 0), netip.AddrPortFrom(dst6, 0)
			}
			NewDecoder().Resume(&d, c.payload)
			if diff := sameDatagram(&whole, &d); diff != "" {
				t.Errorf("%s in %s (-decoded +resumed):\n%s", c.name, name, diff)
			}
		}
	}
}

func TestResumeFragmentInFragments(t *testing.T) {
	d := Datagram{Proto: extFragment, Src: netip.AddrPortFrom(src6, 0), Dst: netip.AddrPortFrom(dst6, 0)}
	NewDecoder().Resume(&d, cat(fragHeader(ProtoESP, 8), esp))
	if d.Status != StatusMalformed {
		t.Errorf("status %d", d.Status)
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	packets := allFrames()
	for _, c := range quoteCases {
		packets = append(packets, frame{name: c.name, link: capture.LinkRaw, data: c.data})
	}
	for _, verify := range []bool{false, true} {
		dec, d := &Decoder{VerifyChecksums: verify}, new(Datagram)
		var p capture.Packet
		allocs := testing.AllocsPerRun(100, func() {
			for i := range packets {
				p = capture.Packet{LinkType: packets[i].link, Data: packets[i].data}
				dec.Decode(&p, d)
			}
		})
		if allocs != 0 {
			t.Errorf("verify %v: %v allocations", verify, allocs)
		}
	}
}
