package flows

import (
	"net/netip"

	"github.com/ikesniff/ikesniff/reassembly"
)

// streamKey finds a stream: one SPI one way on one path at one tap.
type streamKey struct {
	at      *pathTap
	spi     uint32
	message reassembly.MessageKind
	dir     uint8
}

// stream is one ESP or AH SPI as one tap saw it on one path. Stage 2 makes
// child SAs of them. There are very many, so what few of them have is kept
// elsewhere, made when it is needed.
type stream struct {
	streamKey
	path *path

	packets, bytes uint64 // without copies
	first, last    mark
	content        uint64 // of the first packet; 0 if too short to tell
	seq            sequence
	uncommon       *uncommon // nil if there was none of it
	ring           copyRing
	lost           uint64 // packets and stretches lost by the capture as of the last packet
	confidence     reassembly.Confidence
	largest        largest
	trial          trial
	run, stuck     *stuck // in hand, and the longest so far
}

// ends returns who sends the stream and to whom.
func (s *stream) ends() (src, dst netip.AddrPort) {
	src, dst = s.path.ends()
	if s.dir == fromB {
		src, dst = dst, src
	}
	return src, dst
}

// has tells whether e belongs to the stream.
func (s *stream) has(e *reassembly.Event) bool {
	if s.spi != e.SPI || s.message != e.Message || s.path.transport != e.Transport || s.at.tap != e.Tap {
		return false
	}
	a, b := &e.Src, &e.Dst
	if s.dir == fromB {
		a, b = b, a
	}
	p := s.path
	return a.Port() == p.portA && b.Port() == p.portB && a.Addr() == p.pair.key.A && b.Addr() == p.pair.key.B
}

// uncommon is what few streams have.
type uncommon struct {
	copies     copied
	hole       mark // last hole of the TCP stream before the first packet
	fragmented fragmented
}

// unusual returns it to be written to.
func (s *stream) unusual() *uncommon {
	if s.uncommon == nil {
		s.uncommon = &uncommon{}
	}
	return s.uncommon
}

// copied returns the stream's counts of copies, to be read.
func (s *stream) copied() copied {
	if s.uncommon == nil {
		return copied{}
	}
	return s.uncommon.copies
}

// holed is the last hole of the TCP stream before the first packet, if any.
func (s *stream) holed() mark {
	if s.uncommon == nil {
		return mark{}
	}
	return s.uncommon.hole
}

// tellingLength is the least length in bytes of a message with an integrity
// check value: below it, equal bytes prove nothing.
const tellingLength = 24

// add takes one packet. lost is how many packets the capture has lost so far.
// Numbers that went with a hole of the TCP stream are the capture's loss, too:
// the peer has acknowledged those bytes.
func (s *stream) add(e *reassembly.Event, lost uint64) {
	m := mark{e.Time, e.Ref}
	if c := s.path.tcp; c != nil {
		lost += c.holes[s.dir]
		c.spoke(s.dir, m)
	}
	d := digest(e)
	kind := copyNone
	if s.seq.known(e.Sequence) {
		kind = s.ring.find(e, d)
	}
	s.at.dir[s.dir].add(e, kind)
	if kind != copyNone {
		s.unusual().copies.add(kind, e)
		return
	}
	s.ring.push(e, d)
	s.path.data(s.dir, s.at.index, m)
	s.path.spoke(s.dir, m)
	if s.path.watches != nil {
		s.path.sign(s.dir, m, true)
	}
	if s.path.aside != nil {
		s.path.counted(s.dir, s.at.index, uint32(e.Length))
	}
	s.packets++
	s.bytes += uint64(e.Length)
	if !s.first.set() {
		s.first = m
		if e.Length >= tellingLength {
			s.content = content(e)
		}
	}
	s.last.latest(m)
	s.largest.add(e, m)
	s.weigh(uint32(e.Length), m)
	if e.Fragments > 0 {
		s.inFragments(m, e.Sequence)
	}
	s.confidence = max(s.confidence, e.Confidence)
	s.seq.add(e.Sequence, e.Time, e.Ref, lost != s.lost)
	s.lost = lost
}
