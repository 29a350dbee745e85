package flows

import (
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// v2 takes one IKEv2 message that is not a copy (RFC 7296).
func (t *Tracker) v2(sa *ikeSA, m *ike.Message, e *reassembly.Event, side uint8) {
	c := &t.plain
	c.read(m)
	now := mark{e.Time, e.Ref}
	from := side
	if m.IsResponse() {
		from = 1 - side
	}
	x := t.exchangeV2(sa, m, c, from, content(e))
	t.notified(x, c.notifies)
	sa.noticed(m, c, side, now)
	again, fresh := true, !x.message[side].seen
	if c.fragment > 0 {
		again, fresh = x.fragment(side, c.fragment, c.total)
	}
	x.message[side].learn(m, c, e, fresh)
	if side == from {
		x.sent(now, again)
		if x.requests == 1 && m.ExchangeType == ike.ExchangeInformational && again {
			count1(&sa.live[from].requests)
			t.probeV2(sa, x)
		}
	} else {
		t.answerV2(sa, m, x, now, again)
	}
	if m.ExchangeType == ike.ExchangeSAInit {
		t.saInit(sa, m, e, side)
	}
	sa.making(x)
}

// exchangeV2 finds the exchange of a message, or begins one. Requests of one
// exchange repeat its message ID; IKE_SA_INIT has ID 0 each time, so there a
// request that says something else, or comes after an answer, is another one
// (a retry with a cookie or another group, RFC 7296 2.6, 1.2).
func (t *Tracker) exchangeV2(sa *ikeSA, m *ike.Message, c *plain, from uint8, d uint64) *exchange {
	request := !m.IsResponse()
	initial := m.ExchangeType == ike.ExchangeSAInit
	print := uint64(0)
	if initial && request {
		print = ike.Fingerprint(m)
	}
	var x *exchange
	if initial || sa.ids[from].mayHave(m.MessageID) { // a new one needs no search
		x = sa.findV2(m, c, from, d, print)
	}
	if x == nil {
		if !initial {
			sa.ids[from].add(m.MessageID)
		}
		x = sa.exchanges.add(exchange{typ: m.ExchangeType, id: m.MessageID, from: from, digest: d,
			print: print, group: c.group, rtt: -1, details: noDetails})
	} else if request && !x.request.set() {
		x.digest, x.print, x.group = d, print, c.group
	}
	return x
}

// findV2 finds the exchange of a message.
func (sa *ikeSA) findV2(m *ike.Message, c *plain, from uint8, d, print uint64) *exchange {
	request := !m.IsResponse()
	initial := m.ExchangeType == ike.ExchangeSAInit
	return sa.find(func(x *exchange) bool {
		if x.typ != m.ExchangeType || x.id != m.MessageID || x.from != from {
			return false
		}
		if !initial || !request || x.digest == d || !x.request.set() {
			return true
		}
		return !x.response.set() && x.print == print && x.group == c.group
	})
}

func (t *Tracker) answerV2(sa *ikeSA, m *ike.Message, x *exchange, now mark, again bool) {
	first := x.answered(now, again)
	if !first {
		return
	}
	switch m.ExchangeType {
	case ike.ExchangeInformational:
		x.probed(sa)
		sa.live[x.from].add(x.rtt)
		sa.confirm(now)
	case ike.ExchangeCreateChildSA:
		sa.births.add(birth{now, m.ExchangeType})
		sa.confirm(now)
	case ike.ExchangeAuth:
		// With EAP there are several IKE_AUTH exchanges; the last one counts.
		sa.authDone = now
		sa.births.add(birth{now, m.ExchangeType})
	}
}

// confirm notes an answered exchange that proves the SA to be up.
func (sa *ikeSA) confirm(now mark) {
	if sa.confirmed.set() {
		return
	}
	if !sa.authDone.set() || now.time-sa.authDone.time >= confirmAfter {
		sa.confirmed = now
	}
}

// saInit reads what IKE_SA_INIT says in clear.
func (t *Tracker) saInit(sa *ikeSA, m *ike.Message, e *reassembly.Event, side uint8) {
	c := &t.plain
	now := mark{e.Time, e.Ref}
	sa.nat.learn(m, c, e, side)
	sa.abilities.learn(m, c, side)
	if v := t.vendorIDs(c); v != nil {
		sa.vendors[side] = v
	}
	if !m.IsResponse() {
		if sa.print == 0 {
			sa.print = ike.Fingerprint(m)
		}
		if c.sa != nil {
			sa.offered = t.offers.offer(m, c.sa)
		}
		if c.hasKE && sa.invalidKE.count == 0 {
			sa.offeredGroup = c.group
		}
		return
	}
	if c.sa != nil {
		sa.chosen, sa.protection = t.offers.offer(m, c.sa), chosenProtection(m, c.sa)
		sa.chosenAt = earlier(sa.chosenAt, now)
	}
	if c.has(uint16(ike.NotifyCookie)) {
		sa.refuse().cookie.add(now)
	}
	if c.has(uint16(ike.NotifyInvalidKEPayload)) {
		r := sa.refuse()
		r.invalidKE.add(now)
		r.wantedGroup = c.wanted
	}
	if c.has(uint16(ike.NotifyNoProposalChosen)) {
		sa.refuse().proposal.add(now)
	}
}
