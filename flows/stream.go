package flows

import (
	"net/netip"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly"
)

// streamKey finds a stream: one SPI one way on one path at one tap.
type streamKey struct {
	src, dst  netip.AddrPort
	spi       uint32
	message   reassembly.MessageKind
	transport reassembly.Transport
	tap       dissect.Tap
}

func keyOf(e *reassembly.Event) streamKey {
	return streamKey{e.Src, e.Dst, e.SPI, e.Message, e.Transport, e.Tap}
}

// stream is one ESP or AH SPI as one tap saw it on one path. Stage 2 makes
// child SAs of them.
type stream struct {
	streamKey
	path *path
	at   *pathTap
	dir  uint8

	packets, bytes uint64 // without copies
	first, last    mark
	content        uint64 // of the first packet; 0 if too short to tell
	seq            sequence
	sure           uint64 // copies: see traffic
	maybe          uint64
	maybeBytes     uint64
	firstCopy      mark
	lastCopy       mark
	copyNumber     uint32
	ring           copyRing
	lost           uint64 // packets and stretches lost by the capture as of the last packet
	hole           mark   // last hole of the TCP stream before the first packet
	confidence     reassembly.Confidence
	largest        largest
	trial          trial
	run, stuck     *stuck      // in hand, and the longest so far
	fragmented     *fragmented // nil if none was
}

// tellingLength is the least length in bytes of a message with an integrity
// check value: below it, equal bytes prove nothing.
const tellingLength = 24

// add takes one packet. lost is how many packets the capture has lost so far.
// Numbers that went with a hole of the TCP stream are the capture's loss, too:
// the peer has acknowledged those bytes.
func (s *stream) add(e *reassembly.Event, lost uint64) {
	lost += s.path.holes[s.dir]
	m := mark{e.Time, e.Ref}
	d := digest(e)
	kind := copyNone
	if s.seq.known(e.Sequence) {
		kind = s.ring.find(e, d)
	}
	s.at.dir[s.dir].add(e, kind)
	if kind != copyNone {
		if !s.firstCopy.set() {
			s.firstCopy, s.copyNumber = m, e.Sequence
		}
		s.lastCopy = m
		if kind == copySure {
			s.sure++
		} else {
			s.maybe++
			s.maybeBytes += uint64(e.Length)
		}
		return
	}
	s.ring.push(e, d)
	s.path.tail.add(s.dir, s.at.index, m)
	s.path.spoke(s.dir, m)
	if s.path.watches != nil {
		s.path.sign(s.dir, m, true)
	}
	if s.path.runs != nil {
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
	s.last = later(s.last, m)
	s.largest.add(e, m)
	s.weigh(uint32(e.Length), m)
	if e.Fragments > 0 {
		s.inFragments(m, e.Sequence)
	}
	s.confidence = max(s.confidence, e.Confidence)
	s.seq.add(e.Sequence, e.Time, e.Ref, lost != s.lost)
	s.lost = lost
}
