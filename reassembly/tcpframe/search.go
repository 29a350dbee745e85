package tcpframe

import "encoding/binary"

// search looks for the place in a stream where a frame begins, one position
// after the other, and looks at each of them once. A frame of IKE shows itself
// by its header. One of ESP does not, so that every position that could be one
// becomes a chain, which later positions prove or break. Chains need not be
// captured whole: only their heads count.
type search struct {
	pos    uint64              // position in the stream of the first byte not looked at
	carry  [2*ikeHead - 2]byte // the bytes from pos on, and room for as many behind
	n      int                 // how many of them there are: at most ikeHead-1
	starts uint64              // bit i: a packet began with carry[i]
	chains [maxChains]chain
	live   int
	due    uint64 // the nearest of the chains' ends; none if there are no chains
}

// none is a position that no stream reaches.
const none = 1<<64 - 1

// maxChains bounds the chains under way. Of random positions one in 4,096
// begins one, and a wrong one lasts for 32 kB on average.
const maxChains = 32

// place is the result of a search.
type place struct {
	start uint64 // of the first frame found
	last  uint64 // of a frame found that is at most a few bytes back
}

// reset makes the search begin at position pos.
func (s *search) reset(pos uint64) {
	s.pos, s.n, s.starts, s.live, s.due = pos, 0, 0, 0, none
}

// end is the position behind the last byte taken in.
func (s *search) end() uint64 { return s.pos + uint64(s.n) }

// bytes takes in the next bytes, which one packet brought. If it finds a frame,
// the search is over, and bytes of b may not have been looked at.
func (s *search) bytes(b []byte, k Knower) (place, bool) {
	if len(b) == 0 {
		return place{}, false
	}
	s.starts |= 1 << s.n
	i := 0
	if s.n > 0 {
		// The positions in carry need bytes of b to be judged.
		m := s.n + copy(s.carry[s.n:], b[:min(len(b), ikeHead-1)])
		at := 0
		for ; at < s.n && at+ikeHead <= m; at++ {
			if p, ok := s.look(s.carry[at:m], k); ok {
				return p, true
			}
		}
		if at < s.n {
			s.n = copy(s.carry[:], s.carry[at:m])
			return place{}, false
		}
	}
	for i+ikeHead <= len(b) {
		if s.starts == 0 && s.pos != s.due {
			if n := s.pass(b[i:len(b)-ikeHead+8], k != nil); n > 0 {
				i += n
				continue
			}
		}
		if p, ok := s.look(b[i:], k); ok {
			return p, true
		}
		i++
	}
	s.n = copy(s.carry[:], b[i:])
	return place{}, false
}

// pass goes over positions at which no frame begins, no chain ends and no packet
// begins, as long as there are any, and returns how many. look would do the
// same to them, but slower.
func (s *search) pass(b []byte, knower bool) int {
	n := 0
	far := s.due - s.pos
	for ; n+8 <= len(b) && uint64(n) < far; n++ {
		// | length (2) | SPI (4) | first half of the sequence number (2) |
		v := binary.BigEndian.Uint64(b[n:])
		if uint32(v>>16) == 0 || v>>48&3 == lengthSize && (knower || v&0xff00 == 0) {
			break
		}
	}
	s.pos += uint64(n)
	return n
}

// hole skips n bytes that are not there.
func (s *search) hole(n int, k Knower) (place, bool) {
	p, ok := s.rest(k)
	if ok {
		return p, true
	}
	s.pos += uint64(s.n) + uint64(n)
	s.n, s.starts = 0, 0
	for i := 0; i < s.live; {
		if s.chains[i].due < s.pos {
			s.drop(i)
		} else {
			i++
		}
	}
	s.nearest()
	return place{}, false
}

// finish looks at what is left at the end of the stream. A chain that ends
// there is proven by that, too.
func (s *search) finish(k Knower) (place, bool) {
	if p, ok := s.rest(k); ok {
		return p, true
	}
	for i := range s.chains[:s.live] {
		if c := &s.chains[i]; c.due == s.end() && c.likely() {
			return place{c.start, c.last}, true
		}
	}
	return place{}, false
}

// rest looks at the positions in carry with nothing behind it.
func (s *search) rest(k Knower) (place, bool) {
	for ; s.n >= espHead; s.n-- {
		if p, ok := s.look(s.carry[:s.n], k); ok {
			return p, true
		}
		copy(s.carry[:], s.carry[1:s.n])
	}
	return place{}, false
}

// look judges position pos, where b begins, and goes on to the next. b has at
// least espHead bytes, and as much of ikeHead as there is.
func (s *search) look(b []byte, k Knower) (place, bool) {
	pos, first := s.pos, s.starts&1 != 0
	s.pos++
	s.starts >>= 1
	h := readHead(b)
	if h.ike {
		if !ikeShape(b, h.length, k) {
			if pos == s.due {
				s.extend(pos, b, h, k)
			}
			return place{}, false
		}
		return s.joined(pos), true
	}
	if pos == s.due {
		if p, ok, joined := s.extend(pos, b, h, k); joined {
			return p, ok
		}
	}
	// Bytes at random pass up to here once in four, and no further than the
	// sequence number. Where a packet begins, a frame is likely to.
	if h.espShape() {
		known := knownESP(h.spi, k)
		if known && expectedESP(h.spi, h.seq, k) {
			return s.joined(pos), true
		}
		if known || first || h.seq < oldSequence {
			h.readBody(b)
			s.begin(pos, h, known)
		}
	}
	return place{}, false
}

// joined is the place of the IKE frame at pos, or of the chain that ends there.
func (s *search) joined(pos uint64) place {
	p := place{pos, pos}
	for i := range s.chains[:s.live] {
		if c := &s.chains[i]; c.due == pos && c.start < p.start {
			p.start = c.start
		}
	}
	return p
}

// extend adds the frame at pos to the chains that end there, and drops those
// that it does not fit. It tells whether it fits one.
func (s *search) extend(pos uint64, b []byte, h head, k Knower) (p place, proven, joined bool) {
	known := h.espShape() && knownESP(h.spi, k)
	h.readBody(b)
	for i := 0; i < s.live; {
		c := &s.chains[i]
		switch {
		case c.due != pos:
			i++
		case short(b) > 0:
			c.due += uint64(short(b))
			joined = true
			i++
		case h.espShape() && c.add(h, known):
			joined = true
			if c.proven() && (!proven || c.start < p.start) {
				p, proven = place{c.start, c.last}, true
			}
			i++
		default:
			s.drop(i)
		}
	}
	s.nearest()
	return p, proven, joined
}

// begin starts a chain at pos. If there are too many, the one whose end is
// farthest away gives way: true frames are short, random ones are not.
func (s *search) begin(pos uint64, h head, known bool) {
	at := s.live
	if at == maxChains {
		far := pos + uint64(h.length)
		at = -1
		for i := range s.chains {
			if c := &s.chains[i]; c.frames == 1 && c.due > far {
				far, at = c.due, i
			}
		}
		if at < 0 {
			return
		}
	} else {
		s.live++
	}
	s.chains[at] = chain{start: pos, due: pos}
	s.chains[at].add(h, known)
	s.due = min(s.due, s.chains[at].due)
}

// drop forgets a chain; the last one takes its place.
func (s *search) drop(i int) {
	s.live--
	s.chains[i] = s.chains[s.live]
}

func (s *search) nearest() {
	s.due = none
	for i := range s.chains[:s.live] {
		s.due = min(s.due, s.chains[i].due)
	}
}
