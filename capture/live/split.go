package live

import "encoding/binary"

// splitter takes a frame apart again that offloading merged out of several, or
// that it has not cut yet (udp(7) UDP_GRO; GRO and TSO of TCP). All pieces but the
// last have the same length of payload. What comes out is what was, or will be,
// on the wire, but for checksums: Fortinet's fake TCP has a message a segment, so
// where segments end matters.
type splitter struct {
	frame   []byte // headers and the rest of the payload
	headers int    // bytes up to the payload of UDP or TCP
	ip      int    // where IP begins
	l4      int    // where UDP or TCP begins
	six     bool
	tcp     bool
	size    int // of a piece
	at      int // next payload byte
	number  uint16
	buf     []byte
}

// Places in the headers.
const (
	tcpSequence = 4
	tcpOffset   = 12
	tcpFlags    = 13

	flagFIN = 0x01
	flagPSH = 0x08
	flagCWR = 0x80
)

// begin takes a merged frame of Ethernet; false where it is none that can be
// taken apart.
func (s *splitter) begin(frame []byte, size int) bool {
	*s = splitter{frame: frame, size: size, buf: s.buf}
	s.at = len(frame) // nothing to take, until all is known
	if size == 0 || len(frame) < 14 {
		return false
	}
	at := 12
	for n := 0; n < 2 && (be16(frame, at) == 0x8100 || be16(frame, at) == 0x88a8); n++ {
		at += 4
	}
	s.ip = at + 2
	var protocol byte
	switch be16(frame, at) {
	case 0x0800:
		if len(frame) < s.ip+20 {
			return false
		}
		protocol = frame[s.ip+9]
		s.l4 = s.ip + int(frame[s.ip]&0xf)*4
		s.number = be16(frame, s.ip+4)
	case 0x86dd:
		if len(frame) < s.ip+40 {
			return false
		}
		protocol = frame[s.ip+6]
		s.six = true
		s.l4 = s.ip + 40
	default:
		return false
	}
	switch {
	case protocol == 17:
		s.headers = s.l4 + 8
	case protocol == 6 && len(frame) > s.l4+tcpFlags:
		s.tcp = true
		s.headers = s.l4 + int(frame[s.l4+tcpOffset]>>4)*4
		if s.headers < s.l4+20 {
			return false
		}
	default:
		return false
	}
	if len(frame) <= s.headers+size {
		return false
	}
	s.at = s.headers
	return true
}

// next returns the next piece, valid until the call after it; nil at the end.
func (s *splitter) next() []byte {
	if s.at >= len(s.frame) {
		return nil
	}
	from := s.at - s.headers
	payload := s.frame[s.at:min(s.at+s.size, len(s.frame))]
	s.at += len(payload)
	b := append(append(s.buf[:0], s.frame[:s.headers]...), payload...)
	s.buf = b
	length := len(b) - s.ip
	if s.six {
		binary.BigEndian.PutUint16(b[s.ip+4:], uint16(length-40))
	} else {
		binary.BigEndian.PutUint16(b[s.ip+2:], uint16(length))
		binary.BigEndian.PutUint16(b[s.ip+4:], s.number)
		s.number++ // segments of one sending count up
	}
	if !s.tcp {
		binary.BigEndian.PutUint16(b[s.l4+4:], uint16(8+len(payload)))
		return b
	}
	h := b[s.l4:]
	binary.BigEndian.PutUint32(h[tcpSequence:], binary.BigEndian.Uint32(h[tcpSequence:])+uint32(from))
	if s.at < len(s.frame) { // what ends the sending is on its last segment
		h[tcpFlags] &^= flagFIN | flagPSH
	}
	if from > 0 {
		h[tcpFlags] &^= flagCWR
	}
	return b
}

func be16(b []byte, at int) uint16 {
	if at+2 > len(b) {
		return 0
	}
	return binary.BigEndian.Uint16(b[at:])
}
