package tcpframe

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/reassembly/tcpstream"
)

// frame takes in b at a place where the framing is known, and returns how many
// bytes it took.
func (f *Framer) frame(b []byte, from tcpstream.Origin, h Handler) int {
	p := &f.part
	if p.got == 0 && len(b) >= lengthSize {
		// Nothing to put together: the message is lent as it lies in b.
		length := int(binary.BigEndian.Uint16(b))
		if length < lengthSize {
			f.lose(0)
			h.FramingError(badLength)
			return 0
		}
		if length <= len(b) {
			m := &f.message
			m.First, m.Last, m.Segments, m.Truncated = from, from, 1, false
			m.SPI, m.Seq = 0, 0
			f.deliver(b[:length], length, h)
			return length
		}
	}
	p.touch(from)
	n := 0
	if p.got < lengthSize {
		n = p.take(b, lengthSize)
		if p.got < lengthSize {
			return n
		}
		p.length = int(binary.BigEndian.Uint16(p.buf))
		if p.length < lengthSize {
			f.refuse(from, h)
			return n
		}
	}
	n += p.take(b[n:], p.length)
	if p.got == p.length {
		f.complete(h)
	}
	return n
}

// badLength is what RFC 9329 3 calls fatal.
const badLength = "a length of 0 or 1"

// refuse begins a search at a length field that came in two pieces.
func (f *Framer) refuse(from tcpstream.Origin, h Handler) {
	b, first := [lengthSize]byte(f.part.buf), f.part.first
	f.part.reset()
	f.lose(0)
	h.FramingError(badLength)
	f.Bytes(b[:1], first, h)
	f.Bytes(b[1:], from, h)
}

// complete hands on the message that was put together.
func (f *Framer) complete(h Handler) {
	p := &f.part
	b, length, lost := p.buf, p.length, p.lost
	m := &f.message
	m.First, m.Last, m.Segments, m.Truncated = p.first, p.last, p.segments, p.cut
	m.SPI, m.Seq = 0, 0
	p.reset()
	if !lost {
		f.deliver(b, length, h)
	}
}

// tear takes in a hole of n bytes at a place where the framing is known. It
// returns how many of them lie behind the last place where it still is, and
// begins a search if there are any.
func (f *Framer) tear(n int, why tcpstream.HoleReason, h Handler) int {
	p := &f.part
	if p.got < lengthSize {
		captured := p.captured
		p.reset()
		f.lose(captured)
		return n
	}
	m := min(n, p.length-p.got)
	p.got += m
	if why == tcpstream.HoleCut && p.headed() {
		p.cut = true
	} else if !p.lost {
		p.lost = true
		h.Lost(1)
	}
	if p.got == p.length {
		f.complete(h)
	}
	if n -= m; n > 0 && f.state == stateFrames {
		f.lose(0)
	}
	return n
}

// deliver hands on a message: b from the length field on as far as it was
// captured, length bytes long on the wire. f.message says where it came from.
func (f *Framer) deliver(b []byte, length int, h Handler) {
	m := &f.message
	m.Data, m.Length = b[lengthSize:], length-lengthSize
	sound := f.classify(m, length)
	h.Message(m)
	m.Data = nil
	switch {
	case sound:
		f.doubt, f.trusted = 0, true
	case m.Kind == KindUnknown:
		if f.doubt++; f.doubt == maxDoubt {
			f.lose(0)
			h.FramingError("lengths lead nowhere")
		}
	}
}
