package dissect

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ikesniff/ikesniff/capture"
)

var (
	router4 = netip.MustParseAddr("10.0.0.1")
	back4   = netip.MustParseAddr("10.0.0.2")
	router6 = netip.MustParseAddr("2001:db8:ffff::1")
	back6   = netip.MustParseAddr("2001:db8:ffff::2")
)

// icmp4Error is an ICMP message from router4 to back4; the tests quote packets
// of src4, so that the two cannot be mixed up.
func icmp4Error(header string, quoted []byte) []byte {
	return outer4(ProtoICMP, cat(hx(header), quoted))
}

func icmp6Error(header string, quoted []byte) []byte {
	return outer6(ProtoICMPv6, cat(hx(header), quoted))
}

type quoteCase struct {
	name     string
	data     []byte
	src, dst string
	proto    uint8
	frag     Fragment
	quote    Quote
}

var quoteCases = []quoteCase{
	{
		name: "port unreachable, ESP in UDP",
		data: icmp4Error("03 03 0000 00000000", ip4(ProtoUDP, udp(4500, 4500, esp))),
		src:  "192.0.2.1:4500", dst: "198.51.100.2:4500", proto: ProtoUDP,
		quote: Quote{Sender: router4, Receiver: back4, Type: 3, Code: 3, Payload: esp},
	},
	{
		name: "fragmentation needed, nothing but 8 bytes",
		data: icmp4Error("03 04 0000 0000 0578", with(ip4(ProtoUDP, udp(4500, 4500, esp)), 2, 5, 0xdc)[:28]),
		src:  "192.0.2.1:4500", dst: "198.51.100.2:4500", proto: ProtoUDP,
		quote: Quote{Sender: router4, Receiver: back4, Type: 3, Code: 4, MTU: 1400, Payload: []byte{}},
	},
	{
		name: "protocol unreachable, ESP",
		data: icmp4Error("03 02 0000 00000000", ip4(ProtoESP, esp)[:28]),
		src:  "192.0.2.1:0", dst: "198.51.100.2:0", proto: ProtoESP,
		quote: Quote{Sender: router4, Receiver: back4, Type: 3, Code: 2, Payload: esp[:8]},
	},
	{
		name: "administratively prohibited, AH",
		data: icmp4Error("03 0d 0000 00000000", ip4(ProtoAH, ah)),
		src:  "192.0.2.1:0", dst: "198.51.100.2:0", proto: ProtoAH,
		quote: Quote{Sender: router4, Receiver: back4, Type: 3, Code: 13, Payload: ah},
	},
	{
		name: "time exceeded, TCP",
		data: icmp4Error("0b 00 0000 00000000", ip4(ProtoTCP, tcp(50000, 4500, esp))[:28]),
		src:  "192.0.2.1:50000", dst: "198.51.100.2:4500", proto: ProtoTCP,
		quote: Quote{Sender: router4, Receiver: back4, Type: 11, Payload: hx("01020304")},
	},
	{
		name: "time exceeded, first fragment of UDP",
		data: icmp4Error("0b 01 0000 00000000", with(ip4(ProtoUDP, udp(500, 500, esp)), 6, 0x20, 0)),
		src:  "192.0.2.1:500", dst: "198.51.100.2:500", proto: ProtoUDP, frag: Fragment{More: true},
		quote: Quote{Sender: router4, Receiver: back4, Type: 11, Code: 1, Payload: esp},
	},
	{
		name: "time exceeded, last fragment of UDP",
		data: icmp4Error("0b 01 0000 00000000", with(ip4(ProtoUDP, esp), 6, 0, 0xb9)),
		src:  "192.0.2.1:0", dst: "198.51.100.2:0", proto: ProtoUDP, frag: Fragment{Offset: 1480},
		quote: Quote{Sender: router4, Receiver: back4, Type: 11, Code: 1},
	},
	{
		name: "source quench",
		data: icmp4Error("04 00 0000 00000000", ip4(ProtoUDP, udp(500, 500, nil))),
		src:  "192.0.2.1:500", dst: "198.51.100.2:500", proto: ProtoUDP,
		quote: Quote{Sender: router4, Receiver: back4, Type: 4, Payload: []byte{}},
	},
	{
		name: "redirect, whose gateway is no length",
		data: icmp4Error("05 01 0000 0a080001", ip4(ProtoUDP, udp(500, 500, esp))),
		src:  "192.0.2.1:500", dst: "198.51.100.2:500", proto: ProtoUDP,
		quote: Quote{Sender: router4, Receiver: back4, Type: 5, Code: 1, Payload: esp},
	},
	{
		name: "parameter problem",
		data: icmp4Error("0c 00 0000 14000000", ip4(ProtoESP, esp)),
		src:  "192.0.2.1:0", dst: "198.51.100.2:0", proto: ProtoESP,
		quote: Quote{Sender: router4, Receiver: back4, Type: 12, Payload: esp},
	},
	{
		name: "extensions behind 128 bytes",
		data: icmp4Error("0b 00 0000 00 20 0000", cat(ip4(ProtoUDP, udp(4500, 4500, make([]byte, 200)))[:128], hx("2000 0000 0008 0101 00010140"))),
		src:  "192.0.2.1:4500", dst: "198.51.100.2:4500", proto: ProtoUDP,
		quote: Quote{Sender: router4, Receiver: back4, Type: 11, Payload: make([]byte, 100)},
	},
	{
		name: "quoted packet shorter than the quote",
		data: icmp4Error("03 03 0000 00000000", cat(ip4(ProtoUDP, udp(4500, 4500, hx("ff"))), make([]byte, 17))),
		src:  "192.0.2.1:4500", dst: "198.51.100.2:4500", proto: ProtoUDP,
		quote: Quote{Sender: router4, Receiver: back4, Type: 3, Code: 3, Payload: hx("ff")},
	},
	{
		name: "quote without ports",
		data: icmp4Error("03 03 0000 00000000", ip4(ProtoUDP, udp(4500, 4500, esp))[:23]),
		src:  "192.0.2.1:0", dst: "198.51.100.2:0", proto: ProtoUDP,
		quote: Quote{Sender: router4, Receiver: back4, Type: 3, Code: 3},
	},
	{
		name: "quoted ping",
		data: icmp4Error("03 01 0000 00000000", ip4(ProtoICMP, hx("08 00 0000 0001 0001"))),
		src:  "192.0.2.1:0", dst: "198.51.100.2:0", proto: ProtoICMP,
		quote: Quote{Sender: router4, Receiver: back4, Type: 3, Code: 1},
	},
	{
		name: "icmpv6 unreachable, UDP",
		data: icmp6Error("01 04 0000 00000000", ip6(ProtoUDP, udp(4500, 4500, esp))),
		src:  "[2001:db8::1]:4500", dst: "[2001:db8::2]:4500", proto: ProtoUDP,
		quote: Quote{Sender: router6, Receiver: back6, V6: true, Type: 1, Code: 4, Payload: esp},
	},
	{
		name: "icmpv6 packet too big, ESP behind options",
		data: icmp6Error("02 00 0000 00000500", ip6(extDestination, cat(ext(ProtoESP), esp))),
		src:  "[2001:db8::1]:0", dst: "[2001:db8::2]:0", proto: ProtoESP,
		quote: Quote{Sender: router6, Receiver: back6, V6: true, Type: 2, MTU: 1280, Payload: esp},
	},
	{
		name: "icmpv6 time exceeded, first fragment",
		data: icmp6Error("03 01 0000 00000000", ip6(extFragment, cat(fragHeader(ProtoUDP, 1), udp(500, 500, esp)))),
		src:  "[2001:db8::1]:500", dst: "[2001:db8::2]:500", proto: ProtoUDP, frag: Fragment{More: true},
		quote: Quote{Sender: router6, Receiver: back6, V6: true, Type: 3, Code: 1, Payload: esp},
	},
	{
		name: "icmpv6 time exceeded, last fragment",
		data: icmp6Error("03 01 0000 00000000", ip6(extFragment, cat(fragHeader(ProtoUDP, 1448), esp))),
		src:  "[2001:db8::1]:0", dst: "[2001:db8::2]:0", proto: ProtoUDP, frag: Fragment{Offset: 1448},
		quote: Quote{Sender: router6, Receiver: back6, V6: true, Type: 3, Code: 1},
	},
	{
		name: "icmpv6 parameter problem, whose pointer is no length",
		data: icmp6Error("04 01 0000 00000006", ip6(ProtoUDP, udp(500, 500, esp))),
		src:  "[2001:db8::1]:500", dst: "[2001:db8::2]:500", proto: ProtoUDP,
		quote: Quote{Sender: router6, Receiver: back6, V6: true, Type: 4, Code: 1, Payload: esp},
	},
	{
		name: "icmpv6 redirect",
		data: icmp6Error("89 00 0000 00000000", cat(make([]byte, 32), hx(`
			02 01 020000000001       # link-layer address
			04 0c 0000 00000000      # redirected header, 96 bytes
			`), ip6(ProtoUDP, udp(500, 500, make([]byte, 40))))),
		src: "[2001:db8::1]:500", dst: "[2001:db8::2]:500", proto: ProtoUDP,
		quote: Quote{Sender: router6, Receiver: back6, V6: true, Type: 137, Payload: make([]byte, 40)},
	},
}

func TestQuotes(t *testing.T) {
	for _, c := range quoteCases {
		t.Run(c.name, func(t *testing.T) {
			d := decode(capture.LinkRaw, c.data)
			if d.Status != StatusQuote || d.Problem != "" || d.Truncated {
				t.Fatalf("status %d, problem %q, truncated %v", d.Status, d.Problem, d.Truncated)
			}
			if d.Src.String() != c.src || d.Dst.String() != c.dst || d.Proto != c.proto || d.Frag != c.frag {
				t.Errorf("%v > %v, proto %d, %+v", d.Src, d.Dst, d.Proto, d.Frag)
			}
			if d.Payload != nil || d.PayloadLength != 0 {
				t.Errorf("payload %x of %d bytes", d.Payload, d.PayloadLength)
			}
			if diff := cmp.Diff(c.quote, d.Quote, cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The packet that was too big is the one whose length matters.
func TestQuoteFields(t *testing.T) {
	d := decode(capture.LinkRaw, icmp4Error("03 04 0000 0000 0578", with(inner4, 2, 5, 0xdc)))
	if d.IPLength != 1500 || !d.DF || d.IPID != 0x1234 || d.TTL != 63 {
		t.Errorf("length %d, DF %v, ID %x, TTL %d", d.IPLength, d.DF, d.IPID, d.TTL)
	}
}

func TestICMPThatQuotesNothing(t *testing.T) {
	const none = "ICMP error quotes no whole IP header"
	run(t, []frame{
		{"ping", capture.LinkRaw, icmp4Error("08 00 0000 0001 0001", make([]byte, 56)), want{status: StatusOther}},
		{"ping of version 6", capture.LinkRaw, icmp6Error("80 00 0000 0001 0001", make([]byte, 56)), want{status: StatusOther}},
		{"neighbour solicitation", capture.LinkRaw, icmp6Error("87 00 0000 00000000", make([]byte, 24)), want{status: StatusOther}},
		{"redirect without the packet", capture.LinkRaw, icmp6Error("89 00 0000 00000000", make([]byte, 32)), want{status: StatusOther}},
		{"redirect with an option of length 0", capture.LinkRaw, icmp6Error("89 00 0000 00000000", make([]byte, 80)), want{status: StatusOther}},
		{"redirect cut short", capture.LinkRaw, icmp6Error("89 00 0000 00000000", make([]byte, 31)), want{status: StatusOther}},
		{"7 bytes", capture.LinkRaw, icmp4Error("03 03 0000 000000", nil), want{status: StatusMalformed, problem: "ICMP header is cut short"}},
		{"7 bytes of version 6", capture.LinkRaw, icmp6Error("01 03 0000 000000", nil), want{status: StatusMalformed, problem: "ICMPv6 header is cut short"}},
		{"empty quote", capture.LinkRaw, icmp4Error("03 03 0000 00000000", nil), want{status: StatusMalformed, problem: none}},
		{"19 bytes quoted", capture.LinkRaw, icmp4Error("03 03 0000 00000000", inner4[:19]), want{status: StatusMalformed, problem: none}},
		{"quote of another version", capture.LinkRaw, icmp4Error("03 03 0000 00000000", inner6), want{status: StatusMalformed, problem: none}},
		{"39 bytes quoted", capture.LinkRaw, icmp6Error("01 03 0000 00000000", inner6[:39]), want{status: StatusMalformed, problem: none}},
	})
}

// Every cut of a quote: by the snapshot length it stays sound, and what is left
// of it is told.
func TestQuotesSnapped(t *testing.T) {
	for _, c := range quoteCases {
		for n := range c.data {
			var d Datagram
			NewDecoder().Decode(&capture.Packet{LinkType: capture.LinkRaw, Data: c.data[:n], OrigLen: len(c.data)}, &d)
			if d.Status != StatusQuote && d.Status != StatusOther || !d.Truncated {
				t.Fatalf("%s: %d of %d bytes: status %d, problem %q, truncated %v", c.name, n, len(c.data), d.Status, d.Problem, d.Truncated)
			}
			if len(d.Quote.Payload) > len(c.quote.Payload) {
				t.Fatalf("%s: %d bytes: quoted payload of %d bytes, whole %d", c.name, n, len(d.Quote.Payload), len(c.quote.Payload))
			}
		}
	}
}
