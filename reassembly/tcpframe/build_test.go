package tcpframe

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect/esp"
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly/tcpstream"
)

// frame puts the length in front of a message.
func frame(message ...byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(message)+2)), message...)
}

// ikeFrame is a frame with an INFORMATIONAL of IKEv2 whose SK payload has n
// bytes.
func ikeFrame(spiI, spiR uint64, id uint32, n int) []byte {
	h := ike.Header{
		InitiatorSPI: ike.SPI(spiI), ResponderSPI: ike.SPI(spiR), NextPayload: ike.PayloadSK,
		Version: ike.Version{Major: 2}, ExchangeType: ike.ExchangeInformational,
		Flags: ike.FlagInitiator, MessageID: id, Length: uint32(ike.HeaderLength + 4 + n),
	}
	b := h.Append(make([]byte, 4))                           // behind the non-ESP marker
	b = append(b, 0, 0, byte((4+n)>>8), byte(4+n))           // generic payload header
	return frame(append(b, noise(n, spiI+uint64(id))...)...) // ciphertext
}

// espFrame is a frame with an ESP packet of n bytes behind the header.
func espFrame(spi, seq uint32, n int) []byte {
	p := esp.ESP{SPI: spi, Seq: seq, Body: noise(n, uint64(spi)<<32|uint64(seq))}
	return frame(p.Append(nil)...)
}

// noise is n bytes that look random and depend on the seed alone.
func noise(n int, seed uint64) []byte {
	r := rand.NewPCG(seed, 8229)
	b := make([]byte, 0, n+8)
	for len(b) < n {
		b = binary.BigEndian.AppendUint64(b, r.Uint64())
	}
	return b[:n]
}

// stream is a row of frames, the stretch of each, and what a Framer says of it.
type stream struct {
	bytes  []byte
	frames []extent
}

type extent struct {
	at, n int
	text  string
}

func (s *stream) add(text string, b []byte) {
	s.frames = append(s.frames, extent{len(s.bytes), len(b), text})
	s.bytes = append(s.bytes, b...)
}

func (s *stream) texts() []string {
	var t []string
	for _, f := range s.frames {
		t = append(t, f.text)
	}
	return t
}

// traffic is a stream of n frames as a tunnel sends them: mostly ESP of one or
// two SPIs, some IKE, and what else may stand between. n of 20 has all of it.
func traffic(r *rand.Rand, n int) *stream {
	s := new(stream)
	seq := [2]uint32{uint32(r.IntN(50)), 0}
	for i := range n {
		switch {
		case i%7 == 3:
			size := 16 + r.IntN(200)
			s.add(fmt.Sprintf("IKE %d", i), ikeFrame(0x1111222233334444, 0x5555666677778888, uint32(i), size))
		case i%10 == 9:
			s.add("keepalive", frame(0xff))
		case i%19 == 12:
			s.add("empty", frame())
		default:
			sa := r.IntN(2)
			if i < n/2 {
				sa = 0
			}
			seq[sa]++
			spi := []uint32{0xc0ffee01, 0x8badf00d}[sa]
			s.add(fmt.Sprintf("ESP %08x %d", spi, seq[sa]), espFrame(spi, seq[sa], 4*(4+r.IntN(60))))
		}
	}
	return s
}

// recorder is a Handler that notes all calls as text.
type recorder struct {
	calls    []string // all of them, in order
	messages []string // those that are messages, without KindUnknown
	kept     [][]byte // Data of all messages
	last     Message
	skipped  int
	resyncs  int
	lost     int
	partial  int
	errors   int
	unknown  int
	wire     int // bytes of all messages, with lengths and markers
}

func (r *recorder) note(format string, a ...any) {
	r.calls = append(r.calls, fmt.Sprintf(format, a...))
}

func (r *recorder) Message(m *Message) {
	r.last = *m
	r.kept = append(r.kept, append([]byte(nil), m.Data...))
	text := m.Kind.String()
	r.wire += m.Length + 2
	switch m.Kind {
	case KindESP:
		text = fmt.Sprintf("ESP %08x %d", m.SPI, m.Seq)
	case KindIKE:
		r.wire += 4
		if h, err := ike.ParseHeader(m.Data); err == nil {
			text = fmt.Sprintf("IKE %d", h.MessageID)
		}
	case KindUnknown:
		r.unknown++
	}
	if m.Truncated {
		text += fmt.Sprintf(" cut %d of %d", len(m.Data), m.Length)
	} else if len(m.Data) != m.Length {
		text += " of wrong length"
	}
	if m.Kind != KindUnknown {
		r.messages = append(r.messages, text)
	}
	r.note("%s", text)
}
func (r *recorder) Prefix()   { r.note("prefix") }
func (r *recorder) NoPrefix() { r.note("no prefix") }
func (r *recorder) FramingError(why string) {
	r.errors++
	r.note("error: %s", why)
}
func (r *recorder) Resync(n int) {
	r.resyncs++
	r.skipped += n
	r.note("resync %d", n)
}
func (r *recorder) Partial(n int) {
	r.partial += n
	r.note("partial %d", n)
}
func (r *recorder) Lost(n int) {
	r.lost += n
	r.note("lost %d", n)
}

// packet is the Origin of frame number n of a capture.
func packet(n int) tcpstream.Origin {
	return tcpstream.Origin{Time: int64(n) * 1000, Ref: capture.FrameRef(0, uint64(n))}
}

// known is a Knower of these SPIs.
type known struct {
	esp []uint32
	ike [][2]uint64
}

func (k known) KnownESP(spi uint32) bool {
	for _, s := range k.esp {
		if s == spi {
			return true
		}
	}
	return false
}

func (k known) KnownIKE(i, r uint64) bool {
	for _, s := range k.ike {
		if s == [2]uint64{i, r} {
			return true
		}
	}
	return false
}

func cat(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}
