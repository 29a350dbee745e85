package reassembly

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/dissect/ike"
)

const udpHeaderLength = 8

// telling is what the start of an IP payload tells of a datagram that is not
// whole.
type telling struct {
	ipsec bool
	// known: the answer would be the same if more had been captured.
	known bool
	// seen: message, and what belongs to it, was told by content.
	seen             bool
	srcPort, dstPort uint16
	transport        Transport
	message          MessageKind
	confidence       Confidence
	spi, sequence    uint32
	data             []byte
	length           int // of the message on the wire, 0 if not known
}

// tell reads the start b of an IP payload of total bytes, -1 if not known.
func (f *Defragmenter) tell(proto uint8, b []byte, total int) telling {
	switch proto {
	case dissect.ProtoESP:
		t := telling{ipsec: true, known: true, transport: TransportIP, message: MessageESP,
			confidence: ConfidenceHigh, data: b, length: max(total, 0)}
		if len(b) >= espHeaderLength {
			t.spi, t.sequence = binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
			t.seen, t.ipsec = true, t.spi != 0
		}
		return t
	case dissect.ProtoAH:
		t := telling{ipsec: true, known: true, transport: TransportIP, message: MessageAH,
			confidence: ConfidenceHigh, data: b, length: max(total, 0)}
		if len(b) >= ahHeaderLength {
			t.spi, t.sequence = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
			t.seen, t.ipsec = true, t.spi != 0
		}
		return t
	case dissect.ProtoUDP:
		if len(b) < udpHeaderLength {
			return telling{}
		}
		t := telling{
			known:   true,
			srcPort: binary.BigEndian.Uint16(b),
			dstPort: binary.BigEndian.Uint16(b[2:]),
			length:  int(binary.BigEndian.Uint16(b[4:])) - udpHeaderLength,
			data:    b[udpHeaderLength:],
		}
		if t.length < len(t.data) {
			t.length = len(t.data)
		}
		f.tellUDP(&t)
		return t
	}
	return telling{known: true}
}

// tellUDP reads t.data, the start of a UDP payload of t.length bytes. It uses
// the rules of the Classifier, but knows no flows.
func (f *Defragmenter) tellUDP(t *telling) {
	natt := f.natt.has(t.srcPort) || f.natt.has(t.dstPort)
	onPort := t.srcPort == portIKE || t.dstPort == portIKE
	b, n := t.data, t.length
	first := uint32(0)
	if len(b) >= markerLength {
		first = binary.BigEndian.Uint32(b)
		if body := b[markerLength:]; first == 0 && isIKE(body, n-markerLength, natt) {
			t.data, t.length = body, n-markerLength
			t.is(MessageIKE, TransportUDPNATT, ConfidenceHigh)
			return
		}
		if isIKE(b, n, onPort && !natt) {
			t.is(MessageIKE, TransportUDP, ConfidenceHigh)
			return
		}
	}
	switch {
	case natt && first != 0:
		if n%espAlignment == 0 && plausibleSPI(first) && lookalikeOf(b, n) == "" {
			t.spi = first
			if len(b) >= espHeaderLength {
				t.sequence = binary.BigEndian.Uint32(b[4:])
			}
			t.is(MessageESP, TransportUDPNATT, ConfidenceLow)
		}
	case natt && len(b) < markerLength+ike.HeaderLength, onPort && len(b) < ike.HeaderLength:
		// The port is all there is to go by.
		t.ipsec = true
		t.message, t.confidence = MessageIKE, ConfidenceLow
		t.transport = TransportUDP
		if natt {
			t.transport = TransportUDPNATT
		}
	}
}

func (t *telling) is(m MessageKind, tr Transport, c Confidence) {
	t.ipsec, t.seen = true, true
	t.message, t.transport, t.confidence = m, tr, c
}
