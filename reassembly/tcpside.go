package reassembly

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly/tcpframe"
	"github.com/ikesniff/ikesniff/reassembly/tcpstream"
)

// Bytes takes the next bytes of the stream.
func (s *tcpSide) Bytes(b []byte, from tcpstream.Origin) {
	if !s.read {
		s.read = true
		s.foreign = s.answersForeign(b)
	}
	if s.foreign {
		return
	}
	if s.finished {
		// Somebody else sent the FIN: the stream goes on.
		s.finished = false
		s.framer = tcpframe.New(false, true, s)
	}
	s.framer.Bytes(b, from, s)
}

// Hole takes note of bytes that will not come.
func (s *tcpSide) Hole(n int, why tcpstream.HoleReason) {
	s.read = true
	if s.foreign || s.finished {
		return
	}
	if why == tcpstream.HoleLost {
		s.tell(HappeningGap, n)
	}
	s.framer.Hole(n, why, s)
}

// Note keeps what the stream notes of a segment until its messages are out, so
// that its packet counts with them.
func (s *tcpSide) Note(what tcpstream.Note, bytes int) {
	s.noted |= 1 << what
	s.notes[what] += bytes
}

// noteEvents are the events of notes.
var noteEvents = [...]struct {
	note tcpstream.Note
	what Happening
}{
	{tcpstream.NoteRetransmission, HappeningRetransmission},
	{tcpstream.NoteOutOfOrder, HappeningOutOfOrder},
	{tcpstream.NoteConflict, HappeningConflict},
	{tcpstream.NoteProbe, HappeningProbe},
}

// tellNotes emits what was noted of the segment at hand. If it brought nothing
// new, its packets count with the first of these events.
func (s *tcpSide) tellNotes(g *segment) {
	noted := s.noted
	s.noted = 0
	if noted == 0 {
		return
	}
	const old = 1<<tcpstream.NoteProbe | 1<<tcpstream.NoteOutside
	stale := noted&old != 0 || s.notes[tcpstream.NoteRetransmission] >= g.wire
	for i := range noteEvents {
		n := &noteEvents[i]
		if noted&(1<<n.note) == 0 {
			continue
		}
		if stale {
			s.conn.transport(g, n.what, TransportTCP, s.notes[n.note])
		} else {
			s.tell(n.what, s.notes[n.note])
		}
	}
	if stale && !s.claimed {
		s.unclaimed(g)
	}
	s.notes = [len(s.notes)]int{}
}

// answersForeign tells whether the answer to "IKETCP", which b begins, is of
// another protocol, and emits so.
func (s *tcpSide) answersForeign(b []byte) bool {
	t := s.conn
	if !t.prefix || t.cur == nil || t.cur.dir != s.dir || s.prefixed {
		return false
	}
	f, ok := saidBy(b).foreign()
	if !ok && (len(b) < 16 || !isText(b, len(b))) {
		return false
	}
	t.begin(t.cur)
	e := &t.c.event
	e.Kind, e.Foreign, e.Transport = KindForeign, f, TransportTCP
	s.claim(e)
	t.emit()
	return true
}

// Message emits what a frame holds.
func (s *tcpSide) Message(m *tcpframe.Message) {
	if m.Kind > tcpframe.KindKeepalive {
		return
	}
	t, c := s.conn, s.conn.c
	last := m.Last
	if m.First.Time > last.Time {
		last = m.First // out of order
	}
	e := s.begin(last)
	e.Kind, e.Transport, e.Confidence = KindMessage, TransportTCP, ConfidenceHigh
	e.FirstTime, e.FirstRef = m.First.Time, m.First.Ref
	e.Length, e.Truncated = m.Length, m.Truncated
	switch m.Kind {
	case tcpframe.KindIKE:
		e.Message, e.Data = MessageIKE, m.Data
		if len(m.Data) >= ike.HeaderLength {
			c.learnIKE(e.Src.Addr(), e.Dst.Addr(), binary.BigEndian.Uint64(m.Data), binary.BigEndian.Uint64(m.Data[8:]))
		}
	case tcpframe.KindESP:
		e.Message, e.Data, e.SPI, e.Sequence = MessageESP, m.Data, m.SPI, m.Seq
		if s.streamed.add(m.SPI, m.Seq) {
			c.learnESP(e)
			if g := t.cur; g != nil && g.dir == s.dir && g.wire == m.Length+2 && len(g.payload) > 6 && [4]byte(g.payload[2:6]) == [4]byte(m.Data) {
				o := &s.streamed.of[s.streamed.last]
				o.filled, o.at, o.end = true, g.seq, g.end()
			}
		}
	case tcpframe.KindKeepalive:
		e.Message, e.Data = MessageKeepalive, nil
	}
	s.claim(e)
	t.emit()
}

// Prefix tells that the stream began with "IKETCP".
func (s *tcpSide) Prefix() {
	s.conn.prefix, s.prefixed = true, true
	s.tell(HappeningPrefix, 0)
}

// NoPrefix tells that it did not.
func (s *tcpSide) NoPrefix() { s.tell(HappeningNoPrefix, 0) }

// FramingError tells that the place of the next frame is not known any more.
func (s *tcpSide) FramingError(string) { s.tell(HappeningFramingError, 0) }

// Resync tells that it was found.
func (s *tcpSide) Resync(skipped int) { s.tell(HappeningResync, skipped) }

// Partial tells that the stream ended within a message.
func (s *tcpSide) Partial(n int) { s.tell(HappeningPartial, n) }

// Lost tells that messages lost bytes: the hole was told of already.
func (s *tcpSide) Lost(int) {}

// expectedAhead is how many sequence numbers may have gone with bytes that are
// missing.
const expectedAhead = 256

// ExpectsESP tells whether seq is one of the next numbers of an SPI that the
// stream has carried.
func (s *tcpSide) ExpectsESP(spi, seq uint32) bool {
	for i := range s.streamed.of[:s.streamed.n] {
		if o := &s.streamed.of[i]; o.spi == spi {
			d := seq - o.high
			return d > 0 && d <= expectedAhead
		}
	}
	return false
}

// KnownESP tells whether this direction has used an SPI, on any transport.
func (s *tcpSide) KnownESP(spi uint32) bool {
	k := s.spis
	k.word |= uint64(spi)
	return s.conn.c.knowsSPI(k)
}

// KnownIKE tells whether the pair of addresses has shown an IKE SA.
func (s *tcpSide) KnownIKE(spiI, spiR uint64) bool {
	return s.conn.c.knowsIKE(s.conn.ends[0].Addr(), s.conn.ends[1].Addr(), spiI, spiR)
}
