package flows

import (
	"math/bits"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
)

// message is what an exchange keeps of one of its two messages: ports and
// transport of the first sending, sizes over all sendings.
type message struct {
	length      uint32 // bytes; in IKE fragments, of all that were seen
	datagram    uint16 // the largest that carried it; 0 on TCP
	src, dst    uint16 // ports
	total       uint16 // IKE fragments announced
	ipFragments uint8
	transport   reassembly.Transport
	encrypted   bool
	seen        bool
}

// learn takes one packet of the message: a sending or an IKE fragment. fresh
// tells that its bytes were not in length so far.
func (x *message) learn(m *ike.Message, c *plain, e *reassembly.Event, fresh bool) {
	if !x.seen {
		x.src, x.dst, x.transport, x.seen = e.Src.Port(), e.Dst.Port(), e.Transport, true
	}
	x.encrypted = x.encrypted || m.Encrypted() || c.encrypted
	if fresh {
		x.length += uint32(min(int(m.Length), e.Length))
	}
	x.datagram = max(x.datagram, uint16(min(datagram(e), 1<<16-1)))
	x.ipFragments = max(x.ipFragments, uint8(min(e.Fragments, 1<<8-1)))
}

// datagram is the length in bytes of the IP datagram that carried a message, 0
// on TCP. One that came in fragments is as long as it was before.
func datagram(e *reassembly.Event) int {
	if isTCP(e.Transport) {
		return 0
	}
	if e.Fragments == 0 {
		return e.IPLength
	}
	n := e.Length + 20
	if e.Src.Addr().Is6() {
		n = e.Length + 40
	}
	switch e.Transport {
	case reassembly.TransportUDP:
		n += 8
	case reassembly.TransportUDPNATT:
		n += 8
		if e.Message == reassembly.MessageIKE {
			n += 4 // the non-ESP marker (RFC 3948 2.2)
		}
	}
	return n
}

// pieces tells which IKE fragments of a message were seen, as bits: of the last
// sending, and of all. Numbers from 64 on share a bit.
type pieces struct {
	last, all uint64
	short     uint16 // sendings before the last of which a fragment was missing
}

// add notes a fragment of a message in so many and tells whether it begins
// another sending, and whether it was seen for the first time.
func (p *pieces) add(number, total int) (again, fresh bool) {
	bit := uint64(1) << (min(number, 64) - 1)
	again = p.last == 0 || p.last&bit != 0
	if again {
		if p.last != 0 && p.lacks(total) && p.short < 1<<16-1 {
			p.short++
		}
		p.last = 0
	}
	p.last |= bit
	fresh = p.all&bit == 0
	p.all |= bit
	return again, fresh
}

// lacks tells whether the last sending is not whole.
func (p *pieces) lacks(total int) bool { return bits.OnesCount64(p.last) < min(total, 64) }

// fragment notes an IKE fragment of one side's message. A sender that goes over
// to smaller fragments begins anew with more of them (RFC 7383 2.5.2).
func (x *exchange) fragment(side uint8, number, total int) (again, fresh bool) {
	if x.fragments == nil {
		x.own().fragments = &[2]pieces{}
	}
	m, p := &x.message[side], &x.fragments[side]
	switch {
	case total > int(m.total):
		m.total, m.length, p.last, p.all, p.short = uint16(total), 0, 0, 0, 0
	case total < int(m.total):
		return false, false // of a division that was given up
	}
	return p.add(number, total)
}

// fact is the message as the rules see it; at is its first sending.
func (x *exchange) messageFact(side uint8, at mark) diagnose.Message {
	m := &x.message[side]
	if !at.set() {
		return diagnose.Message{}
	}
	out := m.fact(at)
	if x.fragments != nil && m.total > 0 {
		p := &x.fragments[side]
		out.Fragments, out.Incomplete = bits.OnesCount64(p.all), int(p.short)
		if p.lacks(int(m.total)) {
			out.Incomplete++
		}
		if m.total > 64 && out.Fragments == 64 {
			out.Fragments = out.FragmentsTotal // more cannot be told apart
		}
	}
	return out
}

func (m *message) fact(at mark) diagnose.Message {
	return diagnose.Message{
		Mark: at.fact(), Length: int(m.length), Datagram: int(m.datagram),
		FragmentsTotal: int(m.total), IPFragments: int(m.ipFragments), Transport: m.transport.String(),
		SourcePort: m.src, DestinationPort: m.dst, Encrypted: m.encrypted,
	}
}

// fact is the exchange as the rules see it.
func (x *exchange) fact() diagnose.ExchangeFacts {
	return diagnose.ExchangeFacts{
		Request:  x.messageFact(x.from, x.request),
		Response: x.messageFact(1-x.from, x.response),
		LastSent: x.lastSent.fact(),
	}
}

// mergeFragments takes the IKE fragments that another pair of addresses saw.
func (x *exchange) mergeFragments(y *exchange) {
	switch {
	case y.fragments == nil:
	case x.fragments == nil:
		x.own().fragments = y.fragments
	default:
		both := *x.fragments
		for side := range both {
			both[side].all |= y.fragments[side].all
			both[side].short = max(both[side].short, y.fragments[side].short)
		}
		x.own().fragments = &both
	}
}

// merge takes what another pair of addresses saw of the same message. The ports
// are of the place where it was seen first.
func (x *message) merge(y *message) {
	if !x.seen {
		*x = *y
		return
	}
	x.length, x.total = max(x.length, y.length), max(x.total, y.total)
	x.datagram, x.ipFragments = max(x.datagram, y.datagram), max(x.ipFragments, y.ipFragments)
	x.encrypted = x.encrypted || y.encrypted
}
