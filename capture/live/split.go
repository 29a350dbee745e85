package live

import "encoding/binary"

// splitter takes a UDP datagram that offloading merged out of several apart
// again: all but the last have the same length (udp(7), UDP_GRO).
type splitter struct {
	frame   []byte // headers and the rest of the payload
	headers int    // bytes up to the UDP payload
	ip      int    // where IP begins
	six     bool
	size    int // of a segment
	at      int // next payload byte
	number  uint16
	buf     []byte
}

// begin takes a merged frame; false where it is none that can be taken apart.
func (s *splitter) begin(frame []byte, size int) bool {
	*s = splitter{frame: frame, size: size, buf: s.buf}
	if size == 0 || len(frame) < 14 {
		return false
	}
	at := 12
	for n := 0; n < 2 && (be16(frame, at) == 0x8100 || be16(frame, at) == 0x88a8); n++ {
		at += 4
	}
	s.ip = at + 2
	switch be16(frame, at) {
	case 0x0800:
		if len(frame) < s.ip+20 || frame[s.ip+9] != 17 {
			return false
		}
		s.headers = s.ip + int(frame[s.ip]&0xf)*4 + 8
		s.number = be16(frame, s.ip+4)
	case 0x86dd:
		if len(frame) < s.ip+40 || frame[s.ip+6] != 17 {
			return false
		}
		s.six = true
		s.headers = s.ip + 40 + 8
	default:
		return false
	}
	s.at = s.headers
	return len(frame) > s.headers+size
}

// next returns the next datagram, valid until the call after it; nil at the
// end.
func (s *splitter) next() []byte {
	if s.at >= len(s.frame) {
		return nil
	}
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
	binary.BigEndian.PutUint16(b[s.headers-4:], uint16(8+len(payload)))
	return b
}

func be16(b []byte, at int) uint16 {
	if at+2 > len(b) {
		return 0
	}
	return binary.BigEndian.Uint16(b[at:])
}
