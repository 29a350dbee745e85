package diagnose

import (
	"fmt"
	"math"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var oneWayKeepalives = Entry{
	Code:     "one-way-keepalives",
	Title:    "One side fell silent, the other sends keepalives only",
	Severity: report.SeverityWarning,
	Grading: "Info where nothing was left unanswered and the silent side did not come back over TCP: an idle healthy tunnel " +
		"looks the same, for a keepalive is never answered.",
	Rows: []int{4},
	Explanation: "Packets went both ways over UDP. Then one side was not seen any more, and the other went on with NAT " +
		"keepalives. These keep a NAT's mapping alive, and tell nothing of whether the peer is there.",
	OnTheWire: "Single bytes FF at a fixed interval one way, nothing the other way. Warning: 3 or more, and a request of IKE " +
		"among them without an answer, or the silent side came back over TCP 30 s or more after its last packet. Info: 6 or more in a minute or more.",
	Causes: "UDP got blocked between the two in the middle of the tunnel's life; a NAT mapping was lost; the client sleeps, " +
		"roams or was switched off.",
	LookAlikes: []string{
		"An idle tunnel with one sender of keepalives and no liveness checks: the same picture, and nothing is wrong.",
		"A capture of one direction: then there was no traffic both ways before, and nothing is reported.",
		"A client that moved to another address over UDP (address-change).",
	},
	Advice: []string{
		"Capture on UDP 4500 at the silent side: packets leave there and do not come here = a filter between.",
		"Set liveness checks (phase 1: dpd on-idle): keepalives alone never find out that a peer is gone.",
		"FortiClient does not move a live tunnel from UDP to TCP by itself: the user has to connect again.",
	},
	Commands: []string{
		"FortiGate: diagnose sniffer packet any 'host <peer> and udp port 4500' 4 0 a",
		"FortiGate: show full vpn ipsec phase1-interface | grep -f dpd",
		"strongSwan: swanctl --list-sas",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "direction of the keepalives: to-responder or to-initiator"},
		{"keepalives", "packets", "keepalives since the last packet of the silent side"},
		{"interval_seconds", "s", "their mean distance"},
		{"timer", "text", "default timer that the distance matches; absent if none does"},
		{"silent_for_seconds", "s", "from the last packet of the silent side to its return, or to the end of the capture"},
		{"ike_unanswered", "messages", "IKE requests to the silent side within that time, without an answer"},
		{"returned_on", "text", "transport on which the silent side came back; absent if it did not"},
		{"same_address", "true/false", "whether it came back from the same address; absent if it did not"},
	},
	References: []Reference{
		{3948, "2.3", "NAT keepalives are ignored by the receiver"},
		{3948, "4", "how often they are sent"},
		{7296, "2.4", "liveness checks"},
	},
}

// Limits of a run of keepalives.
const (
	minLonely      = 3
	minIdleLonely  = 6
	minIdleTime    = time.Minute
	minReturnAfter = 30 * time.Second
)

func lonelyKeepalives(l *look) []*finding {
	var out []*finding
	for i := range l.f.Keepalives {
		k := &l.f.Keepalives[i]
		if k.Path < 0 || k.Path >= len(l.t.Paths) || !k.OtherHadTwoWay || !k.OtherLast.set() || k.Count < minLonely || len(out) == maxRejections {
			continue
		}
		until := l.end
		if k.ReturnedOn != "" && k.ReturnedAt.set() {
			until = k.ReturnedAt.Time
		}
		silent := until.Sub(k.OtherLast.Time)
		byTCP := overTCP(k.ReturnedOn) && silent >= minReturnAfter
		strong := byTCP || k.IKEUnanswered > 0
		if !strong && (k.Count < minIdleLonely || silent < minIdleTime || l.t.Status == report.StatusClosed) {
			continue
		}
		out = append(out, l.lonely(k, silent, strong))
	}
	return out
}

func (l *look) lonely(k *Keepalives, silent time.Duration, strong bool) *finding {
	p := &l.t.Paths[k.Path]
	from, to := l.ends(k.ToResponder)
	f := oneWayKeepalives.finding(k.Count, k.OtherLast.Time, k.Last.Time)
	when := "in that time"
	if k.ReturnedAt.set() && k.Last.Time.After(k.ReturnedAt.Time) {
		when = "in that time and after"
	}
	seen := fmt.Sprintf("Nothing from %s on %s for %s after its last packet there; %s from %s %s",
		to, l.label(p), span(silent), count(k.Count, "keepalive"), from, when)
	if k.Interval > 0 && k.Count > 1 {
		seen += fmt.Sprintf(", one every %.1f s", k.Interval)
	}
	if k.IKEUnanswered > 0 {
		seen += fmt.Sprintf(", and %s without an answer", count(uint64(k.IKEUnanswered), "IKE request"))
	}
	seen += "."
	f.Evidence["direction"], f.Evidence["keepalives"] = direction(k.ToResponder), k.Count
	f.Evidence["interval_seconds"] = math.Round(k.Interval*1000) / 1000
	if name := keepaliveTimer(k.Interval); name != "" {
		f.Evidence["timer"] = name
	}
	f.Evidence["silent_for_seconds"], f.Evidence["ike_unanswered"] = max(0, seconds(silent)), max(k.IKEUnanswered, 0)

	var means string
	switch back, same := l.returned(k); {
	case !strong:
		f.Severity = report.SeverityInfo
		f.Confidence.Cause = report.ConfidenceLow
		means = "The tunnel is idle, or its peer is gone: a keepalive is never answered, so this capture cannot tell."
	case back != "" && same:
		means = fmt.Sprintf("UDP was probably filtered between %s and here: the same address then came back on %s.", to, back)
	case back != "":
		means = fmt.Sprintf("%s probably lost its way over UDP: it came back on %s, from another address.", to, back)
		f.Confidence.Cause = report.ConfidenceLow
	default:
		means = fmt.Sprintf("%s is gone, or the path to it or from it is blocked: it no longer answers.", to)
	}
	if back, same := l.returned(k); back != "" {
		seen += fmt.Sprintf(" It came back on %s.", back)
		f.Evidence["returned_on"], f.Evidence["same_address"] = back, same
	}
	f.say(seen, means)
	f.or(to+" slept, roamed, or closed the tunnel without telling", "a NAT on the way lost its mapping")
	f.orUnknown("whether UDP works again", "whether "+to+" sent anything that was lost before here")
	f.ref(k.OtherLast, "last packet of the silent side")
	f.ref(k.First, "first keepalive")
	f.ref(k.Last, "last keepalive")
	f.ref(k.ReturnedAt, "came back")
	f.term(pathTerm(p))
	f.fill("<peer>", to)
	f.lost = lost{"keepalive", k.ToResponder, k.First.Time, k.Last.Time}
	return f
}

// returned names the transport on which the silent side came back, with the
// port where the change is known, and whether from the same address.
func (l *look) returned(k *Keepalives) (label string, same bool) {
	if k.ReturnedOn == "" {
		return "", false
	}
	for _, c := range l.changes() {
		if c.FromPath == k.Path && c.to.Transport == k.ReturnedOn {
			if k.ToResponder {
				return l.label(c.to), host(c.from.Responder) == host(c.to.Responder)
			}
			return l.label(c.to), host(c.from.Initiator) == host(c.to.Initiator)
		}
	}
	if overTCP(k.ReturnedOn) {
		return "TCP", false
	}
	return "another UDP path", false
}

// keepaliveTimer names the default that an interval in seconds matches.
func keepaliveTimer(s float64) string {
	switch {
	case math.Abs(s-10) <= 0.5:
		return "FortiOS (10 s)"
	case math.Abs(s-20) <= 1:
		return "RFC 3948, strongSwan, libreswan (20 s)"
	}
	return ""
}
