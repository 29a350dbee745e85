package tcpframe

import "github.com/ikesniff/ikesniff/reassembly/tcpstream"

// Framer cuts one direction of a TCP connection into messages. It is given the
// bytes of the stream in order, in pieces of any size, and told of holes. New
// makes one.
//
// A Framer is small until it has to put a message together (up to 64 KiB, but
// never more than has come) or to search for one (3 KiB and up to 64 KiB of
// what it passed). It keeps that memory for the next time.
type Framer struct {
	state      state
	originator bool
	midway     bool
	trusted    bool // that this is RFC 8229, and where frames begin, was shown
	knower     Knower

	prefix int              // bytes of the prefix that were seen
	origin tcpstream.Origin // and the packet they began in

	part  part
	spis  spis
	doubt int // messages in a row that make no sense

	search  *search
	history history
	passed  int    // captured bytes of the search under way
	skipped uint64 // and of those before that were no messages

	message Message // what the Handler is lent
}

type state uint8

const (
	statePrefix state = iota // at the beginning of the stream
	stateFrames              // within a frame, or between two
	stateSearch              // the framing is lost
)

// maxDoubt is how many messages in a row may make no sense before the framing
// counts as lost.
const maxDoubt = 3

// New returns a Framer for the direction that the originator of the connection
// sends, or for the other one. midway says that the capture may lack the
// beginning of the stream, so that the first frame is searched for, unless the
// prefix shows that nothing is lacking. k may be nil.
func New(originator, midway bool, k Knower) *Framer {
	return &Framer{originator: originator, midway: midway, trusted: !originator && !midway, knower: k}
}

// Searching tells whether the framing is lost, and being searched for.
func (f *Framer) Searching() bool { return f.state == stateSearch }

// Skipped is the number of captured bytes that searches have passed over so
// far, including those of a search under way, which may still turn out to hold
// messages.
func (f *Framer) Skipped() uint64 { return f.skipped + uint64(f.passed) }

// Bytes takes in the next bytes of the stream, which one packet brought, and
// reports what is complete with them. It borrows b until it returns.
func (f *Framer) Bytes(b []byte, from tcpstream.Origin, h Handler) {
	for len(b) > 0 {
		n := 0
		switch f.state {
		case statePrefix:
			n = f.begin(b, from, h)
		case stateFrames:
			n = f.frame(b, from, h)
		case stateSearch:
			n = f.seek(b, from, h)
		}
		b = b[n:]
	}
}

// Hole tells that the next n bytes of the stream will not come, and why.
func (f *Framer) Hole(n int, why tcpstream.HoleReason, h Handler) {
	if n <= 0 {
		return
	}
	switch f.state {
	case statePrefix:
		f.lose(f.prefix)
	case stateFrames:
		n = f.tear(n, why, h)
	}
	if n > 0 {
		f.gap(n, why, h)
	}
}

// Finish tells that the stream ends here. The Framer must not be used after it.
func (f *Framer) Finish(h Handler) {
	if f.state == stateSearch {
		f.give(h)
	}
	n := f.prefix + f.part.captured
	if f.state != stateSearch && n > 0 {
		h.Partial(n)
	}
}

// begin looks for the prefix, and returns how many bytes of b it took.
func (f *Framer) begin(b []byte, from tcpstream.Origin, h Handler) int {
	if f.prefix == 0 {
		f.origin = from
	}
	before := f.prefix
	n := 0
	for n < len(b) && f.prefix < len(prefix) && b[n] == prefix[f.prefix] {
		n++
		f.prefix++
	}
	switch {
	case f.prefix == len(prefix):
		f.prefix = 0
		f.state, f.trusted = stateFrames, true
		if f.originator || f.midway {
			h.Prefix()
		} else {
			f.skipped += uint64(len(prefix))
			h.FramingError("stream prefix from the responder")
		}
		return n
	case n == len(b):
		return n
	}
	// No prefix: what looked like its beginning is what the stream begins with.
	f.prefix = 0
	if f.midway {
		f.lose(0)
	} else {
		f.state = stateFrames
		if f.originator {
			h.NoPrefix()
		}
	}
	f.Bytes([]byte(prefix[:before]), f.origin, h)
	return 0
}
