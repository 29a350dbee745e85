package capture

// Packet is one captured frame as its source delivered it.
//
// Data belongs to the source and is valid until its next call; whoever keeps
// the bytes copies them, or holds the Buffer.
type Packet struct {
	// Ref is the place in the source, as Wireshark numbers frames.
	Ref Ref
	// Time is when the frame was captured, in nanoseconds since the Unix
	// epoch, UTC. Sources without time have 0.
	Time int64
	// LinkType tells how Data begins.
	LinkType LinkType
	// Data holds the captured bytes, from the link-layer header on.
	Data []byte
	// OrigLen is the length of the frame on the wire, in bytes; it exceeds
	// len(Data) where a snapshot length cut the frame.
	OrigLen int
	// Interface is the index into the run's table of interfaces (Interfaces).
	Interface uint16
	// Direction is relative to the capturing host, where the source knows it.
	Direction Direction
	// GSOSize is the segment size in bytes of a super-segment made or to be
	// split by offloading hardware; 0 where there is none or it is not known.
	GSOSize uint16
	// Checksum is what the capturing kernel knew of the transport checksum.
	Checksum ChecksumState
	// DropsBefore counts packets that this source is known to have lost since
	// the previous packet it delivered.
	DropsBefore uint64
	// Buffer, if not nil, is what Data lies in: it stays valid while the buffer
	// is held.
	Buffer *Buffer
}

// LinkType is a link-layer header type as the pcap registry numbers them
// (tcpdump.org/linktypes.html).
type LinkType uint16

// The link types that package dissect decodes.
const (
	LinkNull     LinkType = 0   // BSD loopback: address family in host byte order
	LinkEthernet LinkType = 1   // Ethernet II, 802.3
	LinkPPP      LinkType = 9   // PPP, with or without address and control
	LinkRaw12    LinkType = 12  // raw IP, DLT_RAW on most systems
	LinkRaw14    LinkType = 14  // raw IP, DLT_RAW on OpenBSD
	LinkPPPHDLC  LinkType = 50  // PPP in HDLC-like framing
	LinkPPPoE    LinkType = 51  // PPPoE session, from the PPPoE header on
	LinkRaw      LinkType = 101 // raw IP, version in the first nibble
	LinkLoop     LinkType = 108 // OpenBSD loopback: address family in network byte order
	LinkSLL      LinkType = 113 // Linux cooked capture v1
	LinkIPv4     LinkType = 228 // raw IPv4
	LinkIPv6     LinkType = 229 // raw IPv6
	LinkSLL2     LinkType = 276 // Linux cooked capture v2
)

// Direction of a packet relative to the host that captured it.
type Direction uint8

const (
	DirectionUnknown Direction = iota
	DirectionIn
	DirectionOut
)

// String returns "in", "out" or "".
func (d Direction) String() string {
	switch d {
	case DirectionIn:
		return "in"
	case DirectionOut:
		return "out"
	}
	return ""
}

// ChecksumState is what is known of a checksum. Checksums are noted, never
// required: offloading leaves wrong ones in every capture made on a sender.
type ChecksumState uint8

const (
	ChecksumUnknown ChecksumState = iota
	ChecksumGood
	ChecksumBad
	// ChecksumPartial: the sender's kernel left it to the hardware.
	ChecksumPartial
	// ChecksumAbsent: the protocol allows none, and there is none (UDP over IPv4).
	ChecksumAbsent
)
