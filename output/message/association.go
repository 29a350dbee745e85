package message

import (
	"bytes"
	"net/netip"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// offer is what an IKE SA was asked for with, in clear.
type offer struct {
	request  capture.Ref
	body     []byte // of the SA payload, a copy; empty if it was too long or cut
	version  uint8
	src, dst netip.Addr
}

// protection is what follows from the algorithms that were chosen for an IKE SA.
type protection struct {
	responder ike.SPI
	version   uint8
	known     bool
	size      ike.ProtectedSize
	sizeV1    ike.V1ProtectedSize
}

const (
	// maxOffers are remembered, until they are answered or not.
	maxOffers = 8192
	// maxProtections are remembered, for as long as IKE SAs live.
	maxProtections = 16384
	// maxOffer is the most bytes of an offer that are kept. Honest ones have a
	// few hundred.
	maxOffer = 2048
)

// associations remembers IKE SAs by the initiator's SPI. Those that were made by
// rekeying another are not known: their beginning is encrypted.
type associations struct {
	offers      recent[offer]
	protections recent[protection]
}

func newAssociations() associations {
	return associations{newRecent[offer](maxOffers), newRecent[protection](maxProtections)}
}

// link is what an earlier message tells of one. What it points to is valid until
// the next message.
type link struct {
	// answers is set where the message chooses from an offer that was seen, or
	// refuses it.
	answers *offer
	refused bool
	// position of what was chosen in the offer, counted from 1 in proposals, in
	// IKEv1 in transforms, 0 if it was not there; and what the choice breaks.
	position, of int
	found        []ike.Finding
	// protects is set for an encrypted message of which the algorithms are known.
	protects *protection
}

// note takes a message in.
func (a *associations) note(e *reassembly.Event, s *summary) link {
	switch {
	case s.hasSA && s.opens():
		if s.chooses() {
			return a.choice(s)
		}
		a.offer(e, s)
	case s.encrypted:
		if x := a.protections.find(uint64(s.m.InitiatorSPI)); x != nil && x.known && x.responder == s.m.ResponderSPI && x.version == s.m.Version.Major {
			return link{protects: x}
		}
	case s.refuses():
		return link{answers: a.offered(s), refused: a.offered(s) != nil}
	}
	return link{}
}

// offered gives the offer that a message answers, nil if it is not known.
func (a *associations) offered(s *summary) *offer {
	x := a.offers.find(uint64(s.m.InitiatorSPI))
	if x == nil || len(x.body) == 0 || x.version != s.m.Version.Major {
		return nil
	}
	return x
}

func (a *associations) offer(e *reassembly.Event, s *summary) {
	x := a.offers.find(uint64(s.m.InitiatorSPI))
	switch {
	case x == nil:
		x = a.offers.add(uint64(s.m.InitiatorSPI))
	case x.version == s.m.Version.Major && bytes.Equal(x.body, s.sa):
		return // sent again: the first one is named
	}
	body := x.body[:0]
	if len(s.sa) <= maxOffer && !s.saCut {
		body = append(body, s.sa...)
	}
	*x = offer{request: e.Ref, body: body, version: s.m.Version.Major, src: e.Src.Addr(), dst: e.Dst.Addr()}
}

// maxCompared is how many of the last offers are looked at for one of a peer.
const maxCompared = 1024

// requestOf gives the last offer that one address made to another, nil if there
// was none lately.
func (a *associations) requestOf(src, dst netip.Addr, version uint8) *offer {
	i := a.offers.newest
	for n := 0; i != noSlot && n < maxCompared; n++ {
		x := a.offers.slot(i)
		if o := &x.value; o.src == src && o.dst == dst && o.version == version && len(o.body) > 0 {
			return o
		}
		i = x.older
	}
	return nil
}

// choice takes in what was chosen, if nothing of it is broken or cut, and judges
// it against what was offered.
func (a *associations) choice(s *summary) link {
	if s.saCut || len(s.sa) > maxOffer {
		return link{}
	}
	l := link{answers: a.offered(s)}
	x := protection{responder: s.m.ResponderSPI, version: s.m.Version.Major}
	if s.m.V1() {
		chosen, err := ike.ParseV1SA(s.sa)
		if err != nil {
			return link{}
		}
		if t, ok := chosen.FirstTransform(); ok {
			x.sizeV1, x.known = ike.V1ProtectedSizeOf(t.Phase1())
		}
		if l.answers != nil {
			offer, _ := ike.ParseV1SA(l.answers.body)
			l.position, l.of = ike.V1ChoicePosition(offer, chosen)
			l.found = ike.JudgeV1Choice(offer, chosen, s.saAt)
		}
	} else {
		chosen, err := ike.ParseSA(s.sa)
		if err != nil {
			return link{}
		}
		if p := chosen.Proposals(); p.Next() {
			x.size, x.known = ike.ProtectedSizeOf(p.Proposal())
		}
		if l.answers != nil {
			offer, _ := ike.ParseSA(l.answers.body)
			l.position, l.of = ike.ChoicePosition(offer, chosen)
			l.found = ike.JudgeChoice(offer, chosen, s.saAt)
		}
	}
	to := a.protections.find(uint64(s.m.InitiatorSPI))
	if to == nil {
		to = a.protections.add(uint64(s.m.InitiatorSPI))
	}
	*to = x
	return l
}

// opens tells whether the message is of the exchange that makes an IKE SA, and
// in clear.
func (s *summary) opens() bool {
	switch s.m.ExchangeType {
	case ike.ExchangeSAInit:
		return s.m.V2()
	case ike.ExchangeV1Base, ike.ExchangeV1Main, ike.ExchangeV1Aggressive:
		return s.m.V1() && !s.encrypted
	}
	return false
}

// refuses tells whether the message, which is in clear, turns an offer down.
func (s *summary) refuses() bool {
	for i := range s.notifies {
		if n := s.notifies[i].typ; s.m.V2() && ike.NotifyType(n) == ike.NotifyNoProposalChosen && s.m.IsResponse() ||
			s.m.V1() && ike.V1NotifyType(n) == ike.V1NotifyNoProposalChosen {
			return true
		}
	}
	return false
}
