package tcpstream

// Sink takes what a [Stream] finds. Its methods are called inside Push, Ack
// and Flush, and must not call the stream.
//
// Bytes and holes come in the order of the stream and leave nothing out: the
// lengths given to Bytes and Hole since the first segment add up to the
// distance that [Stream.Next] has moved.
type Sink interface {
	// Bytes gives the next bytes of the stream. They are lent: whoever keeps
	// them copies them. They all came in the packet from.
	Bytes(b []byte, from Origin)
	// Hole says that the next n bytes of the stream will not come.
	Hole(n int, why HoleReason)
	// Note tells something about a segment that the bytes do not show. Each
	// kind of note is given at most once a segment, after the bytes and holes
	// that became due with it.
	Note(what Note, bytes int)
}

// HoleReason tells why bytes of the stream are missing.
type HoleReason uint8

const (
	// HoleLost: no segment with these bytes is in the capture.
	HoleLost HoleReason = iota
	// HoleCut: the packet is there, but the snapshot length cut these bytes off.
	HoleCut
)

func (r HoleReason) String() string {
	if r == HoleCut {
		return "cut"
	}
	return "lost"
}

// Note is something noteworthy about one segment.
type Note uint8

const (
	// NoteRetransmission: so many bytes of the segment had come before. A
	// packet that the capture holds twice looks the same.
	NoteRetransmission Note = iota
	// NoteOutOfOrder: so many bytes of the segment are new, although later
	// ones had come before them: reordered on the way, or sent again after a
	// loss in front of the capture point.
	NoteOutOfOrder
	// NoteConflict: so many bytes differ from those that came first for the
	// same sequence numbers. The first ones count. Against bytes that were
	// given to the sink already it is told only from samples of the last few
	// segments: a conflict that is noted is one, a conflict further back may
	// go unnoticed.
	NoteConflict
	// NoteProbe: a keepalive (RFC 1122 section 4.2.3.6) or a repeated zero
	// window probe (RFC 9293 section 3.8.6.1). Bytes is its length, 0 or 1.
	NoteProbe
	// NoteOutside: the segment lies where the connection cannot be; its bytes
	// are not used.
	NoteOutside
)

func (n Note) String() string {
	switch n {
	case NoteRetransmission:
		return "retransmission"
	case NoteOutOfOrder:
		return "out of order"
	case NoteConflict:
		return "conflict"
	case NoteProbe:
		return "probe"
	}
	return "outside"
}
