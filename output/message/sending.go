package message

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
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
	src, dst            uint64          // digests of the first's addresses
	packet              packetMark      // of the last
	again               int32           // sendings behind the first; copies are none
	gaps                [maxGaps]uint32 // milliseconds from one to the next, as many as again
	back                bool            // the clock of the capture went back meanwhile
}

// packetMark is what tells one packet captured twice from one sent twice.
type packetMark struct {
	ipid uint32 // 0 if there is none: some senders set none
	tap  dissect.Tap
	ttl  uint8
}

// digest tells addresses apart, in less memory than they take.
func digest(a netip.Addr) uint64 {
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8])*0x9e3779b97f4a7c15 ^ binary.BigEndian.Uint64(b[8:])
}

func markOf(e *reassembly.Event) packetMark {
	m := packetMark{tap: e.Tap, ttl: e.TTL}
	if e.HasIPID {
		m.ipid = e.IPID
	}
	return m
}

// same compares the marks of two packets with the same bytes at nearly the same
// time. Without IP ID another tap shows that it is one packet, or one hop more.
func (m packetMark) same(o packetMark) repetition {
	switch {
	case m.ipid != o.ipid:
		return isAgain
	case m.ipid != 0, m.tap != o.tap, m.ttl == o.ttl+1, o.ttl == m.ttl+1:
		return isCopy
	}
	return isSame
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
	isSame             // one of the two: nothing tells which
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
	now, src, dst := markOf(e), digest(e.Src.Addr()), digest(e.Dst.Addr())
	x := s.recent.find(key)
	if x == nil {
		x = s.recent.add(key)
		*x = sending{firstTime: e.Time, lastTime: e.Time, first: e.Ref, last: e.Ref, src: src, dst: dst, packet: now}
		return x, isNew
	}
	if src == x.dst && dst == x.src {
		return nil, isNew // it came back; its sender did not repeat it
	}
	gap := e.Time - x.lastTime
	if gap <= copyWithin && gap >= -copyWithin {
		if r := now.same(x.packet); r != isAgain {
			return x, r
		}
	}
	x.back = x.back || gap < 0
	if x.again < maxGaps {
		ms := (gap + int64(time.Millisecond)/2) / int64(time.Millisecond)
		x.gaps[x.again] = uint32(min(max(ms, 0), math.MaxUint32))
	}
	x.again++
	x.last, x.lastTime, x.packet = e.Ref, e.Time, now
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
