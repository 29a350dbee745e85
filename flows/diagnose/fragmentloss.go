package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var ikeFragmentLoss = Entry{
	Code:     "ike-fragment-loss",
	Title:    "IKE fragments are missing, and the whole message is sent again",
	Severity: report.SeverityWarning,
	Grading: "Critical where the message never came whole and the negotiation stopped there; notice where it was answered in " +
		"the end.",
	Rows: []int{29},
	Explanation: "With IKE fragmentation a large message travels in several datagrams. There is no repair of single ones: if one " +
		"is lost, the sender repeats the whole set when its timer runs out.",
	OnTheWire: "Messages with an Encrypted Fragment payload (SKF; IKEv1: a fragment payload) of one message ID, of whose numbers " +
		"some are missing in one sending or more, and the set is sent again.",
	Causes: "Loss on the path before here; where always the same number is missing, or all full-sized ones are, a filter or a path that does " +
		"not carry datagrams of that size; a device that limits the rate of UDP drops the last ones of a burst.",
	LookAlikes: []string{
		"The whole set is here and is sent again: it is lost further on, or its answer is (ike-retransmission).",
		"IP fragments of one datagram (fragments-dropped).",
		"A set that begins anew with more and smaller pieces: the sender tries smaller ones.",
		"Fragments out of order.",
	},
	Advice: []string{
		"Lower the size of IKE fragments on the sender; RFC 7383 suggests datagrams of 576 bytes for IPv4, 1,280 for IPv6.",
		"Look for loss on the path in general: esp-loss and ike-retransmission tell whether other packets get lost, too.",
		"Capture at the sender to see that it sends all of them.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f fragmentation-mtu",
		"strongSwan: swanctl --log, with charon.fragment_size in strongswan.conf",
		"libreswan: ipsec status | grep fragmentation",
	},
	Evidence: []EvidenceKey{
		{"initiator_spis", "hex", "initiator SPIs of the IKE SAs, the first 8"},
		{"exchange", "text", "exchange type of the message that lacked most"},
		{"message_id", "number", "its message ID"},
		{"direction", "text", "direction of the message: to-responder or to-initiator"},
		{"fragments", "fragments", "different fragments of it that came here, over all sendings"},
		{"fragments_total", "fragments", "fragments that it has"},
		{"incomplete", "sendings", "sendings of which a fragment was missing here"},
		{"sendings", "sendings", "sendings of it"},
		{"largest_datagram", "bytes", "largest IP datagram that carried a fragment"},
		{"messages", "messages", "messages with missing fragments"},
	},
	References: []Reference{
		{7383, "2.6", "a receiver waits for all fragments"},
		{7383, "2.6.1", "the whole set is sent again"},
		{7383, "2.5.1", "sizes"},
	},
}

// brokenSet is a message in IKE fragments that did not come whole each time.
type brokenSet struct {
	ikeLook
	*Message
	exchange    string
	id          uint32
	toResponder bool
	sendings    uint64
	last        time.Time
	answered    bool // or, of an answer, followed up
}

// brokenSets lists them. A set that was sent once may be incomplete by the end
// of the capture, or by what the capture lost: if it was answered, it was whole.
func (l *look) brokenSets() []brokenSet {
	var out []brokenSet
	for _, v := range l.ike {
		for i := range min(len(v.sa.Exchanges), len(v.Exchanges)) {
			x, y := &v.sa.Exchanges[i], &v.Exchanges[i]
			from := x.From == "initiator"
			s := brokenSet{ikeLook: v, exchange: x.Type, id: x.MessageID}
			s.Message, s.toResponder, s.sendings = &y.Request, from != v.Reversed, x.Requests
			s.last, s.answered = y.LastSent.timeOr(y.Request.Time), x.Response != nil
			if s.broken() {
				out = append(out, s)
			}
			s.Message, s.toResponder, s.sendings = &y.Response, from == v.Reversed, x.Responses
			s.last = y.LastSent.timeOr(y.Response.Time)
			if s.broken() {
				s.answered = i+1 < len(v.sa.Exchanges) || l.carried(&v)
				out = append(out, s)
			}
		}
	}
	return out
}

func (s *brokenSet) broken() bool {
	return s.set() && s.FragmentsTotal > 1 && s.Incomplete > 0 && s.sendings > 1
}

// fragmentLosses makes one finding for each direction.
func fragmentLosses(l *look) []*finding {
	var by [2][]brokenSet
	for _, s := range l.brokenSets() {
		i := 0
		if s.toResponder {
			i = 1
		}
		by[i] = append(by[i], s)
	}
	var out []*finding
	for _, list := range by {
		if len(list) > 0 {
			out = append(out, l.fragmentLoss(list))
		}
	}
	return out
}

func (l *look) fragmentLoss(list []brokenSet) *finding {
	worst, first, last, open := &list[0], list[0].Time, list[0].last, false
	for i := range list {
		s := &list[i]
		if s.Incomplete > worst.Incomplete {
			worst = s
		}
		if s.Time.Before(first) {
			first = s.Time
		}
		if s.last.After(last) {
			last = s.last
		}
		open = open || !s.answered
	}
	f := ikeFragmentLoss.finding(uint64(len(list)), first, last)
	f.lost = lost{"ike", worst.toResponder, f.FirstSeen, f.LastSeen}
	from, to := l.ends(worst.toResponder)
	seen := fmt.Sprintf("%s (message ID %d) from %s to %s came in IKE fragments; of %s, %s lacked some here, and the whole was sent again",
		orWord(worst.exchange, "A message"), worst.id, from, to, count(worst.sendings, "sending"), grouped(uint64(worst.Incomplete)))
	means := "Fragments get lost on the way to here, and each time the sender has to repeat them all."
	switch never := max(0, worst.FragmentsTotal-worst.Fragments); {
	case never > 0:
		seen += fmt.Sprintf("; %d of its %d fragments never came", never, worst.FragmentsTotal)
		means = "The same fragments are lost each time: that is no chance but a filter, or a path that does not carry datagrams of their size."
	case worst.answered:
		f.or("random loss, as any packet may meet it")
	}
	switch {
	case !open:
		f.Severity = report.SeverityNotice
		seen += "; in the end it was answered"
	case l.cameUpAfter(last):
		f.Severity = report.SeverityNotice
		seen += "; later the tunnel came up"
	default:
		f.Severity = report.SeverityCritical
	}
	if n := len(list); n > 1 {
		seen += fmt.Sprintf("; %d such messages in all", n)
	}
	f.say(seen+".", means)
	f.or("a device that limits the rate of packets drops some of each burst", "the capture itself lost the fragments")
	f.orUnknown("whether " + from + " sent all of them: a capture near it would tell")
	var spis []string
	for i := range list {
		s := &list[i]
		f.ref(s.Mark, "first fragment")
		for j := range s.Repeats {
			if r := &s.Repeats[j]; r.Exchange == s.exchange && r.MessageID == s.id {
				f.refs(r.Sent, "sent again", 4)
			}
		}
		f.term(ikeTerm(s.sa.InitiatorSPI))
		if len(spis) < maxTerms {
			spis = append(spis, s.sa.InitiatorSPI)
		}
	}
	f.Evidence["initiator_spis"], f.Evidence["messages"] = spis, len(list)
	f.Evidence["exchange"], f.Evidence["message_id"] = worst.exchange, worst.id
	f.Evidence["direction"] = direction(worst.toResponder)
	f.Evidence["fragments"], f.Evidence["fragments_total"] = max(worst.Fragments, 0), worst.FragmentsTotal
	f.Evidence["incomplete"], f.Evidence["sendings"] = worst.Incomplete, worst.sendings
	if worst.Datagram > 0 {
		f.Evidence["largest_datagram"] = worst.Datagram
	}
	return f
}
