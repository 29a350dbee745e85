package tcpframe

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/dissect/esp"
	"github.com/ikesniff/ikesniff/dissect/ike"
)

// classify tells what a frame holds whose contents m.Data and m.Length give,
// and fills in the rest of m. It tells whether the message also shows that the
// framing is right.
func (f *Framer) classify(m *Message, length int) (sound bool) {
	m.Kind = KindUnknown
	switch {
	case m.Length == 0:
		m.Kind = KindEmpty
	case m.Length == 1 && len(m.Data) == 1 && m.Data[0] == 0xff:
		m.Kind = KindKeepalive
	case m.Length < esp.HeaderLength || len(m.Data) < esp.HeaderLength:
	case binary.BigEndian.Uint32(m.Data) == 0:
		b, n := m.Data[markerSize:], m.Length-markerSize
		// The marker stands for IKE, malformed or not.
		if ike.PlausibleOnPort(b, n) || knownIKE(b, f.knower) {
			m.Kind, m.Data, m.Length = KindIKE, b, n
			return ike.Plausible(b, n)
		}
	default:
		h := head{
			length: length,
			spi:    binary.BigEndian.Uint32(m.Data),
			seq:    binary.BigEndian.Uint32(m.Data[4:]),
		}
		var ok bool
		if ok, sound = f.belongs(h); ok {
			m.Kind, m.SPI, m.Seq = KindESP, h.spi, h.seq
		}
	}
	return sound
}

// belongs tells whether ESP with this head may occur here, and whether it is
// of an SPI that is known. Where an SPI is new in a stream that carried others,
// an SA began, so that its sequence numbers are low; anything else would be
// bytes taken for a frame because the framing is wrong.
func (f *Framer) belongs(h head) (ok, sound bool) {
	strict := f.spis.n > 0 || !f.trusted
	last, seen := f.spis.add(h.spi, h.seq)
	if seen {
		// The common case asks nobody.
		d := int32(h.seq - last)
		return true, d != 0 && d <= smallStep && d >= -smallStep || knownESP(h.spi, f.knower)
	}
	known := knownESP(h.spi, f.knower)
	return known || !strict || h.espShape() && h.seq < oldSequence, known
}

// spis are the SPIs that the stream has carried, the latest eight.
type spis struct {
	of   [8]struct{ spi, seq uint32 }
	n    int
	next int // the one to give way
	last int // the one used last
}

// add notes a packet, and returns the sequence number of the one before it with
// the same SPI.
func (s *spis) add(spi, seq uint32) (last uint32, seen bool) {
	if s.n > 0 && s.of[s.last].spi == spi {
		last, s.of[s.last].seq = s.of[s.last].seq, seq
		return last, true
	}
	for i := range s.of[:s.n] {
		if s.of[i].spi == spi {
			last, s.of[i].seq, s.last = s.of[i].seq, seq, i
			return last, true
		}
	}
	i := s.next
	if s.n < len(s.of) {
		i = s.n
		s.n++
	} else {
		s.next = (i + 1) % len(s.of)
	}
	s.of[i].spi, s.of[i].seq, s.last = spi, seq, i
	return 0, false
}
