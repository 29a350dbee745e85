package ike

import "math/bits"

const (
	// maxFragmentGroups are followed at the same time.
	maxFragmentGroups = 64
	// maxFragments of one message are told apart. At the smallest fragments that
	// RFC 7383 2.5.1 thinks of, 576 bytes in an IP packet, this is half a
	// megabyte.
	maxFragments = 1024
)

// FragmentKey tells which SKF payloads belong together (RFC 7383 2.6).
type FragmentKey struct {
	InitiatorSPI, ResponderSPI SPI
	MessageID                  uint32
	FromInitiator, Response    bool // the flags of the header
}

// FragmentGroup is what is known of one IKEv2 message that was sent in SKF
// payloads. The pieces are encrypted one by one: without keys one can tell
// whether they are all there, but not join them.
type FragmentGroup struct {
	Key      FragmentKey
	Exchange ExchangeType
	Total    uint16
	// First is the type of the first payload inside, which fragment 1 tells;
	// PayloadNone until that was seen.
	First PayloadType
	// Bytes of all fragments, once each: initialization vectors, ciphertext and
	// integrity checks.
	Bytes int
	// Repeated fragments that had been seen: retransmissions.
	Repeated int
	// Restarted counts how often the sender went over to more, smaller
	// fragments; those from before are forgotten (RFC 7383 2.5.2).
	Restarted int
	// Stale fragments came late, of a division that the sender had left.
	Stale int

	seen [maxFragments / 64]uint64
	used uint64
}

// Have returns how many different fragments were seen.
func (g *FragmentGroup) Have() int {
	n := 0
	for _, w := range g.seen {
		n += bits.OnesCount64(w)
	}
	return n
}

// Complete reports whether all fragments were seen.
func (g *FragmentGroup) Complete() bool { return g.Have() == int(g.Total) }

// Missing lists the numbers of the fragments that were not seen.
func (g *FragmentGroup) Missing() []uint16 {
	var out []uint16
	for i := range g.Total {
		if g.seen[i/64]&(1<<(i%64)) == 0 {
			out = append(out, i+1)
		}
	}
	return out
}

// FragmentGroups groups SKF payloads, in any order of arrival. The zero value is
// ready. Its memory is bounded; adding does not allocate once it has grown.
type FragmentGroups struct {
	groups  []FragmentGroup
	clock   uint64
	givenUp int
}

// Add adds the fragment in a payload of type PayloadSKF. The group it returns
// is valid until the next call.
func (s *FragmentGroups) Add(m *Message, p Payload) (*FragmentGroup, error) {
	f, err := ParseFragment(p.Body)
	if err != nil {
		return nil, err
	}
	if f.Total > maxFragments {
		return nil, &SyntaxError{Part: "encrypted fragment", Offset: 2, Problem: "more fragments than any message needs"}
	}
	g := s.group(FragmentKey{m.InitiatorSPI, m.ResponderSPI, m.MessageID, m.FromInitiator(), m.IsResponse()})
	switch {
	case g.Total == 0:
		g.Exchange, g.Total = m.ExchangeType, f.Total
	case f.Total < g.Total:
		g.Stale++
		return g, nil
	case f.Total > g.Total:
		*g = FragmentGroup{Key: g.Key, Exchange: g.Exchange, Total: f.Total, First: g.First,
			Repeated: g.Repeated, Restarted: g.Restarted + 1, Stale: g.Stale, used: g.used}
	}
	i := f.Number - 1
	word, bit := &g.seen[i/64], uint64(1)<<(i%64)
	if *word&bit != 0 {
		g.Repeated++
		return g, nil
	}
	*word |= bit
	g.Bytes += p.Length - genericLength - 4 // on the wire, captured or not
	if f.Number == 1 {
		g.First = p.Next
	}
	return g, nil
}

// group finds the group of a key, or makes one, if need be out of the one that
// was not used for longest.
func (s *FragmentGroups) group(k FragmentKey) *FragmentGroup {
	s.clock++
	var oldest *FragmentGroup
	for i := range s.groups {
		g := &s.groups[i]
		if g.Key == k {
			g.used = s.clock
			return g
		}
		if oldest == nil || g.used < oldest.used {
			oldest = g
		}
	}
	if len(s.groups) < maxFragmentGroups {
		s.groups = append(s.groups, FragmentGroup{})
		oldest = &s.groups[len(s.groups)-1]
	} else if !oldest.Complete() {
		s.givenUp++
	}
	*oldest = FragmentGroup{Key: k, used: s.clock}
	return oldest
}

// GivenUp counts the messages that were not complete when they had to make
// room for others.
func (s *FragmentGroups) GivenUp() int { return s.givenUp }

// Incomplete lists the messages of which fragments are missing, in the order
// in which they were last added to.
func (s *FragmentGroups) Incomplete() []FragmentGroup {
	var out []FragmentGroup
	for after := uint64(0); ; {
		var next *FragmentGroup
		for i := range s.groups {
			if g := &s.groups[i]; g.used > after && (next == nil || g.used < next.used) {
				next = g
			}
		}
		if next == nil {
			return out
		}
		after = next.used
		if !next.Complete() {
			out = append(out, *next)
		}
	}
}
