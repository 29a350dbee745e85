package message

import (
	"hash/maphash"
	"math"
	"time"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// sending is a message that was sent once or more. A message that is sent again
// has the same bytes (RFC 7296 2.1; IKEv1's senders do likewise): a request with
// a cookie or another key exchange is a new one. Fragments are messages of their
// own.
type sending struct {
	firstTime, lastTime int64
	first, last         capture.Ref
	ipid                uint32
	hasIPID             bool
	up                  bool            // from the lower address to the higher
	again               int32           // sendings behind the first; copies are none
	gaps                [maxGaps]uint32 // milliseconds from one to the next, as many as again
	back                bool            // the clock of the capture went back meanwhile
}

const (
	// maxSendings messages are remembered.
	maxSendings = 16384
	// maxGaps are remembered of a message. FortiOS and strongSwan send one six
	// times.
	maxGaps = 8
	// copyWithin is the time in which the capture may have a packet twice, the
	// same as flows takes.
	copyWithin = int64(50 * time.Millisecond)
	// tellingLength is how many bytes of a message that the capture cut must be
	// there: the header with all of an initialization vector, or a cookie.
	tellingLength = ike.HeaderLength + 20
)

// repetition is how a message relates to those before.
type repetition uint8

const (
	isNew   repetition = iota
	isAgain            // sent again
	isCopy             // the same packet, captured again or doubled on the way
)

// sendings tells messages that were sent before.
type sendings struct {
	seed   maphash.Seed // of this run alone: nobody can make two messages collide
	recent recent[sending]
}

func newSendings() sendings {
	return sendings{maphash.MakeSeed(), newRecent[sending](maxSendings)}
}

// note takes a message in, whose sending is valid until the next call. It is
// nil where too little of it was captured to know it again.
func (s *sendings) note(e *reassembly.Event) (*sending, repetition) {
	if len(e.Data) < ike.HeaderLength || e.Truncated && len(e.Data) < tellingLength {
		return nil, isNew
	}
	key := maphash.Bytes(s.seed, e.Data) ^ uint64(e.Length)
	up := e.Src.Addr().Less(e.Dst.Addr())
	x := s.recent.find(key)
	if x == nil {
		x = s.recent.add(key)
		*x = sending{firstTime: e.Time, lastTime: e.Time, first: e.Ref, last: e.Ref, up: up, ipid: e.IPID, hasIPID: e.HasIPID}
		return x, isNew
	}
	gap := e.Time - x.lastTime
	switch {
	case x.hasIPID == e.HasIPID && x.ipid == e.IPID && gap <= copyWithin && gap >= -copyWithin:
		return x, isCopy
	case x.up != up:
		return nil, isNew // it came back; its sender did not repeat it
	}
	x.back = x.back || gap < 0
	if x.again < maxGaps {
		ms := (gap + int64(time.Millisecond)/2) / int64(time.Millisecond)
		x.gaps[x.again] = uint32(min(max(ms, 0), math.MaxUint32))
	}
	x.again++
	x.last, x.lastTime, x.ipid, x.hasIPID = e.Ref, e.Time, e.IPID, e.HasIPID
	return x, isAgain
}

// known gives the gaps that are remembered, in milliseconds and in the order of
// the sendings.
func (x *sending) known() []uint32 { return x.gaps[:min(x.again, maxGaps)] }

// timers names the implementation whose default timers the gaps fit. Only those
// of one who waits for an answer say something: others repeat theirs when they
// are asked again.
func (x *sending) timers(m *ike.Message) string {
	if m.IsResponse() || m.V1() && !m.ResponderSPI.IsZero() || x.again > maxGaps || x.back {
		return ""
	}
	var waits [maxGaps]time.Duration
	for i, g := range x.known() {
		waits[i] = time.Duration(g) * time.Millisecond
	}
	return ike.RetransmissionTimers(waits[:x.again])
}
