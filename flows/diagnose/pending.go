package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// pending is the message at which the negotiation of an IKE SA got stuck: the
// responder answered the first one, and this later one of the initiator never.
type pending struct {
	ikeLook
	Message
	name     string // "IKE_AUTH", "message 5 of main mode"
	sendings uint64
	lastSent Mark
	sent     *Repeat // nil if sent once
}

// pendings lists the SAs that got stuck, as far as they waited long enough.
func (l *look) pendings() []pending {
	var out []pending
	for _, v := range l.ike {
		if !v.Answered || v.sa.Proposal == nil {
			continue
		}
		p, ok := v.pendingV2()
		if v.sa.Version == 1 {
			p, ok = v.pendingV1()
		}
		if !ok || !p.set() || l.carried(&v) {
			continue
		}
		waited := l.end.Sub(p.Time)
		if p.sendings > 1 && waited >= minWaitRepeated || waited >= minWaitSingle {
			out = append(out, p)
		}
	}
	return out
}

// pendingV2 finds the last request of the initiator between IKE_SA_INIT and the
// end of authentication, if it has no answer (RFC 7296 1.2, RFC 9242).
func (v ikeLook) pendingV2() (p pending, ok bool) {
	for i := range min(len(v.sa.Exchanges), len(v.Exchanges)) {
		x, y := &v.sa.Exchanges[i], &v.Exchanges[i]
		if x.From != "initiator" || x.Request == nil || x.Type == "INFORMATIONAL" && x.Response == nil {
			continue // giving up is no step further
		}
		ok = (x.Type == "IKE_AUTH" || x.Type == "IKE_INTERMEDIATE") && x.Response == nil && !y.Response.set()
		if ok {
			p = pending{ikeLook: v, Message: y.Request, name: x.Type, sendings: max(x.Requests, 1), lastSent: y.LastSent,
				sent: v.repeatOf(x)}
		}
	}
	return p, ok
}

// pendingV1 is the last message of main mode, if the initiator sent it and waits
// for the answer. Aggressive mode ends with a message of the initiator, so there
// it is the first message of what comes next.
func (v ikeLook) pendingV1() (p pending, ok bool) {
	s := &v.Phase1
	switch {
	case s.LastBy != "initiator":
	case v.sa.Mode == "aggressive":
		return v.pendingQuick()
	case v.sa.Mode == "main" && !v.Authenticated && s.FromInitiator > s.FromResponder:
		p = pending{ikeLook: v, Message: s.Last, name: fmt.Sprintf("message %d of main mode", s.FromInitiator+s.FromResponder),
			sendings: uint64(max(s.LastSendings, 1)), lastSent: s.LastRepeat}
		for i := range v.Repeats {
			r := &v.Repeats[i]
			if r.From == "initiator" && len(r.Sent) > 0 && !r.Sent[0].Time.Before(s.Last.Time) {
				p.sent = r
			}
		}
		return p, true
	}
	return p, false
}

// pendingQuick is the first message of quick mode that has no answer, where
// nothing else of phase 2 has one.
func (v ikeLook) pendingQuick() (p pending, ok bool) {
	for i := range min(len(v.sa.Exchanges), len(v.Exchanges)) {
		x, y := &v.sa.Exchanges[i], &v.Exchanges[i]
		switch {
		case x.Type == "aggressive mode" || x.Type == "informational":
		case x.From != "initiator" || x.Response != nil || y.Response.set():
			return pending{}, false
		case x.Type == "quick mode" && x.Request != nil:
			p, ok = pending{ikeLook: v, Message: y.Request, name: "message 1 of quick mode", sendings: max(x.Requests, 1),
				lastSent: y.LastSent, sent: v.repeatOf(x)}, true
		}
	}
	return p, ok
}

// repeatOf finds the sendings of an exchange's request, nil if there was one.
func (v ikeLook) repeatOf(x *report.Exchange) *Repeat {
	for i := range v.Repeats {
		r := &v.Repeats[i]
		if r.Exchange == x.Type && r.MessageID == x.MessageID && r.From == x.From {
			return r
		}
	}
	return nil
}

// until is the last sending.
func (p *pending) until() time.Time {
	t := p.lastSent.timeOr(p.Time)
	if p.sent != nil && len(p.sent.Sent) > 0 {
		if last := p.sent.Sent[len(p.sent.Sent)-1].Time; last.After(t) {
			t = last
		}
	}
	return t
}

// waits are the seconds between the sendings, nil if it was sent once.
func (p *pending) waits() []float64 {
	if p.sent == nil {
		return nil
	}
	return p.sent.waits()
}

// opener is the SA's first request, zero if it was not seen.
func (v ikeLook) opener() Message {
	if len(v.Exchanges) == 0 {
		return Message{}
	}
	return v.Exchanges[0].Request
}

// cameUpAfter tells whether the peers got further after a time: another IKE SA
// authenticated, or data went both ways at the end.
func (l *look) cameUpAfter(t time.Time) bool {
	return l.t.Data == report.DataBoth && l.t.LastSeen.After(t) ||
		slices.ContainsFunc(l.ike, func(v ikeLook) bool {
			return v.Authenticated && v.AuthenticatedAt.set() && v.AuthenticatedAt.Time.After(t) && v.sa.Status != report.StatusFailed
		})
}

// stuck sums up the pending messages of one side for one finding.
type stuck struct {
	list        []pending
	longest     *pending // the one that was sent most often
	sendings    uint64
	first, last time.Time
}

func gatherStuck(list []pending) stuck {
	s := stuck{list: list, longest: &list[0], first: list[0].Time}
	for i := range list {
		p := &list[i]
		s.sendings = plus(s.sendings, p.sendings)
		if p.sendings > s.longest.sendings {
			s.longest = p
		}
		if p.Time.Before(s.first) {
			s.first = p.Time
		}
		if t := p.until(); t.After(s.last) {
			s.last = t
		}
	}
	return s
}

// show puts what all findings about a pending message have in common: evidence,
// references and filter.
func (s *stuck) show(f *finding, l *look) {
	var spis []string
	for i := range s.list {
		p := &s.list[i]
		if i == 0 || p.name != s.list[0].name {
			f.ref(p.opener().Mark, "first request")
		}
		if p.sent != nil {
			f.refs(p.sent.Sent, "sending", max(2, (maxRefs-4)/len(s.list)))
		}
		f.ref(p.Mark, "sending")
		f.ref(p.lastSent, "sending")
		f.term(ikeTerm(p.sa.InitiatorSPI))
		if len(spis) < maxTerms {
			spis = append(spis, p.sa.InitiatorSPI)
		}
	}
	f.lost = lost{"ike", !s.longest.Reversed, s.first, s.last}
	f.Evidence["initiator_spis"] = spis
	f.Evidence["exchange"] = s.longest.name
	f.Evidence["attempts"], f.Evidence["requests"] = len(s.list), s.sendings
	f.Evidence["waited_seconds"] = max(0, seconds(l.end.Sub(s.last)))
	if w := s.longest.waits(); len(w) > 0 {
		f.Evidence["gaps_seconds"] = w
	}
}

// told says in words what was sent, how often, and where if that is given.
func (s *stuck) told(where string) string {
	p := s.longest
	seen := fmt.Sprintf("%s%s was sent %s", capital(p.name), where, times(p.sendings))
	if w := p.waits(); len(w) > 0 {
		seen += fmt.Sprintf(", %s apart", gapList(w))
	}
	if len(s.list) > 1 {
		seen += fmt.Sprintf("; %d such attempts with %s in all", len(s.list), count(s.sendings, "sending"))
	}
	return seen
}

// stuckKeys are the evidence keys that show fills.
var stuckKeys = []EvidenceKey{
	{"initiator_spis", "hex", "initiator SPIs of the IKE SAs that got stuck, the first 8"},
	{"exchange", "text", "the message that got no answer"},
	{"attempts", "attempts", "IKE SAs that got stuck so"},
	{"requests", "messages", "sendings of that message in all attempts"},
	{"gaps_seconds", "s", "waits between the sendings of the longest attempt"},
	{"waited_seconds", "s", "from the last sending to the end of the capture"},
}
