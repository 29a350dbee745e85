package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var ikeRetransmission = Entry{
	Code:     "ike-retransmission",
	Title:    "IKE messages were sent again",
	Severity: report.SeverityNotice,
	Grading: "Warning where a message was sent three times or more and no answer was ever seen. Repetitions of a " +
		"first request that was never answered belong to no-answer and are shown as its consequence.",
	Explanation: "A peer repeats a request because no answer reached it in time. Over UDP that is IKE's only " +
		"remedy for loss, so a few repetitions are normal on a poor path.",
	OnTheWire: "The same sender, SPIs and message ID once more. Copies that the capture itself made are not " +
		"counted, nor is an IKE_SA_INIT that follows a COOKIE or INVALID_KE_PAYLOAD.",
	Causes: "Request or answer was lost; the answer came later than the sender's timer; the peer is dead, or drops " +
		"the message because it cannot be read (wrong key) or is too large for the path.",
	LookAlikes: []string{
		"IKE_SA_INIT with a cookie or another Diffie-Hellman group: a new request under the same message ID.",
		"The same packet captured twice, at two interfaces or in both directions of a mirror port.",
		"IKEv1 liveness checks (R-U-THERE), which carry a new message ID each time.",
	},
	Advice: []string{
		"Answered in the end, and rare: nothing to do. Often: look for loss on the path (esp-loss shows the same for data).",
		"Never answered: see what sort of message it is. Large ones (IKE_AUTH with certificates) get lost as IP fragments.",
		"Compare with a capture at the other end: the request is missing there, or the answer is missing here.",
	},
	Commands: []string{
		"FortiGate: diagnose debug application ike -1",
		"strongSwan: swanctl --log",
		"libreswan: journalctl -u ipsec -f",
	},
	Evidence: []EvidenceKey{
		{"exchanges", "text", "exchange type of each repeated message, the first 8"},
		{"message_ids", "number", "message ID of each of these"},
		{"sendings", "messages", "how often each of these was sent"},
		{"repeated", "messages", "repeated messages in all"},
		{"repetitions", "messages", "sendings beyond the first, of all repeated messages"},
		{"gaps_seconds", "s", "waits between the sendings of the message that was sent most often"},
		{"timers", "text", "implementation whose default timers the waits match; absent if none does"},
		{"answered_after_seconds", "s", "longest time from a first sending to its answer"},
	},
	References: []Reference{
		{7296, "2.1", "retransmission timers"},
		{7296, "2.3", "window of requests"},
		{2408, "5.1", "retransmission in IKEv1"},
	},
}

// fate of a repeated request.
type fate int

const (
	answered  fate = iota
	wentOn         // no answer seen, but a later request of its sender shows there was one
	abandoned      // no answer seen
	refused        // opening of an IKE SA that no-answer reports
)

// repetition is a repeated request with its IKE SA.
type repetition struct {
	ikeLook
	*Repeat
	again uint64 // sendings that repeat an earlier one
}

// repetitions returns how many sendings only repeat an earlier one: what
// follows a COOKIE or INVALID_KE_PAYLOAD is a request of its own (RFC 7296 2.6,
// 2.7), though message ID and SPI stay.
func (v ikeLook) repetitions(r *Repeat) uint64 {
	if r.Total < 2 {
		return 0
	}
	n := r.Total - 1
	if !r.opening() {
		return uint64(n)
	}
	for i := 1; i < len(r.Sent); i++ {
		for _, m := range []Mark{v.Cookie.First, v.Cookie.Last, v.InvalidKE.First, v.InvalidKE.Last} {
			if m.set() && m.Time.After(r.Sent[i-1].Time) && !m.Time.After(r.Sent[i].Time) {
				n--
				break
			}
		}
	}
	return uint64(max(n, 0))
}

// fateOf judges one repeated request of an SA.
func (v ikeLook) fateOf(r *Repeat) fate {
	switch {
	case r.Answered != nil:
		return answered
	case r.opening() && v.unanswered():
		return refused
	}
	// Message IDs of requests grow by one in IKEv2, and a request outside the
	// window waits for an answer to those before (RFC 7296 2.3).
	if v.sa.Version == 2 {
		for _, x := range v.sa.Exchanges {
			if x.From == r.From && x.Request != nil && x.MessageID > r.MessageID {
				return wentOn
			}
		}
	}
	return abandoned
}

// retransmissions makes at most one finding for each fate.
func retransmissions(l *look, unanswered []*finding) []*finding {
	var by [refused + 1][]repetition
	for _, v := range l.ike {
		for i := range v.Repeats {
			r := &v.Repeats[i]
			if n := v.repetitions(r); n > 0 {
				x := v.fateOf(r)
				by[x] = append(by[x], repetition{v, r, n})
			}
		}
	}
	var out []*finding
	for x, list := range by {
		if len(list) == 0 {
			continue
		}
		f := l.retransmission(fate(x), list)
		if fate(x) == refused {
			f.cause = covering(unanswered, list[0].sa.FirstSeen)
		}
		out = append(out, f)
	}
	return out
}

// covering picks the finding that covers a moment, or the first one.
func covering(list []*finding, t time.Time) *finding {
	for _, f := range list {
		if !t.Before(f.FirstSeen) && !t.After(f.LastSeen) {
			return f
		}
	}
	if len(list) > 0 {
		return list[0]
	}
	return nil
}

func (l *look) retransmission(x fate, list []repetition) *finding {
	var again uint64
	var first, last time.Time
	var slowest time.Duration
	var exchanges []string
	var ids, sendings []uint64
	worst := &list[0]
	for i := range list {
		r := &list[i]
		again += r.again
		if r.again > worst.again {
			worst = r
		}
		if len(r.Sent) > 0 {
			if t := r.Sent[0].Time; first.IsZero() || t.Before(first) {
				first = t
			}
			if t := r.Sent[len(r.Sent)-1].Time; t.After(last) {
				last = t
			}
			if r.Answered != nil {
				slowest = max(slowest, r.Answered.Time.Sub(r.Sent[0].Time))
			}
		}
		if len(exchanges) < 8 {
			exchanges = append(exchanges, r.Exchange)
			ids = append(ids, uint64(r.MessageID))
			sendings = append(sendings, uint64(max(r.Total, 0)))
		}
	}
	f := ikeRetransmission.finding(again, first, last)
	f.lost = lost{"ike", (worst.From == "responder") == worst.Reversed, first, last}
	sender, receiver := worst.from, worst.to
	if worst.From == "responder" {
		sender, receiver = receiver, sender
	}

	waits := worst.waits()
	name := fmt.Sprintf("%s (message ID %d)", capital(orWord(worst.Exchange, "a message")), worst.MessageID)
	if worst.MessageID == 0 && strings.HasSuffix(worst.Exchange, " mode") {
		name = "A message of " + worst.Exchange // phase 1 of IKEv1 has no message IDs
	}
	seen := fmt.Sprintf("%s from %s was sent %s", name, sender, times(worst.again+1))
	if len(waits) > 0 {
		seen += fmt.Sprintf(", %s apart", gapList(waits))
	}
	if len(list) > 1 {
		seen += fmt.Sprintf("; %s in all, with %s", count(uint64(len(list)), "message"), count(again, "repetition"))
	}
	var means string
	switch x {
	case answered:
		seen += fmt.Sprintf(". %s answered in the end, after %s at most.", capital(verb(uint64(len(list)), "it was", "they were")), span(slowest))
		means = "A request or its answer was lost or late, and sending again mended it."
	case wentOn:
		seen += ". No answer was seen here, but later requests of the same sender were."
		means = "The sender got its answer by a way that this capture does not show, or only later than its timer."
		f.Confidence.Cause = report.ConfidenceLow
		f.orUnknown("where the answers went: they were not captured here")
	case abandoned:
		seen += ". No answer was seen here."
		means = fmt.Sprintf("Either the message does not reach %s, or that peer drops it, or its answer is lost before here.", receiver)
		f.Confidence.Cause = report.ConfidenceLow
		f.or("the receiver cannot read the message: another key, as with a wrong pre-shared key in IKEv1",
			"the message is too large for the path and its IP fragments are dropped",
			"the capture ends before the answer")
		f.orUnknown("whether the message reached " + receiver)
		if worst.Total >= 3 {
			f.Severity = report.SeverityWarning
		}
	case refused:
		seen += ". No answer was seen here."
		means = "The initiator retries an IKE SA that is never answered."
		f.Confidence.Cause = report.ConfidenceLow
	}
	// The first advice is for what was answered, the second for what was not.
	if x == answered || x == wentOn {
		f.Advice = slices.Delete(f.Advice, 1, 2)
	} else {
		f.Advice = slices.Delete(f.Advice, 0, 1)
	}
	f.say(seen, means+timerNote(waits))
	if x == answered {
		f.or("the answer took longer than the sender's first timer, without any loss")
	}
	f.refs(worst.Sent, "sending", maxRefs-4)
	if worst.Answered != nil {
		f.ref(*worst.Answered, "answer")
	}
	for i := range list {
		f.refs(list[i].Sent, "sending", 2)
		f.term(ikeTerm(list[i].sa.InitiatorSPI))
	}
	f.Evidence["exchanges"] = exchanges
	f.Evidence["message_ids"] = ids
	f.Evidence["sendings"] = sendings
	f.Evidence["repeated"] = len(list)
	f.Evidence["repetitions"] = again
	if len(waits) > 0 {
		f.Evidence["gaps_seconds"] = waits
	}
	if name := backoffOf(waits); name != "" {
		f.Evidence["timers"] = name
	}
	if x == answered {
		f.Evidence["answered_after_seconds"] = seconds(slowest)
	}
	return f
}
