package capgen

import (
	"encoding/binary"
	"net/netip"

	"github.com/ikesniff/ikesniff/internal/capgen/file"
	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// copies: packets that the capture shows more than once.
var copies = []builder{
	{"duplicate-capture.pcap", duplicateCapture},
	{"duplicate-capture-switch.pcap", duplicateCaptureSwitch},
	{"duplicate-capture-any.pcapng", duplicateCaptureAny},
	{"duplicate-capture-nat.pcapng", duplicateCaptureNAT},
}

// A mirror port copies what enters and what leaves a router, so the capture
// holds every packet twice, microseconds apart, with a TTL one less. Neither IKE
// nor ESP was repeated by anyone: the look-alike of esp-duplicate.pcap and
// ike-retransmission.pcap.
func duplicateCapture(t *trace) {
	t.link = rawLink
	x := upBehindNAT(t)
	x.ping(8)
	x.liveness(responder)
	x.keepalive(initiator)
	x.ping(4)
	t.twice(
		func(p []byte) []byte { return wire.Ethernet(p) },
		func(p []byte) []byte { return wire.Ethernet(hopsFurther(p, 1)) })
	t.tunnels(1)
	t.informs("duplicate-capture")
}

// A mirror of two ports of one switch: every packet comes twice with one TTL,
// since a switch does not lower it. That all of them do tells it from
// esp-duplicate-at-once.pcap.
func duplicateCaptureSwitch(t *trace) {
	t.link = rawLink
	x := upBetweenSites(t)
	x.ping(8)
	x.liveness(responder)
	x.ping(4)
	ethernet := func(p []byte) []byte { return wire.Ethernet(p) }
	t.twice(ethernet, ethernet)
	t.tunnels(1)
	t.informs("duplicate-capture")
}

// A capture on "any" of a router: every packet is seen as it comes in on one
// interface and as it goes out on another.
func duplicateCaptureAny(t *trace) {
	t.link = rawLink
	x := upBetweenSites(t)
	x.ping(8)
	x.liveness(responder)
	inside, outside := uint32(2), uint32(3)
	t.twice(
		func(p []byte) []byte { return wire.SLL2(p, pick(p, x.end[0].seen, inside, outside), 0) },
		func(p []byte) []byte {
			return wire.SLL2(hopsFurther(p, 1), pick(p, x.end[0].seen, outside, inside), 4)
		})
	t.tunnels(1)
	t.informs("duplicate-capture")
	t.encode = anyInterface
}

// The same on the router that does NAT: inside the client's own address is
// seen, outside that of the NAT. It is one tunnel, and its packets count once.
func duplicateCaptureNAT(t *trace) {
	t.link = rawLink
	x := roadWarrior(t)
	ports := map[netip.AddrPort]netip.AddrPort{x.end[0].seen: x.end[0].own}
	x.init()
	x.float(49211)
	ports[x.end[0].seen] = x.end[0].own
	x.auth()
	x.ping(8)
	x.liveness(responder)
	inside, outside := uint32(2), uint32(3)
	out := func(p []byte) bool { return source(p).Addr() == x.end[0].seen.Addr() }
	t.twice(
		func(p []byte) []byte {
			if out(p) {
				return wire.SLL2(translated(p, ports), inside, 0)
			}
			return wire.SLL2(p, outside, 0)
		},
		func(p []byte) []byte {
			if out(p) {
				return wire.SLL2(hopsFurther(p, 1), outside, 4)
			}
			return wire.SLL2(translated(hopsFurther(p, 1), ports), inside, 4)
		})
	t.tunnels(1)
	t.informs("duplicate-capture", "nat-detected")
	t.encode = anyInterface
}

// twice makes two frames of each packet so far, nine microseconds apart.
func (t *trace) twice(first, second func(ip []byte) []byte) {
	packets := t.frames
	t.frames = nil
	for _, f := range packets {
		ip := f.Data
		f.Data = first(ip)
		f.Wire = len(f.Data)
		t.frames = append(t.frames, f)
		f.copied = true
		f.Time += 9000
		f.Data = second(ip)
		f.Wire = len(f.Data)
		t.frames = append(t.frames, f)
	}
}

func anyInterface(f []file.Frame) []byte {
	return file.Pcapng(file.Section{Order: binary.LittleEndian, Frames: f, Interfaces: []file.Interface{{Name: "any", LinkType: 276, Resolution: 9}}})
}

// pick returns from for a packet that an end sent, else to.
func pick(ip []byte, end netip.AddrPort, from, to uint32) uint32 {
	if source(ip).Addr() == end.Addr() {
		return from
	}
	return to
}

// source and destination of an IPv4 packet with UDP; the ports of others mean
// nothing.
func source(p []byte) netip.AddrPort {
	return netip.AddrPortFrom(v4(p[12:16]), binary.BigEndian.Uint16(p[20:]))
}

func destination(p []byte) netip.AddrPort {
	return netip.AddrPortFrom(v4(p[16:20]), binary.BigEndian.Uint16(p[22:]))
}

func v4(b []byte) netip.Addr { return netip.AddrFrom4([4]byte(b)) }

// hopsFurther is an IPv4 packet with its TTL lowered and its checksum mended.
func hopsFurther(p []byte, hops uint8) []byte {
	h := headerOf(p)
	h.TTL -= hops
	return wire.IP(h, p[20:])
}

// translated is an IPv4 packet with UDP with one endpoint replaced by another,
// as a NAT does it.
func translated(p []byte, ports map[netip.AddrPort]netip.AddrPort) []byte {
	h, src, dst := headerOf(p), source(p), destination(p)
	if to, ok := ports[src]; ok {
		src = to
	}
	if to, ok := ports[dst]; ok {
		dst = to
	}
	h.Src, h.Dst = src.Addr(), dst.Addr()
	checksum := p[26] != 0 || p[27] != 0
	return wire.IP(h, wire.UDP(src, dst, p[28:], checksum))
}

// headerOf returns the fields of an IPv4 header.
func headerOf(p []byte) wire.IPHeader {
	return wire.IPHeader{Src: v4(p[12:16]), Dst: v4(p[16:20]), Proto: p[9], TTL: p[8], ID: binary.BigEndian.Uint16(p[4:])}
}
