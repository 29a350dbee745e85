package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// step is one exchange of an IKE SA with its facts.
type step struct {
	*ExchangeFacts
	x *report.Exchange
}

// steps lists the SA's exchanges of a type in the order of the report; all of
// them if the type is empty.
func (v ikeLook) steps(kind string) []step {
	var out []step
	for i := range min(len(v.Exchanges), len(v.sa.Exchanges)) {
		if x := &v.sa.Exchanges[i]; kind == "" || x.Type == kind {
			if out == nil {
				out = make([]step, 0, len(v.sa.Exchanges)-i)
			}
			out = append(out, step{&v.Exchanges[i], x})
		}
	}
	return out
}

// makings lists the exchanges that are to make SAs.
func (v ikeLook) makings() []step {
	out := make([]step, 0, len(v.Makings))
	for i := range v.Makings {
		out = append(out, step{&v.Makings[i].ExchangeFacts, &v.Makings[i].Exchange})
	}
	return out
}

// last is the last that was seen of the exchange.
func (s step) last() Mark {
	m := s.Request.Mark
	for _, o := range []Mark{s.LastSent, s.Response.Mark} {
		if o.set() && (!m.set() || o.Time.After(m.Time)) {
			m = o
		}
	}
	return m
}

// bare tells whether a protected message is as long as one that holds a notify
// without data, or nothing, and no more: where the SA's transforms are known.
func (v ikeLook) bare(m *Message) bool {
	return v.Sizes.Notify > 0 && m.set() && m.Encrypted && m.FragmentsTotal == 0 && m.Length > 0 && m.Length <= v.Sizes.Notify
}

// room is how many bytes of payloads a protected message can hold at most. An
// empty message holds padding for up to a block, of 16 bytes at the most.
func (v ikeLook) room(m *Message) int { return m.Length - v.Sizes.Empty + 15 }

// leastMade is what an answer takes that makes an SA, in bytes of payloads:
// proposal 36, nonce 20 (RFC 7296 1.3).
const leastMade = 36 + 20

// refuses tells whether the answer to a request for an SA is too short to make
// one: a notify, with a group or an SPI in it at the most. IKEv1's has no size.
func (v ikeLook) refuses(m *Message) bool {
	return v.sa.Version == 2 && v.Sizes.Empty > 0 && m.set() && m.Encrypted && m.FragmentsTotal == 0 && m.Length > 0 && v.room(m) < leastMade
}

// shortness says how short a refusal is.
func (v ikeLook) shortness(m *Message) string {
	if v.bare(m) {
		return fmt.Sprintf("with %d bytes, no more than a bare notify takes with the chosen algorithms", m.Length)
	}
	return fmt.Sprintf("with %d bytes, too short for a proposal and a nonce with the chosen algorithms", m.Length)
}

// heardAfter tells whether the SA's initiator or responder was seen after t, by
// IKE of this SA or by data of the tunnel.
func (l *look) heardAfter(v *ikeLook, responder bool, t time.Time) bool {
	last := v.LastFromInitiator.Time
	if responder {
		last = v.LastFromResponder.Time
	}
	if last.After(t) {
		return true
	}
	for _, c := range l.children {
		if c.ToResponder == (responder == v.Reversed) && c.Last.Time.After(t) {
			return true
		}
	}
	return false
}

// lastOf is the last message of an IKE SA of either side.
func (v ikeLook) lastOf() Mark {
	if v.LastFromResponder.Time.After(v.LastFromInitiator.Time) {
		return v.LastFromResponder
	}
	return v.LastFromInitiator
}

// carried tells whether data of an IKE SA was seen: of its own Child SAs, or of
// some that belong to no known IKE SA and came after the SA began.
func (l *look) carried(v *ikeLook) bool {
	for _, c := range l.children {
		if c.sa.IKESA != "" && c.sa.IKESA == v.sa.ID || c.sa.IKESA == "" && c.Last.Time.After(v.sa.FirstSeen) {
			return true
		}
	}
	return false
}

// nextAttempt is when the same side next began an IKE SA after t, zero if it
// was not seen to.
func (l *look) nextAttempt(v *ikeLook, t time.Time) time.Time {
	var next time.Time
	for i := range l.ike {
		w := &l.ike[i]
		if w.sa == v.sa || w.Reversed != v.Reversed || !w.Began || w.sa.RekeyOf != "" || !w.sa.FirstSeen.After(t) {
			continue
		}
		if next.IsZero() || w.sa.FirstSeen.Before(next) {
			next = w.sa.FirstSeen
		}
	}
	return next
}

// failedAttempt is an IKE SA that did not get past authentication.
type failedAttempt struct {
	ikeLook
	at    Mark // what ended it
	first time.Time
}

// grade tells how the tunnel fares after attempts that failed: worse than the
// entry's severity it never is. A later attempt that made it leaves a notice, an
// older IKE SA that goes on a warning.
func (l *look) grade(f *finding, list []failedAttempt) {
	last := list[len(list)-1]
	for i := range l.ike {
		w := &l.ike[i]
		if !l.carried(w) && w.sa.Status != report.StatusUp {
			continue
		}
		switch {
		case !w.sa.FirstSeen.Before(last.first):
			if w.sa != last.sa {
				f.Severity = report.SeverityNotice
				return
			}
		case w.lastOf().Time.After(last.at.Time) && f.Severity.Rank() > report.SeverityWarning.Rank():
			f.Severity = report.SeverityWarning
		}
	}
}

// ofAttempts notes what findings about attempts have in common.
func ofAttempts(f *finding, list []failedAttempt) {
	var spis []string
	for i := range list {
		if len(spis) < maxTerms {
			spis = append(spis, list[i].sa.InitiatorSPI)
		}
		f.term(ikeTerm(list[i].sa.InitiatorSPI))
	}
	f.Evidence["attempts"] = len(list)
	f.Evidence["initiator_spis"] = spis
	var gaps []float64
	for i := 1; i < len(list) && len(gaps) < maxTerms; i++ {
		gaps = append(gaps, max(0, seconds(list[i].first.Sub(list[i-1].first))))
	}
	if len(gaps) > 0 {
		f.Evidence["retry_gaps_seconds"] = gaps
	}
}

// bySide splits attempts by the side that made them, keeping their order.
func bySide(list []failedAttempt) [][]failedAttempt {
	var out [2][]failedAttempt
	for _, a := range list {
		side := 0
		if a.Reversed {
			side = 1
		}
		out[side] = append(out[side], a)
	}
	var all [][]failedAttempt
	for _, group := range out {
		if len(group) > 0 {
			all = append(all, group)
		}
	}
	return all
}

// partOf tells whether unanswered repetitions belong to a story: the same IKE
// SAs, in its time.
func partOf(f, c *finding) bool {
	for _, t := range f.spis {
		if !slices.Contains(c.spis, t) {
			return false
		}
	}
	return f.Evidence["answered_after_seconds"] == nil &&
		!f.FirstSeen.Before(c.FirstSeen.Add(-time.Second)) && !f.LastSeen.After(c.LastSeen.Add(time.Second))
}

// tellsOf tells whether a finding is about an IKE SA.
func (f *finding) tellsOf(v *ikeLook) bool {
	return slices.Contains(f.spis, ikeTerm(v.sa.InitiatorSPI))
}
