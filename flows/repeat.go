package flows

import (
	"slices"

	"github.com/ikesniff/ikesniff/flows/diagnose"
)

// repeat is one message of an exchange that was sent more than once. An
// exchange of IKEv2 has one at most, its request; IKEv1's have a message for
// each step.
type repeat struct {
	digest   uint64
	sent     ends[mark]
	answered mark // IKEv1: the other side's next message
}

// maxRepeats bounds the repeated messages kept for an exchange: more steps than
// any exchange has.
const maxRepeats = 8

// again notes that the message of a digest was sent once more. before is the
// last time that it was sent.
func (x *exchange) again(digest uint64, before, now mark) {
	if n := len(x.repeats); n > 0 && x.repeats[n-1].digest == digest {
		x.repeats[n-1].sent.add(now)
		return
	}
	if len(x.repeats) == maxRepeats {
		return
	}
	r := &repeat{digest: digest}
	r.sent.add(before)
	r.sent.add(now)
	d := x.own()
	d.repeats = append(d.repeats, r)
}

// unansweredSendings is how often the last message of an exchange of IKEv1 was
// sent, if it was repeated and the other side said nothing new after it.
func (x *exchange) unansweredSendings() uint64 {
	if n := len(x.repeats); n > 0 && x.repeats[n-1].digest == x.digest && !x.repeats[n-1].answered.set() {
		return uint64(x.repeats[n-1].sent.total)
	}
	return 0
}

// mergeRepeats takes what another pair of addresses saw of the repeats.
func (x *exchange) mergeRepeats(twice bool, y *exchange) {
	if len(y.repeats) == 0 {
		return
	}
	x.repeats = slices.Clone(x.repeats)
	for i, r := range x.repeats {
		own := *r
		own.sent.list = slices.Clone(r.sent.list)
		x.repeats[i] = &own
	}
	for _, r := range y.repeats {
		i := slices.IndexFunc(x.repeats, func(o *repeat) bool { return o.digest == r.digest || !isV1(x.typ) })
		switch {
		case i < 0:
			x.repeats = append(x.repeats, r)
			continue
		case !twice:
			for _, m := range r.sent.all() {
				x.repeats[i].sent.add(m)
			}
		case r.sent.total > x.repeats[i].sent.total:
			x.repeats[i].sent = r.sent
		}
		x.repeats[i].answered = earlier(x.repeats[i].answered, r.answered)
	}
}

// repeatFacts tells the rules of an exchange's messages that were repeated.
func (x *exchange) repeatFacts() []diagnose.Repeat {
	var out []diagnose.Repeat
	for _, p := range x.repeats {
		r := diagnose.Repeat{Exchange: exchangeName(x.typ), MessageID: x.id, From: sideNames[x.from], Total: int(p.sent.total)}
		r.Sent = marks(&p.sent)
		answer := p.answered
		if !isV1(x.typ) {
			answer = x.response
		}
		if answer.set() {
			a := answer.fact()
			r.Answered = &a
		}
		out = append(out, r)
	}
	return out
}
