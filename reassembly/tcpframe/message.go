package tcpframe

import "github.com/ikesniff/ikesniff/reassembly/tcpstream"

// Kind is what a frame holds.
type Kind uint8

const (
	// KindIKE: an IKE message behind the non-ESP marker. It may be malformed:
	// the marker and a header of IKE's shape make it one.
	KindIKE Kind = iota
	// KindESP: an ESP packet.
	KindESP
	// KindKeepalive: the one byte ff, which "SHOULD NOT be sent" (RFC 9329 6.6).
	KindKeepalive
	// KindEmpty: length 2 and nothing behind it, which a receiver ignores.
	KindEmpty
	// KindUnknown: anything else. The framing was kept, but what the frame holds
	// is too short for ESP, or is no IKE though marked so, or has an SPI and a
	// sequence number that do not belong to this stream.
	KindUnknown
)

var kindNames = [...]string{"IKE", "ESP", "keepalive", "empty", "unknown"}

// String is for tests and error texts.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "invalid"
}

// Message is one frame of the stream. The Handler borrows it and its bytes
// until it returns.
type Message struct {
	Kind Kind
	// Data is the captured part, without length field; IKE without non-ESP
	// marker as well. ESP begins with the SPI.
	Data []byte
	// Length is what Data would have if nothing had been cut, in bytes.
	Length int
	// Truncated: a snapshot length cut bytes out of the message. Data ends where
	// the first of them was. IKE then has at least its header, ESP its SPI and
	// sequence number.
	Truncated bool
	// First is the packet that the length field began in, Last the one that the
	// message's last byte came in. Segments is the number of packets from one to
	// the other that brought bytes of the message.
	First, Last tcpstream.Origin
	Segments    int
	// SPI and Seq of ESP, host order; 0 otherwise.
	SPI, Seq uint32
}

// Handler is told what a Framer finds, in stream order. Calls come from within
// Bytes, Hole and Finish, which must not be called from here.
type Handler interface {
	// Message: a frame is complete.
	Message(m *Message)
	// Prefix: the stream began with "IKETCP".
	Prefix()
	// NoPrefix: the originator's stream began with something else. It is taken
	// as frames from its first byte on.
	NoPrefix()
	// FramingError: the framing was lost though no byte of the stream was. A
	// search for the next message begins.
	FramingError(why string)
	// Resync: a search found a message; skipped captured bytes were passed over.
	Resync(skipped int)
	// Partial: the stream ended within a message, n captured bytes of which are
	// dropped (RFC 9329 6.1).
	Partial(n int)
	// Lost: n messages of known length lost bytes that the capture does not
	// hold, or had their header cut off by the snapshot length.
	Lost(n int)
}

// Expecter is a Knower that can tell more of an SPI.
type Expecter interface {
	Knower
	// ExpectsESP tells whether seq is one of the next sequence numbers of an SPI
	// that this direction of the connection has used.
	ExpectsESP(spi, seq uint32) bool
}

// Knower knows the SPIs that a pair of addresses has used so far. A nil Knower
// knows none. Calls are frequent while the framing is searched for.
type Knower interface {
	KnownESP(spi uint32) bool
	KnownIKE(spiI, spiR uint64) bool
}
