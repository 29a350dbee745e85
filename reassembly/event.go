package reassembly

import (
	"net/netip"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
)

// Kind says which of its parts an Event carries.
type Kind uint8

const (
	// KindMessage: one IKE, ESP or AH message, or a keepalive.
	KindMessage Kind = iota
	// KindTransport: something that happened to a TCP connection.
	KindTransport
	// KindQuote: an ICMP error about a packet of the pair.
	KindQuote
	// KindForeign: another protocol on an endpoint that matters.
	KindForeign
	// KindFragment: IP fragments that never became whole.
	KindFragment
	// KindLoss: the capture itself lost packets here.
	KindLoss
)

// MessageKind tells what a message is.
type MessageKind uint8

const (
	MessageIKE MessageKind = iota
	MessageESP
	MessageAH
	MessageKeepalive
)

// Transport tells how a message travelled. It is found by content; ports only
// raise or lower confidence.
type Transport uint8

const (
	TransportUDP         Transport = iota // UDP without the non-ESP marker
	TransportUDPNATT                      // RFC 3948: non-ESP marker, ESP in UDP, any port
	TransportIP                           // raw ESP or AH
	TransportTCP                          // RFC 8229, RFC 9329
	TransportFortinetESP                  // Fortinet's ESP in fake TCP segments
	TransportCisco                        // Cisco's IPsec over TCP
)

var transportNames = [...]string{"udp", "udp-nat-t", "ip", "tcp-rfc8229", "tcp-fortinet-esp", "tcp-cisco"}

// String is the name that reports use.
func (t Transport) String() string {
	if int(t) < len(transportNames) {
		return transportNames[t]
	}
	return "unknown"
}

// Confidence in a classification.
type Confidence uint8

const (
	ConfidenceLow Confidence = iota
	ConfidenceMedium
	ConfidenceHigh
)

// Event is what stage 1 of flows consumes: one thing that happened between a
// pair of addresses. The receiver borrows it, and all bytes in it, until it
// returns. Events of a pair come in capture order, but for messages that were
// held back until a verdict: those are released in order, with their own Ref
// and Time, right before the event that decided.
type Event struct {
	Kind Kind

	// Time and Ref are those of the packet that completed the event, FirstTime
	// and FirstRef of the one that began it.
	Time, FirstTime int64
	Ref, FirstRef   capture.Ref
	Tap             dissect.Tap

	// Src and Dst as on the wire; ports are 0 for raw ESP and AH. For a quote
	// those of the quoted packet as it was sent.
	Src, Dst netip.AddrPort
	Encap    dissect.Encap

	Transport  Transport
	Message    MessageKind
	Confidence Confidence

	// SPI and Sequence of ESP and AH, host order.
	SPI, Sequence uint32
	// Data is the captured part of the message: IKE from its header on, without
	// non-ESP marker; ESP and AH from their header on; empty for keepalives.
	Data []byte
	// Length is the message's length on the wire (what Data would have, uncut).
	Length int
	// Truncated: Data is shorter than Length says.
	Truncated bool
	// Packets captured to carry the message, and their IP total lengths summed.
	// Both are 0 for ESP inside AH, whose packets are those of the AH message
	// right before.
	Packets, IPLength int
	// Fragments is the number of IP fragments the message came in, 0 if whole.
	Fragments int

	// TTL, IPID tell copies of one packet apart from repeats.
	TTL     uint8
	IPID    uint32
	HasIPID bool

	// Quote is valid for KindQuote; Message and SPI tell what the quoted packet
	// was, where enough of it was quoted, else QuotedUnknown is set.
	Quote         dissect.Quote
	QuotedUnknown bool

	// Lost is the number of packets for KindLoss.
	Lost uint64

	// What and Bytes are valid for KindTransport: what happened on the TCP
	// connection Src to Dst (Src is who sent the segment that shows it), and how
	// many bytes of the stream it concerns, where it concerns any.
	What  Happening
	Bytes uint64
	// Foreign is valid for KindForeign: what Src said to Dst instead of IPsec.
	Foreign Foreign
}

// renew makes e zero, but for what whoever readies an event sets in any case:
// times, places, addresses, tap, encapsulation, fragments and identification.
// Most events leave most fields alone, and clearing those costs more than
// setting the others.
func (e *Event) renew() {
	switch e.Kind {
	case KindMessage:
	case KindTransport:
		e.Kind, e.What, e.Bytes = KindMessage, 0, 0
	default:
		*e = Event{} // the parts of other kinds are in use
		return
	}
	e.Transport, e.Message, e.Confidence = 0, 0, 0
	e.SPI, e.Sequence = 0, 0
	e.Data, e.Length, e.Truncated = nil, 0, false
	e.Packets, e.IPLength = 0, 0
}

// Happening is what a KindTransport event tells of a TCP connection.
type Happening uint8

const (
	// HappeningSYN: a connection is asked for; each sending of the SYN counts.
	// Emitted for every connection, for one that is never answered is known by
	// this alone.
	HappeningSYN Happening = iota
	// HappeningOpen: the SYN was answered (Src is the server).
	HappeningOpen
	// HappeningRefused: the SYN was answered with RST (Src is the server).
	HappeningRefused
	// HappeningUnused: an open connection carried no byte in either direction
	// until both sides, or a RST, ended it. Where none did until the capture's
	// end, the event is of the connection's first packet.
	HappeningUnused
	// The ones below come only for connections that carry IPsec or began to.

	// HappeningMidway: the connection was open when the capture began.
	HappeningMidway
	// HappeningPrefix: Src sent "IKETCP" (RFC 8229 4).
	HappeningPrefix
	// HappeningNoPrefix: Src, the originator, began without it; whole
	// connections only.
	HappeningNoPrefix
	// HappeningFIN and HappeningRST: Src ended the connection.
	HappeningFIN
	HappeningRST
	// HappeningCopied: the capture holds a segment of the stream a second time.
	HappeningCopied
	// HappeningRetransmission: Bytes were sent again, all or some of them known.
	HappeningRetransmission
	// HappeningOutOfOrder: a segment came before one that precedes it.
	HappeningOutOfOrder
	// HappeningGap: Bytes of the stream are not in the capture, though
	// acknowledged or given up.
	HappeningGap
	// HappeningResync: the framing was found again after Bytes were skipped.
	HappeningResync
	// HappeningConflict: bytes that came before came again with other content.
	HappeningConflict
	// HappeningFramingError: a length of 0 or 1, or lengths that lead nowhere.
	HappeningFramingError
	// HappeningRepeat: a fake TCP segment whose sequence number an earlier one of
	// its direction had.
	HappeningRepeat
	// HappeningZeroWindow: Src closed its window.
	HappeningZeroWindow
	// HappeningProbe: TCP keepalive or zero-window probe.
	HappeningProbe
	// HappeningPartial: the connection ended within a message; Bytes of it were
	// dropped (RFC 9329 6.1).
	HappeningPartial
	// HappeningSegments: Packets of the connection that no other event counts:
	// handshake, acknowledgements, copies that the capture made, and what never
	// became a message. Emitted once a direction, when the connection ends or is
	// forgotten; Ref is the last of them.
	HappeningSegments
)

// Foreign names another protocol by the first bytes of a side.
type Foreign uint8

const (
	ForeignOther Foreign = iota
	ForeignTLS           // a TLS record
	ForeignHTTP
	ForeignSSH
)

// Pair returns the event's addresses in canonical order: the smaller first.
func (e *Event) Pair() Pair { return MakePair(e.Src.Addr(), e.Dst.Addr()) }

// Pair is an unordered pair of addresses, kept in order. All state of stage 1
// belongs to one pair.
type Pair struct{ A, B netip.Addr }

// MakePair orders two addresses.
func MakePair(x, y netip.Addr) Pair {
	if y.Less(x) {
		x, y = y, x
	}
	return Pair{x, y}
}
