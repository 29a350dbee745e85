package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var tunnelFlapping = Entry{
	Code:     "tunnel-flapping",
	Title:    "The tunnel ends and is negotiated anew again and again",
	Severity: report.SeverityWarning,
	Grading:  "Notice where the initiator has another port each time: several clients behind one NAT, one after the other, look alike.",
	Rows:     []int{59, 65},
	Explanation: "An IKE SA that stood ends, and the peers begin from the beginning, several times over. A healthy tunnel " +
		"renews its keys inside the IKE SA and does not end.",
	OnTheWire: "Three times or more a new IKE_SA_INIT (or main or aggressive mode) takes the place of an IKE SA that stood, from the " +
		"same address over the same transport. Each time either a side had been silent for 5 s or longer, or the SA had lived for " +
		"less than 5 minutes, which nobody plans. Three times, because one or two may be a restart and a cable.",
	Causes: "The first rekey fails, because PFS or proposals differ, and the SA dies of old age; lifetimes differ; an idle timeout or " +
		"dead peer detection is too strict for the path; two peers with the same identity push each other out; a script or a " +
		"monitor brings the tunnel down; the path or a peer fails again and again.",
	LookAlikes: []string{
		"A rekey: the new IKE SA is made inside the old one, without IKE_SA_INIT.",
		"Planned reauthentication, and IKEv1's renewal of phase 1: the old SA is used until the new one stands, and lives long.",
		"A client that roams: its address or transport changes.",
		"Two clients behind one NAT: both SAs live side by side, so they are two tunnels.",
		"Authentication that fails each time: no SA ever stood (authentication-failed, psk-mismatch).",
	},
	Advice: []string{
		"Where the time up is that of a lifetime: compare phase 1 and 2 lifetimes, PFS and groups on both sides; the first rekey fails.",
		"Read the log of the side that ends the SA, at the moments of the frames below: it says why.",
		"Where two ports or addresses take turns: look for a second peer with the same identity.",
		"Where a side falls silent before: look at the path and at that side, not at VPN settings.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn ike gateway list",
		"FortiGate: execute log filter field action tunnel-down",
		"strongSwan: journalctl -u strongswan -g 'deleting IKE_SA'",
		"libreswan: ipsec status",
	},
	Evidence: []EvidenceKey{
		{"flaps", "times", "IKE SAs that stood and were replaced from the beginning"},
		{"up_seconds_shortest", "s", "from authentication to the last packet, the shortest"},
		{"up_seconds_longest", "s", "the longest"},
		{"down_seconds_longest", "s", "from the last packet of the side that fell silent first to the next IKE SA, the longest"},
		{"period_seconds", "s", "the mean time from one beginning to the next, where it is regular"},
		{"period_matches", "text", "the usual lifetime or timer that is nearest, where one is"},
		{"ended_by_initiator", "times", "the SA's last exchange was informational, begun by the initiator, as a DELETE is"},
		{"ended_by_responder", "times", "the same, begun by the responder"},
		{"silent_before", "times", "a side had been silent for 5 s or longer"},
		{"began_by_responder", "times", "the responder began the new IKE SA"},
		{"ports", "ports", "different ports of the initiator"},
	},
	References: []Reference{
		{7296, "2.8", "rekeying and reauthentication"},
		{7296, "1.4.1", "deleting an SA"},
		{7296, "2.4", "state that one side has lost"},
	},
}

const (
	// minFlaps: one may be a restart, two a cable.
	minFlaps = 3
	// flapSilence is how long a side is silent before an end that nobody planned;
	// a change that is planned takes less.
	flapSilence = 5 * time.Second
	// minPlanned is the shortest life of an IKE SA that somebody may have set.
	minPlanned = 5 * time.Minute
	// deleteNear is how near the end of an SA an informational exchange must be to
	// be what ended it.
	deleteNear = 5 * time.Second
)

// flap tells whether an ending is one that nobody planned.
func (e *Ending) flap() bool {
	return e.Back.set() && !e.Overlap && host(e.From) == host(e.To) && sameWay(e.FromTransport, e.ToTransport) &&
		(e.silentBefore() || e.up() < minPlanned)
}

// sameWay tells whether two transports are one to the user: UDP, or the same.
func sameWay(a, b string) bool { return a == b || overUDP(a) && overUDP(b) }

func (e *Ending) silentBefore() bool {
	q := e.quiet()
	return q.set() && e.Began.Time.Sub(q.Time) >= flapSilence
}

// lastSign is the last packet of the SA, either way.
func (e *Ending) lastSign() time.Time {
	if t := e.LastFromInitiator.Time; e.LastFromInitiator.set() && t.After(e.LastFromResponder.Time) {
		return t
	}
	return e.LastFromResponder.Time
}

func (e *Ending) up() time.Duration { return max(0, e.lastSign().Sub(e.Up.Time)) }

// flappings finds tunnels that end and come back again and again.
func flappings(l *look) []*finding {
	var flaps []*Ending
	for i := range l.f.Endings {
		if e := &l.f.Endings[i]; e.flap() {
			flaps = append(flaps, e)
		}
	}
	if len(flaps) < minFlaps {
		return nil
	}
	n := uint64(len(flaps))
	first, last := flaps[0], flaps[len(flaps)-1]
	f := tunnelFlapping.finding(n, first.quiet().timeOr(first.Up.Time), last.Back.Time)
	f.Confidence.Cause = report.ConfidenceLow

	shortest, longest, down := first.up(), first.up(), time.Duration(0)
	starts := []time.Time{first.Up.Time}
	var by [2]uint64
	var silent, responder uint64
	var ports []string
	for _, e := range flaps {
		shortest, longest = min(shortest, e.up()), max(longest, e.up())
		down = max(down, e.Began.Time.Sub(e.quiet().timeOr(e.Began.Time)))
		starts = append(starts, e.Back.Time)
		if e.silentBefore() {
			silent++
		}
		switch {
		case e.LastExchangeBy == "" || !e.Answered || e.lastSign().Sub(e.LastExchange.Time) > deleteNear:
		case e.LastExchangeBy == "initiator":
			by[0]++
		default:
			by[1]++
		}
		if !e.BackFromInitiator {
			responder++
		}
		for _, end := range []string{e.From, e.To} {
			if !slices.Contains(ports, end) {
				ports = append(ports, end)
			}
		}
		f.ref(e.LastExchange, "last informational exchange")
		f.ref(e.Back, "negotiated anew")
	}

	seen := fmt.Sprintf("The IKE SA ended and was negotiated from the beginning %s, after %s up each time; the next one began at most %s after the last packet of one side.",
		times(n), between(shortest, longest), span(down))
	means := "The tunnel does not keep what it has; a healthy one renews its keys without an end."
	period, regular := evenly(starts, minFlaps)
	if regular {
		seen += fmt.Sprintf(" It begins anew every %s.", span(period))
		f.Evidence["period_seconds"] = seconds(period)
		if name := l.lifetime(period); name != "" {
			seen += fmt.Sprintf(" That is near %s.", name)
			f.Evidence["period_matches"] = name
			means = fmt.Sprintf("It lasts as long as %s: a rekey that fails, a lifetime that only one side has, or an idle timeout.", name)
			f.Confidence.Cause = report.ConfidenceMedium
		}
	}
	if side, much := l.whoEnds(by, n); side != "" {
		seen += fmt.Sprintf(" %s the last exchange before was informational, begun by %s, as a DELETE is.", capital(ofTimes(much, n)), side)
		if !regular || f.Confidence.Cause == report.ConfidenceLow {
			means = fmt.Sprintf("%s probably ends it, for a reason that its log has.", side)
			f.Confidence.Cause = report.ConfidenceMedium
		}
	}
	if 2*silent > n {
		seen += fmt.Sprintf(" %s a side had been silent for 5 s or longer before.", capital(ofTimes(silent, n)))
		if !regular {
			means = "The path or one of the peers fails again and again, and the tunnel is made anew each time."
			f.Confidence.Cause = report.ConfidenceMedium
		}
	}
	if k := uint64(len(ports)); k == 2 && n >= minFlaps && turns(flaps) {
		seen += fmt.Sprintf(" Two ports of %s take turns.", l.side(false))
		f.or("two peers behind one NAT with the same identity, each of which pushes the other out")
	} else if k > n/2+1 {
		f.Severity = report.SeverityNotice
		seen += fmt.Sprintf(" %s came from %s.", l.side(false), count(k, "port"))
		f.or("several clients behind one NAT, one after the other")
	}
	f.say(seen, means)
	if f.Evidence["period_matches"] == nil {
		f.or("a rekey that fails at the end of a lifetime")
	}
	f.or("an idle timeout or a monitor that ends the tunnel", "the path or a peer fails")
	f.orUnknown("what the side that ended the SA gave as its reason: that is encrypted, its log has it")

	f.Evidence["flaps"], f.Evidence["silent_before"], f.Evidence["began_by_responder"] = n, silent, responder
	f.Evidence["up_seconds_shortest"], f.Evidence["up_seconds_longest"] = seconds(shortest), seconds(longest)
	f.Evidence["down_seconds_longest"] = seconds(max(0, down))
	f.Evidence["ended_by_initiator"], f.Evidence["ended_by_responder"] = by[0], by[1]
	f.Evidence["ports"] = len(ports)
	return []*finding{f}
}

// lifetime names what ends an SA after such a time: the lifetime that IKEv1
// agreed on, one that gateways have by default, or another usual timer.
func (l *look) lifetime(period time.Duration) string {
	near := func(s uint64) bool {
		usual := time.Duration(min(s, 1<<32)) * time.Second
		return (period - usual).Abs() <= usual/25
	}
	for _, v := range l.ike {
		if p := v.sa.Proposal; p != nil && p.LifetimeSeconds > 0 && near(p.LifetimeSeconds) {
			return fmt.Sprintf("the agreed lifetime of %d s", p.LifetimeSeconds)
		}
	}
	for _, s := range []uint64{3600, 28800, 43200, 86400} {
		if near(s) {
			return fmt.Sprintf("the usual lifetime of %d s", s)
		}
	}
	return usualTimer(period)
}

// between is "38.0 s", or "38.0 s to 41.2 s".
func between(a, b time.Duration) string {
	if x, y := span(a), span(b); x != y {
		return x + " to " + y
	}
	return span(a)
}

// whoEnds tells which side tore the SA down first most of the times, as far as that
// can be seen: a DELETE is encrypted, but is an informational exchange and the last
// one.
func (l *look) whoEnds(by [2]uint64, n uint64) (side string, much uint64) {
	i := 0
	if by[1] > by[0] {
		i = 1
	}
	if 2*by[i] <= n {
		return "", 0
	}
	return l.side(i == 1), by[i]
}

// ofTimes is "each time", or "3 times".
func ofTimes(k, n uint64) string {
	if k == n {
		return "each time"
	}
	return times(k)
}

// turns tells whether two endpoints of the initiator take turns.
func turns(flaps []*Ending) bool {
	for _, e := range flaps {
		if e.From == e.To {
			return false
		}
	}
	return true
}

// beganAnew tells whether the tunnel was down before an IKE SA came up.
func (l *look) beganAnew(v *ikeLook) bool {
	flaps := 0
	for i := range l.f.Endings {
		if l.f.Endings[i].flap() {
			flaps++
		}
	}
	return slices.ContainsFunc(l.f.Endings, func(e Ending) bool {
		return e.Back.set() && e.Back.Time.Equal(v.sa.FirstSeen) && e.flap() && (flaps >= minFlaps || e.silentBefore())
	})
}

// flapsNote says that a tunnel which is up does not stay so.
func flapsNote(found []*finding) string {
	for _, f := range found {
		if f.Code == tunnelFlapping.Code {
			return fmt.Sprintf(" It had ended and come back %s by then.", times(f.Count))
		}
	}
	return ""
}

// linkFlappings finds what brings a tunnel down each time.
func linkFlappings(each linker) {
	flaps := func(f *finding) uint64 { n, _ := f.Evidence["flaps"].(uint64); return n }
	each(&tunnelFlapping, &rekeyFailed, func(f, c *finding) bool { return 2*c.Count > flaps(f) })
	each(&tunnelFlapping, &dpdFailed, func(f, c *finding) bool {
		silent, _ := f.Evidence["silent_before"].(uint64)
		return 2*silent > flaps(f) && !c.FirstSeen.After(f.LastSeen) && !c.LastSeen.Before(f.FirstSeen)
	})
}
