package flows

import (
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// v1 takes one IKEv1 message that is not a copy (RFC 2408, RFC 2409).
func (t *Tracker) v1(sa *ikeSA, m *ike.Message, e *reassembly.Event, side uint8) {
	c := &t.plain
	c.read(m)
	now := mark{e.Time, e.Ref}
	x := sa.find(func(x *exchange) bool { return x.typ == m.ExchangeType && x.id == m.MessageID })
	if x == nil {
		x = sa.exchanges.add(exchange{typ: m.ExchangeType, id: m.MessageID, from: side, rtt: -1, details: noDetails})
	}
	t.notified(x, c.notifies)
	sa.noticed(m, c, side, now)
	d := content(e)
	if isPhase1(m.ExchangeType) {
		if sa.phase1 == nil {
			sa.phase1 = &phase1{}
		}
		if c.fragment > 1 {
			sa.phase1.further(side, m, c, e)
		} else {
			sa.phase1.add(d, side, now, m, c, e)
		}
	}
	switch {
	case c.fragment > 1:
		x.furtherV1(side, m, c, e)
		sa.making(x)
		return // the first fragment stands for the message
	case side == x.from:
		x.sentV1(now, d, m, c, e)
	default:
		x.answeredV1(now, d, m, c, e)
	}
	sa.making(x)
	switch m.ExchangeType {
	case ike.ExchangeV1Main, ike.ExchangeV1Aggressive:
		sa.mode = m.ExchangeType
		t.phase1(sa, m, e, x, side)
	case ike.ExchangeV1Quick:
		// The third message completes a quick mode (RFC 2409 5.5); data may flow
		// from then on, and phase 1 is proven by the first.
		sa.authDone = earlier(sa.authDone, now)
		if side == x.from && x.response.set() {
			sa.births.add(birth{now, m.ExchangeType})
			sa.confirmed = earlier(sa.confirmed, now)
		}
	case ike.ExchangeV1Informational:
		if m.Encrypted() {
			t.probeV1(sa, e, side, now, x.requests > 1)
		}
		if !m.Encrypted() && c.has(uint16(ike.V1NotifyNoProposalChosen)) {
			sa.refuse().proposal.add(now)
		}
	case ike.ExchangeV1Transaction:
		sa.authDone = earlier(sa.authDone, now)
	}
}

// phase1 reads the clear messages of main and aggressive mode and notes when
// both sides have sent their last one.
func (t *Tracker) phase1(sa *ikeSA, m *ike.Message, e *reassembly.Event, x *exchange, side uint8) {
	c := &t.plain
	now := mark{e.Time, e.Ref}
	if m.Encrypted() || c.encrypted {
		// Main mode 5 and 6, aggressive mode 3: the last messages.
		if m.ExchangeType == ike.ExchangeV1Aggressive || side != x.from {
			sa.authDone = earlier(sa.authDone, now)
		}
		return
	}
	sa.nat.learn(m, c, e, side)
	sa.abilities.learn(m, c, side)
	if v := t.vendorIDs(c); v != nil && sa.vendors[side] == nil {
		sa.vendors[side] = v
	}
	if c.sa != nil {
		if side == sideInitiator {
			if sa.print == 0 {
				sa.print = ike.Fingerprint(m)
			}
			sa.offered = t.offers.offer(m, c.sa)
		} else {
			sa.chosen, sa.protection = t.offers.offer(m, c.sa), chosenProtection(m, c.sa)
			sa.chosenAt = earlier(sa.chosenAt, now)
		}
	}
	if m.ExchangeType == ike.ExchangeV1Aggressive && c.hasHash {
		if side == sideResponder && !sa.hashInClear.set() {
			sa.refuse().hashInClear = now
		}
		if side == sideInitiator { // a third message in clear
			sa.authDone = earlier(sa.authDone, now)
		}
	}
	if c.has(uint16(ike.V1NotifyNoProposalChosen)) {
		sa.refuse().proposal.add(now)
	}
}
