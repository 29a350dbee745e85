package flows

import (
	"math"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// Sides of an IKE SA.
const (
	sideInitiator = 0
	sideResponder = 1
)

// exchange is one request with its answers. IKEv1 has no requests and answers
// in its headers: there the side that began an exchange "requests" (RFC 2408).
type exchange struct {
	typ       ike.ExchangeType
	from      uint8  // the side that began
	group     uint16 // of the request's KE payload
	id        uint32
	digest    uint64
	print     uint64 // fingerprint of a clear request
	request   mark   // first sending
	lastSent  mark   // last sending
	response  mark   // first answer
	requests  uint32 // sendings; fragments of one message count once; stops at its limit
	responses uint32
	rtt       int64      // nanoseconds; -1 while not known
	message   [2]message // by side
	*details             // never nil
}

// idBound is above the message IDs of exchanges: from it on there are none, but
// for the last one that there can be, of which it tells nothing.
type idBound uint32

func (b idBound) mayHave(id uint32) bool { return id < uint32(b) || id == math.MaxUint32 }

func (b *idBound) add(id uint32) {
	if id < math.MaxUint32 {
		*b = max(*b, idBound(id+1))
	}
}

// count1 counts one more, as far as that goes.
func count1(n *uint32) {
	if *n < math.MaxUint32 {
		*n++
	}
}

// sent notes a request; again is false for a further fragment of one sending.
func (x *exchange) sent(m mark, again bool) {
	if !x.request.set() {
		x.request = m
	}
	if !again {
		return
	}
	count1(&x.requests)
	if x.requests >= 2 {
		x.again(x.digest, x.request, m)
	}
	x.lastSent = m
}

// answered notes an answer; again as in sent.
func (x *exchange) answered(m mark, again bool) (first bool) {
	if again {
		count1(&x.responses)
	}
	if x.response.set() {
		return false
	}
	x.response = m
	// After a retransmission it cannot be told which sending is answered
	// (RFC 6298 3): the time since the last one is the least it can be.
	if x.lastSent.set() && m.time >= x.lastSent.time {
		x.rtt = m.time - x.lastSent.time
	}
	return true
}

// liveness sums up the INFORMATIONAL exchanges that one side began.
type liveness struct {
	requests, answered uint32
	min, max           int64
	sample             []int64 // the first maxSamples round-trip times, for the median
}

const maxSamples = 64

func (l *liveness) add(rtt int64) {
	count1(&l.answered)
	if rtt < 0 {
		return
	}
	if len(l.sample) == 0 || rtt < l.min {
		l.min = rtt
	}
	l.max = max(l.max, rtt)
	if len(l.sample) < maxSamples {
		l.sample = append(l.sample, rtt)
	}
}
