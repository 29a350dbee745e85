package dissect

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/capture"
)

// maxWrappings bounds how many tags, stacks and tunnels of one frame are taken
// off. Real mirrors have up to eight or so: VLAN, MPLS, GRE, inner VLAN, ...
const maxWrappings = 16

// Problems of packets that are sound but not followed to their end.
const (
	problemLinkType   = "link type is not decoded"
	problemNesting    = "wrapped more often than is followed"
	problemExtensions = "more IPv6 extension headers than are followed"
)

// Decoder turns captured frames into Datagrams. It holds nothing of a packet
// once a call has returned, so one Decoder serves many sources; it must not be
// used by two goroutines at the same time.
type Decoder struct {
	// VerifyChecksums computes the checksums of IPv4 headers, UDP and TCP and
	// notes the results. It costs a pass over every payload.
	VerifyChecksums bool

	// Of the packet in hand:
	left     int                   // wrappings that may still come off
	checksum capture.ChecksumState // what the capturing kernel knew of it
	// rerouted: options may have replaced an address of the IP header by
	// another one, so that the pseudo-header is not known.
	rerouted bool
}

// NewDecoder returns a Decoder that verifies no checksums.
func NewDecoder() *Decoder { return &Decoder{} }

// Decode fills out with what p holds, whatever out held before. out borrows
// p.Data. Any bytes are allowed in p; how far they made sense is in out.Status,
// out.Problem and out.Truncated.
func (d *Decoder) Decode(p *capture.Packet, out *Datagram) {
	*out = Datagram{}
	out.Ref = p.Ref
	out.Time = p.Time
	out.Tap.Interface = p.Interface
	out.Tap.Direction = p.Direction
	out.Packets = 1
	out.DropsBefore = p.DropsBefore
	out.GSOSize = p.GSOSize

	// Some programs write an original length of 0, or less than they captured.
	s := span{p.Data, max(p.OrigLen, len(p.Data))}
	out.Truncated = s.snapped()
	d.left = maxWrappings
	d.checksum = p.Checksum
	d.rerouted = false

	switch p.LinkType {
	case capture.LinkEthernet:
		d.ethernet(s, out)
	case capture.LinkSLL:
		d.cooked1(s, out)
	case capture.LinkSLL2:
		d.cooked2(s, out)
	case capture.LinkRaw, capture.LinkRaw12, capture.LinkRaw14:
		d.ip(s, out)
	case capture.LinkIPv4:
		d.ipv4(s, out)
	case capture.LinkIPv6:
		d.ipv6(s, out)
	case capture.LinkNull, capture.LinkLoop:
		d.loopback(s, out)
	case capture.LinkPPP:
		d.ppp(s, out)
	case capture.LinkPPPHDLC:
		d.pppHDLC(s, out)
	case capture.LinkPPPoE:
		d.pppoe(s, out)
	default:
		other(out, problemLinkType)
	}
}

// Resume goes on where IP fragments were put together: out has the addresses,
// Proto and the other fields of the IP header, payload is the whole payload of
// the IP packet. Frag is cleared; Status, ports, Payload, TCP and Quote are
// set anew; and if the payload is itself a tunnel, the addresses become those
// inside. Src must have an address of the packet's IP version.
func (d *Decoder) Resume(out *Datagram, payload []byte) {
	d.left = maxWrappings
	d.checksum = capture.ChecksumUnknown
	d.rerouted = false
	out.Status = StatusOK
	out.Problem = ""
	out.Frag = Fragment{}
	out.TCP = TCPHeader{}
	out.Quote = Quote{}
	out.Payload = nil
	out.PayloadLength = 0
	out.Truncated = false
	out.Checksum = capture.ChecksumUnknown

	s := span{payload, len(payload)}
	if !out.Src.Addr().Is6() {
		d.transport(s, out)
		return
	}
	switch s, end := d.extensions(s, out.Proto, out); end {
	case chainTransport:
		d.transport(s, out)
	case chainFragment:
		// A fragment of a fragment (RFC 8200 4.5 has none).
		malformed(out, "IPv6 fragment inside reassembled fragments")
	}
}

// unwrap notes that one more wrapping comes off. It is false, and the packet
// done with, where there were too many.
func (d *Decoder) unwrap(out *Datagram, e Encap) bool {
	if d.left == 0 {
		other(out, problemNesting)
		return false
	}
	d.left--
	out.Encap |= e
	return true
}

// tunnel is unwrap for a wrapping that has an IP header of its own.
func (d *Decoder) tunnel(out *Datagram, e Encap) bool {
	// What the kernel and the outer options said is about the outer packet.
	d.checksum = capture.ChecksumUnknown
	d.rerouted = false
	return d.unwrap(out, e)
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
