package dissect

import (
	"net/netip"

	"github.com/ikesniff/ikesniff/capture"
)

// Status tells what Decode made of a packet.
type Status uint8

const (
	// StatusOK: a datagram or segment with its transport header; Proto, Src,
	// Dst and Payload are valid.
	StatusOK Status = iota
	// StatusFragment: a piece of an IP datagram; Frag is valid, Payload holds
	// the piece, ports are not known.
	StatusFragment
	// StatusQuote: an ICMP error; Quote holds the packet it quotes.
	StatusQuote
	// StatusOther: sound, but nothing IPsec could be in (ARP, other IP
	// protocols, other ICMP), or cut off by the snapshot length before that
	// could be told (Truncated), or not followed (Problem says why).
	StatusOther
	// StatusMalformed: headers that contradict themselves or end early
	// although the frame was captured whole; Problem says which.
	StatusMalformed
)

// IP protocol numbers that matter here (IANA protocol-numbers).
const (
	ProtoICMP   = 1
	ProtoIPIP   = 4
	ProtoTCP    = 6
	ProtoUDP    = 17
	ProtoIPv6   = 41
	ProtoGRE    = 47
	ProtoESP    = 50
	ProtoAH     = 51
	ProtoICMPv6 = 58
)

// Tap is the place a packet was captured at: an interface and a direction
// there. Packets of one name in several files have one tap, so that cutting a
// file in pieces changes nothing.
type Tap struct {
	// Interface is the index into the run's table of interfaces.
	Interface uint16
	// Direction is from the capture file, or from a cooked header.
	Direction capture.Direction
	// Index is the interface index of a Linux cooked v2 header, else 0.
	Index uint32
}

// Encap is the set of wrappings found around the innermost IP header.
type Encap uint16

const (
	EncapVLAN Encap = 1 << iota
	EncapQinQ
	EncapMPLS
	EncapPPPoE
	EncapGRE
	EncapERSPAN
	EncapVXLAN
	EncapGENEVE
	EncapIPIP
)

// Datagram is one packet without its wrappings: the innermost IP header in
// front of UDP, TCP, ESP or AH, what is needed of the transport header, and
// the payload. Decode fills a Datagram that the caller reuses; Payload borrows
// the packet's bytes and lives as long as they do.
type Datagram struct {
	Status Status
	// Problem says in a few constant words what is malformed, cut off or not
	// followed; "" if nothing is. With StatusOK it is a flaw that was tolerated.
	Problem string

	Ref  capture.Ref
	Time int64 // nanoseconds since the Unix epoch
	Tap  Tap
	// Packets is the number of captured packets this datagram was made of: 1,
	// or more for one put together from IP fragments.
	Packets int
	// FirstRef and FirstTime are those of the first captured piece, and
	// Fragments is the number of distinct pieces, of a datagram put together
	// from IP fragments. Fragments is 0, and the others are not valid, for one
	// captured whole.
	FirstRef  capture.Ref
	FirstTime int64
	Fragments int

	// Src and Dst have port 0 where the protocol has none. IPv4 addresses are
	// plain 4-byte ones, never mapped into IPv6.
	Src, Dst netip.AddrPort
	Proto    uint8 // of the payload: UDP, TCP, ESP, AH
	TTL      uint8 // or hop limit
	DF       bool  // IPv4 don't-fragment; false for IPv6
	// IPID is the IPv4 identification (16 bits) or that of an IPv6 fragment
	// header (32 bits); valid if HasIPID.
	IPID    uint32
	HasIPID bool
	// IPLength is the total length of the innermost IP packet in bytes, header
	// included, as the header states it (summed over fragments).
	IPLength int

	// Payload is what follows the UDP or TCP header; for ESP and AH it begins
	// with the ESP or AH header. Link padding is cut off.
	Payload []byte
	// PayloadLength is its length on the wire; it exceeds len(Payload) where
	// the snapshot length cut the packet.
	PayloadLength int
	// Truncated: the capture holds less of the packet than the wire had.
	Truncated bool

	Encap Encap
	VLAN  uint16 // innermost VLAN ID, if Encap has EncapVLAN

	// IPChecksum and Checksum (UDP, TCP) are notes; nothing depends on them.
	// Checksum stays unknown for truncated packets and fragments.
	IPChecksum, Checksum capture.ChecksumState

	Frag  Fragment  // valid if Status is StatusFragment; of the quoted packet if StatusQuote
	TCP   TCPHeader // valid if Proto is ProtoTCP and Status is StatusOK
	Quote Quote     // valid if Status is StatusQuote

	// HeadersOnly: the source printed headers but not the payload.
	HeadersOnly bool
	// DropsBefore is the packet's.
	DropsBefore uint64
	GSOSize     uint16
}

// Fragment tells which piece of an IP datagram a Payload is. The pieces of one
// datagram share addresses, Proto and IPID (RFC 791 3.2, RFC 8200 4.5).
type Fragment struct {
	Offset int  // of Payload in the datagram's payload, in bytes
	More   bool // more fragments follow
}

// TCPHeader holds the fields of a TCP header (RFC 9293 3.1) in host order.
type TCPHeader struct {
	Seq, Ack uint32
	Flags    TCPFlags
	Window   uint16
	// Options borrows the packet's bytes.
	Options []byte
}

// TCPFlags are the low eight flag bits of a TCP header.
type TCPFlags uint8

const (
	TCPFin TCPFlags = 1 << iota
	TCPSyn
	TCPRst
	TCPPsh
	TCPAck
	TCPUrg
)

// Quote is what an ICMP error says (RFC 792, RFC 4443): Src and Dst of the
// Datagram are those of the quoted packet as it was sent, so that the error
// belongs to the pair it is about. So are Proto, TTL, DF, IPID, IPLength and
// Frag; a quoted fragment that is not the first has no ports and no Payload.
type Quote struct {
	Sender   netip.Addr // who sent the error
	Receiver netip.Addr // whom it was sent to
	V6       bool       // ICMPv6
	Type     uint8
	Code     uint8
	MTU      uint32 // of "fragmentation needed" and "packet too big", else 0
	// Payload of the quoted packet behind its UDP or TCP ports (8 bytes for
	// UDP), or from the ESP or AH header on; often only 8 bytes in all. For UDP
	// it begins behind the UDP header, for TCP with the sequence number.
	Payload []byte
}
