package tcpframe

// Midway decides whether one direction of a connection that was open when the
// capture began carries frames of RFC 8229. It is given the bytes of the
// stream in order; the caller keeps them if it wants to hand them to a Framer
// afterwards. NewMidway makes one; it takes about 3 KiB.
//
// That frames chain is not enough, for those of TNS, PPTP and others count
// their own length as well. It takes a marker and a plausible IKE header, or
// three frames of one SPI with growing sequence numbers, or an SPI that is
// known and one more frame.
type Midway struct {
	search  search
	knower  Knower
	pieces  int
	bytes   int
	prefix  int // bytes of the prefix that the stream began with; -1 if not
	start   uint64
	verdict Verdict
}

const (
	// MidwayPieces and MidwayBytes are how much a Midway takes in before it
	// gives up with VerdictOther.
	MidwayPieces = 8
	MidwayBytes  = 1 << 16
)

// NewMidway returns a Midway at the beginning of what was captured. k may be
// nil.
func NewMidway(k Knower) *Midway {
	m := &Midway{knower: k}
	m.search.reset(0)
	return m
}

// Bytes takes in what one packet added to the stream. A verdict other than
// VerdictNeedMore is final: VerdictFramed, VerdictPrefix if the stream began
// after all with what was captured, or another protocol.
func (m *Midway) Bytes(b []byte) Verdict {
	if m.verdict != VerdictNeedMore || len(b) == 0 {
		return m.verdict
	}
	for i := 0; i < len(b) && m.prefix >= 0; i++ {
		if b[i] != prefix[m.prefix] {
			m.prefix = -1
		} else if m.prefix++; m.prefix == len(prefix) {
			return m.decide(VerdictPrefix, 0)
		}
	}
	if v := name(b); v != VerdictNeedMore {
		return m.decide(v, 0)
	}
	if p, ok := m.search.bytes(b, m.knower); ok {
		return m.decide(VerdictFramed, p.start)
	}
	m.pieces++
	m.bytes += len(b)
	if m.pieces >= MidwayPieces || m.bytes >= MidwayBytes {
		return m.Finish()
	}
	return VerdictNeedMore
}

// Hole tells that the next n bytes of the stream will not come.
func (m *Midway) Hole(n int) Verdict {
	if m.verdict != VerdictNeedMore || n <= 0 {
		return m.verdict
	}
	m.prefix = -1
	if p, ok := m.search.hole(n, m.knower); ok {
		return m.decide(VerdictFramed, p.start)
	}
	return VerdictNeedMore
}

// Finish tells that no more will come, and returns the verdict.
func (m *Midway) Finish() Verdict {
	if m.verdict != VerdictNeedMore {
		return m.verdict
	}
	if p, ok := m.search.rest(m.knower); ok {
		return m.decide(VerdictFramed, p.start)
	}
	return m.decide(VerdictOther, 0)
}

// Verdict is the verdict so far.
func (m *Midway) Verdict() Verdict { return m.verdict }

// Start is, with VerdictFramed, how many bytes of the stream, holes included,
// lie before the first frame that was found.
func (m *Midway) Start() uint64 { return m.start }

func (m *Midway) decide(v Verdict, start uint64) Verdict {
	m.verdict, m.start = v, start
	return v
}
