package ike

import "bytes"

const (
	// maxV1Messages in fragments are put together at the same time.
	maxV1Messages = 32
	// maxV1Message is the size of the largest message that is put together: no
	// larger one could have been sent in one piece.
	maxV1Message = 65535
)

// V1FragmentKey tells which fragments belong together. Implementations number
// their messages on their own, and some give all of them the same fragment ID:
// hence direction and message ID.
type V1FragmentKey struct {
	InitiatorSPI, ResponderSPI SPI // cookies
	MessageID                  uint32
	FragmentID                 uint16
	FromInitiator              bool
}

// V1FragmentStatus is what is known of a message after one more fragment.
type V1FragmentStatus struct {
	Key  V1FragmentKey
	Have int // fragments, repeated ones left out
	// Total is the number of fragments, 0 until the last one was seen.
	Total int
	// Message is the whole one, header included, when this fragment completes
	// it. It is a copy for the caller to keep.
	Message []byte
	// Again: the message was complete before, and all its fragments came once
	// more: a retransmission.
	Again bool
}

// V1Reassembler puts IKEv1 messages together from fragment payloads as Cisco
// and Microsoft send them (MS-IKEE 2.2.6), in any order of arrival. The zero
// value is ready. Its memory is bounded; messages that were given up are
// counted.
type V1Reassembler struct {
	entries []*v1Entry
	clock   uint64
	givenUp int
}

type v1Entry struct {
	key      V1FragmentKey
	parts    [][]byte // by number; the first is number 1
	got      []bool   // in this round: since the message was last complete
	have     int      // of got
	last     int      // number of the last one, 0 if not known
	size     int
	complete bool // once at least
	used     uint64
}

// Add adds the fragment in a payload of type PayloadV1Fragment. fromInitiator
// tells the direction, which the message itself does not.
//
// With an error, the fragment cannot be used, or those that are there make up
// something else than a message with the same cookies.
func (r *V1Reassembler) Add(m *Message, p Payload, fromInitiator bool) (V1FragmentStatus, error) {
	const part = "fragment"
	fail := func(at int, problem string) error {
		return &SyntaxError{Part: part, Offset: p.Offset + at, Problem: problem}
	}
	f, err := ParseV1Fragment(p.Body)
	switch {
	case err != nil:
		return V1FragmentStatus{}, fail(genericLength+len(p.Body), endsEarly)
	case p.Truncated:
		return V1FragmentStatus{}, fail(genericLength+len(p.Body), "the capture ends inside it")
	case f.Number == 0:
		return V1FragmentStatus{}, fail(genericLength+2, "number is 0")
	}
	e := r.entry(V1FragmentKey{m.InitiatorSPI, m.ResponderSPI, m.MessageID, f.ID, fromInitiator})
	if e.conflicts(f) {
		r.giveUp(e)
		e.reset()
	}
	e.put(f)
	if e.size > maxV1Message {
		r.giveUp(e)
		e.reset()
		return V1FragmentStatus{Key: e.key}, fail(genericLength+4, "fragments make up more than an IP packet can hold")
	}
	s := V1FragmentStatus{Key: e.key, Have: e.have, Total: e.last}
	if e.last == 0 || e.have < e.last {
		return s, nil
	}
	whole := bytes.Join(e.parts[:e.last], nil)
	if h, err := ParseHeader(whole); err != nil || !h.V1() || uint64(h.Length) != uint64(len(whole)) ||
		h.InitiatorSPI != m.InitiatorSPI || h.ResponderSPI != m.ResponderSPI {
		r.giveUp(e)
		e.reset()
		return s, fail(genericLength+4, "fragments make up no message with these cookies")
	}
	s.Message, s.Again = whole, e.complete
	e.complete, e.have = true, 0
	clear(e.got)
	return s, nil
}

// entry finds the entry of a key, or makes one, if need be out of the one that
// was not used for longest.
func (r *V1Reassembler) entry(k V1FragmentKey) *v1Entry {
	r.clock++
	var oldest *v1Entry
	for _, e := range r.entries {
		if e.key == k {
			e.used = r.clock
			return e
		}
		if oldest == nil || e.used < oldest.used {
			oldest = e
		}
	}
	if len(r.entries) < maxV1Messages {
		oldest = &v1Entry{}
		r.entries = append(r.entries, oldest)
	} else {
		r.giveUp(oldest)
		oldest.reset()
	}
	oldest.key, oldest.used = k, r.clock
	return oldest
}

func (r *V1Reassembler) giveUp(e *v1Entry) {
	if e.pending() {
		r.givenUp++
	}
}

// GivenUp counts the messages that were never complete: their fragments had to
// make room, contradicted each other, or made up no message. Those that are
// still waited for are not in it; see Pending.
func (r *V1Reassembler) GivenUp() int { return r.givenUp }

// V1Pending is a message of which fragments are missing.
type V1Pending struct {
	Key V1FragmentKey
	// Missing are the numbers of those that are not there, up to the last one,
	// or to the highest that was seen while the last one is missing too.
	Missing  []int
	LastSeen bool
}

// Pending lists the messages that are not complete, in the order in which they
// were last added to.
func (r *V1Reassembler) Pending() []V1Pending {
	var out []V1Pending
	for after := uint64(0); ; {
		var next *v1Entry
		for _, e := range r.entries {
			if e.used > after && (next == nil || e.used < next.used) {
				next = e
			}
		}
		if next == nil {
			return out
		}
		after = next.used
		if next.pending() {
			out = append(out, V1Pending{next.key, next.missing(), next.last != 0})
		}
	}
}

// pending reports whether the entry waits for fragments of a message that never
// was complete.
func (e *v1Entry) pending() bool { return e.have > 0 && !e.complete }

func (e *v1Entry) missing() []int {
	var out []int
	for i, ok := range e.got {
		if !ok {
			out = append(out, i+1)
		}
	}
	return out
}

func (e *v1Entry) reset() {
	clear(e.parts)
	*e = v1Entry{key: e.key, used: e.used, parts: e.parts[:0], got: e.got[:0]}
}

// conflicts reports whether a fragment cannot be of the same message as those
// that are there.
func (e *v1Entry) conflicts(f V1Fragment) bool {
	n := int(f.Number)
	switch {
	case e.last != 0 && (n > e.last || f.Last != (n == e.last)):
		return true
	case f.Last && n < len(e.parts):
		return true
	}
	return n <= len(e.parts) && e.parts[n-1] != nil && !bytes.Equal(e.parts[n-1], f.Data)
}

// put stores a fragment that does not conflict.
func (e *v1Entry) put(f V1Fragment) {
	n := int(f.Number)
	for len(e.parts) < n {
		e.parts, e.got = append(e.parts, nil), append(e.got, false)
	}
	if e.parts[n-1] == nil {
		e.parts[n-1] = append([]byte{}, f.Data...) // not nil, even if empty
		e.size += len(f.Data)
	}
	if f.Last {
		e.last = n
	}
	if !e.got[n-1] {
		e.got[n-1] = true
		e.have++
	}
}
