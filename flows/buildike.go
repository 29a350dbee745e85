package flows

import (
	"slices"
	"strings"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/report"
)

var sideNames = [2]string{"initiator", "responder"}

// counted returns the messages by side. Copies that the network may have made
// count, those of a tap that saw everything twice do not.
func (n *ikeLine) counted() [2]uint64 {
	c := n.messages
	if !n.mirrored() {
		maybe := n.copied().maybe
		c[0] += maybe[0]
		c[1] += maybe[1]
	}
	return c
}

func (n *ikeLine) mirrored() bool {
	for _, p := range n.paths {
		for _, at := range p.path.taps {
			if at.mirrored {
				return true
			}
		}
	}
	return false
}

func (b *builder) ike(l *ikeLine) report.IKESA {
	c := l.counted()
	out := report.IKESA{
		ID: l.name(), InitiatorSPI: l.spiI.String(), ResponderSPI: l.spiR.String(), Version: int(l.version),
		Status: l.status(b.in.End), FirstSeen: toTime(l.first.time), LastSeen: toTime(l.latest().time),
		Offered: l.offered.list(), VendorIDs: []string{}, Messages: c[0] + c[1],
		Exchanges: make([]report.Exchange, 0, l.exchanges.kept()), ExchangesTotal: int(l.exchanges.total),
	}
	switch l.mode {
	case ike.ExchangeV1Main:
		out.Mode = "main"
	case ike.ExchangeV1Aggressive:
		out.Mode = "aggressive"
	}
	if chosen := l.chosen.list(); len(chosen) > 0 {
		out.Proposal = &chosen[0]
	}
	if l.nat.known {
		out.NAT = &report.NAT{Initiator: l.nat.initiator, Responder: l.nat.responder}
	}
	for _, list := range l.vendors {
		for _, v := range list.list() {
			if !slices.Contains(out.VendorIDs, v) {
				out.VendorIDs = append(out.VendorIDs, v)
			}
		}
	}
	if l.before != nil && l.rekey {
		out.RekeyOf = l.before.name()
	}
	if l.after != nil {
		out.ReplacedBy = l.after.name()
	}
	details := make([]exchangeDetails, l.exchanges.kept())
	l.exchanges.each(func(x *exchange) {
		n := len(out.Exchanges)
		out.Exchanges = append(out.Exchanges, x.report(&details[n]))
	})
	live := [2]report.Liveness{l.live[sideInitiator].report(), l.live[sideResponder].report()}
	if l.reversed {
		live[0], live[1] = live[1], live[0]
	}
	out.Liveness = report.Direction[report.Liveness]{ToResponder: live[0], ToInitiator: live[1]}
	return out
}

func proposal(p *ike.ProposalSummary) report.Proposal {
	join := func(l []string) string { return strings.Join(l, ", ") }
	out := report.Proposal{
		Encryption: join(p.Encryption), Integrity: join(p.Integrity), PRF: join(p.PRF),
		KeyExchange: join(p.KeyExchange), Authentication: join(p.Authentication),
		LifetimeSeconds: p.LifetimeSeconds, LifetimeKilobytes: p.LifetimeKilobytes,
	}
	for _, a := range p.AdditionalKeyExchanges {
		if len(a) > 0 {
			out.AdditionalKeyExchanges = append(out.AdditionalKeyExchanges, join(a))
		}
	}
	return out
}

// exchangeDetails is what a report.Exchange points at, in one piece of memory.
type exchangeDetails struct {
	request, response report.Ref
	rtt               float64
}

// report puts an exchange into the report's words; its details go where d is.
func (x *exchange) report(d *exchangeDetails) report.Exchange {
	out := report.Exchange{
		Type: exchangeName(x.typ), MessageID: x.id, From: sideNames[x.from],
		Requests: uint64(x.requests), Responses: uint64(x.responses), Notifies: make([]string, 0, len(x.notifies)),
	}
	if x.request.set() {
		d.request = x.request.reportRef()
		out.Request = &d.request
	}
	if x.response.set() {
		d.response = x.response.reportRef()
		out.Response = &d.response
	}
	if x.rtt >= 0 {
		d.rtt = float64(x.rtt) / 1e9
		out.RTTSeconds = &d.rtt
	}
	for _, t := range x.notifies {
		name := ike.NotifyType(t).String()
		if isV1(x.typ) {
			name = ike.V1NotifyType(t).String()
		}
		out.Notifies = append(out.Notifies, name)
	}
	return out
}

func seconds(ns int64) *float64 {
	s := float64(ns) / 1e9
	return &s
}

func (l *liveness) report() report.Liveness {
	out := report.Liveness{Requests: uint64(l.requests)}
	if l.requests > l.answered {
		out.Unanswered = uint64(l.requests - l.answered)
	}
	if n := len(l.sample); n > 0 {
		s := slices.Clone(l.sample)
		slices.Sort(s)
		out.RTTMin, out.RTTMax = seconds(l.min), seconds(l.max)
		out.RTTMedian = seconds((s[(n-1)/2] + s[n/2]) / 2)
	}
	return out
}

// fact tells the rules what the report does not show in full.
func (n *ikeLine) fact(f *diagnose.IKEFacts, m *memory) {
	*f = diagnose.IKEFacts{
		Began: n.began, Answered: n.messages[sideResponder] > 0, Authenticated: n.authDone.set(),
		Cookie: n.cookie.fact(), InvalidKE: n.invalidKE.fact(), NoProposal: n.proposal.fact(),
		OfferedGroup: n.offeredGroup, RequestedGroup: n.wantedGroup,
		ChosenAt: n.chosenAt.fact(), HashInClear: n.hashInClear.fact(), NATSeen: n.nat.at.fact(),
		LastFromInitiator: n.lastBy[sideInitiator].fact(), LastFromResponder: n.lastBy[sideResponder].fact(),
		Reversed: n.reversed, AuthenticatedAt: n.authDone.fact(), Sizes: n.protection.fact(), Phase1: n.phase1.fact(),
	}
	if n.offeredGroup != 0 {
		f.OfferedGroupName = ike.KEGroupName(n.offeredGroup)
	}
	if n.wantedGroup != 0 {
		f.RequestedGroupName = ike.KEGroupName(n.wantedGroup)
	}
	n.abilities.fact(f, n.version == 1, n.vendors)
	f.Probes = n.probeFacts()
	n.makingFacts(f, m)
	if u := n.unusual; u != nil {
		f.Malformed, f.OtherVersion = u.malformed.fact(), u.other.fact()
		for i := range u.notifies {
			f.ClearNotifies = append(f.ClearNotifies, u.notifies[i].fact(sideNames[u.notifies[i].side]))
		}
	}
	f.Exchanges = m.exchanges.take(n.exchanges.kept())
	n.exchanges.each(func(x *exchange) {
		f.Exchanges = append(f.Exchanges, x.fact())
		f.Repeats = append(f.Repeats, x.repeatFacts()...)
	})
}

func (a *answer) fact() diagnose.Answer {
	return diagnose.Answer{Count: a.count, First: a.first.fact(), Last: a.last.fact()}
}
