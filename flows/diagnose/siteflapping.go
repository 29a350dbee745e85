package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var siteFlapping = Entry{
	Code:     "site-flapping",
	Title:    "The tunnels of a gateway fall silent together",
	Severity: report.SeverityWarning,
	Grading:  "Critical where, the last time, most of the tunnels had not come back when the capture ended.",
	Rows:     []int{58},
	Explanation: "All or most tunnels of one gateway, with different peers, stop at the same moment, or come back at the same " +
		"moment. What they have in common is the gateway and its link, not VPN settings.",
	OnTheWire: "In three tunnels or more, and in three quarters of those in use, with two peers or more: one side falls silent " +
		"within 10 s of the others and for 5 s or longer, and then a new IKE SA is negotiated, or nothing comes any more. Or the " +
		"new IKE SAs begin within 10 s of each other. In half of them at least the other side still sends meanwhile. " +
		"Ten seconds are what tunnels with little data need to show that they are gone; a planned change takes less than five.",
	Causes: "The line of the gateway or its provider fails or flaps; the gateway restarts, fails over to another node, or somebody " +
		"changes its settings; its CPU is exhausted; a device in front of it drops its sessions.",
	LookAlikes: []string{
		"Rekeys and planned reauthentication at one time, as after a restart with equal lifetimes: no side is silent for 5 s before.",
		"Clients that log off in the evening: one by one, and none still sends.",
		"The end of the capture: everything stops at once, and nothing is missed.",
		"Tunnels with one peer only: gateway, peer and path cannot be told apart then.",
	},
	Advice: []string{
		"Look at the gateway's line and its logs at these moments before any VPN setting: interface down, failover, restart.",
		"Compare with other traffic of the same line at these moments, in this capture or in another.",
		"At a regular interval: look for a job, a lease or a session timer with that period.",
	},
	Commands: []string{
		"FortiGate (at <peer>): diagnose sys ha history read",
		"FortiGate (at <peer>): diagnose hardware deviceinfo nic <wan interface>",
		"strongSwan (at <peer>): journalctl -u strongswan --utc",
		"libreswan (at <peer>): journalctl -u ipsec --utc",
	},
	Evidence: []EvidenceKey{
		{"gateway", "address", "whose tunnels these are"},
		{"events", "times", "how often it happened"},
		{"tunnels", "tunnels", "that fell silent, the last time"},
		{"of", "tunnels", "that were in use before, the last time"},
		{"peers", "addresses", "other ends of those tunnels, the last time"},
		{"spread_seconds", "s", "from the first tunnel that fell silent to the last one, the longest"},
		{"returned", "tunnels", "that came back, the last time"},
		{"away_seconds", "s", "from the first silence to the first new IKE SA, the longest"},
		{"gateway_silent", "tunnels", "in which peers still sent to a silent gateway, all times together"},
		{"peer_silent", "tunnels", "in which the gateway still sent to a silent peer, all times together"},
		{"period_seconds", "s", "the mean time between, where it is regular"},
	},
	References: []Reference{
		{7296, "2.4", "what silence lets a peer conclude"},
		{3706, "", "dead peer detection in IKEv1"},
	},
}

// SiteFlapping judges the moments at which most tunnels of a gateway fell silent
// or came back together. Its ID is that of a first one; Number gives several of
// them theirs.
func SiteFlapping(s *SiteFlap) report.Anomaly {
	var none SiteEvent
	first, last := &none, &none
	if n := len(s.Events); n > 0 {
		first, last = &s.Events[0], &s.Events[n-1]
	}
	n := uint64(max(s.EventsTotal, len(s.Events)))
	lastSeen := last.LastSilent.Time
	if last.LastBack.set() {
		lastSeen = last.LastBack.Time
	}
	f := siteFlapping.finding(n, first.FirstSilent.Time, lastSeen)
	f.fill("<peer>", s.Gateway)
	var spread, away time.Duration
	var starts []time.Time
	gatewaySilent, peerSilent := 0, 0
	for i := range s.Events {
		e := &s.Events[i]
		if !e.ByReturn {
			spread = max(spread, e.LastSilent.Time.Sub(e.FirstSilent.Time))
		}
		if e.FirstBack.set() {
			away = max(away, e.FirstBack.Time.Sub(e.FirstSilent.Time))
		}
		gatewaySilent += e.GatewaySilent
		peerSilent += e.PeerSilent
		starts = append(starts, e.FirstSilent.Time)
	}
	clock := newClock(first.FirstSilent.Time, lastSeen)
	seen := capital(last.story(s.Gateway, clock))
	if n > 1 {
		seen = fmt.Sprintf("The tunnels of %s fell silent together %s, first at %s. The last time: %s", s.Gateway, times(n),
			clock.at(first.FirstSilent.Time), last.story(s.Gateway, clock))
	}
	switch {
	case gatewaySilent > 0 && peerSilent == 0:
		seen += fmt.Sprintf(" Peers still sent when %s was silent.", s.Gateway)
	case peerSilent > 0 && gatewaySilent == 0:
		seen += fmt.Sprintf(" %s still sent when the peers were silent.", s.Gateway)
	case peerSilent > 0:
		seen += " In some of them the gateway still sent, in others the peers did."
	}
	f.say(seen, fmt.Sprintf("What all of them share failed: %s itself, its line, or what stands in front of it. Their settings did not all break at one moment.", s.Gateway))
	f.Confidence.Cause = report.ConfidenceHigh
	if period, ok := fixedPeriod(starts); ok {
		f.Observation += fmt.Sprintf(" It comes every %s.", span(period))
		f.Evidence["period_seconds"] = seconds(period)
	}
	f.or("somebody restarted the gateway or changed its settings at these moments",
		"the place of capture lost sight of the gateway: then other traffic of it is missing, too")
	f.orUnknown("whether the line, the gateway or a device in front of it failed: its logs and a capture on its outer interface tell")
	if 2*last.Returned < last.Tunnels {
		f.Severity = report.SeverityCritical
	}
	for i := range s.Events {
		e := &s.Events[i]
		f.ref(e.FirstSilent, "first tunnel to fall silent")
		f.ref(e.LastSilent, "last tunnel to fall silent")
		f.ref(e.FirstBack, "first tunnel to come back")
	}
	f.Evidence["gateway"], f.Evidence["events"] = s.Gateway, n
	f.Evidence["tunnels"], f.Evidence["of"], f.Evidence["peers"] = last.Tunnels, last.Of, last.Peers
	f.Evidence["spread_seconds"], f.Evidence["returned"] = seconds(spread), last.Returned
	f.Evidence["gateway_silent"], f.Evidence["peer_silent"] = gatewaySilent, peerSilent
	if away > 0 {
		f.Evidence["away_seconds"] = seconds(away)
	}
	f.finish(&look{t: &report.Tunnel{FirstSeen: first.FirstSilent.Time, LastSeen: lastSeen}})
	f.ID = f.Code + "-1"
	return f.Anomaly
}

// story tells of one event in a sentence.
func (e *SiteEvent) story(gateway string, c clock) string {
	s := fmt.Sprintf("%d of the %d tunnels of %s in use, with %s, fell silent", e.Tunnels, e.Of, gateway, count(uint64(e.Peers), "peer"))
	if e.Tunnels == e.Of {
		s = fmt.Sprintf("all %d tunnels of %s in use, with %s, fell silent", e.Tunnels, gateway, count(uint64(e.Peers), "peer"))
	}
	if !e.ByReturn {
		s += fmt.Sprintf(" at %s, within %s", c.at(e.FirstSilent.Time), span(e.LastSilent.Time.Sub(e.FirstSilent.Time)))
	}
	switch {
	case e.Returned == 0:
		return s + "; none came back."
	case e.Returned < e.Tunnels:
		s += fmt.Sprintf("; %d came back", e.Returned)
	default:
		s += "; all came back"
	}
	return s + fmt.Sprintf(" from %s on, within %s.", c.at(e.FirstBack.Time), span(e.LastBack.Time.Sub(e.FirstBack.Time)))
}

// FlappingGateway tells which gateway an anomaly of site-flapping is about.
func FlappingGateway(a *report.Anomaly) (gateway string, ok bool) {
	if a.Code != siteFlapping.Code {
		return "", false
	}
	gateway, ok = a.Evidence["gateway"].(string)
	return gateway, ok
}

// explainedOutside are the codes that a silence shared with the gateway's other
// tunnels explains.
func explainedOutside() []string {
	return []string{
		ikeRetransmission.Code, noAnswer.Code, oneWayESP.Code, oneWayKeepalives.Code, staleSA.Code, transportChanged.Code,
		tcpReconnect.Code, tunnelFlapping.Code, "dpd-failed", "esp-blocked",
	}
}

// explainOutside makes what began in an outage that all of a gateway's tunnels
// had the consequence of the gateway's anomaly, unless it is graver than that:
// folding it would hide how grave things are.
func explainOutside(list []report.Anomaly, outages []Outage) {
	codes := explainedOutside()
	for i := range list {
		a := &list[i]
		if a.ConsequenceOf != "" || !slices.Contains(codes, a.Code) {
			continue
		}
		for _, o := range outages {
			if o.ID != "" && a.Severity.Rank() <= o.Severity.Rank() && o.covers(a) {
				a.ConsequenceOf = o.ID
			}
		}
	}
}

// outageSlack is how long before the silence, or after the return, its signs may
// begin: a request may have been sent just before, and a way back be tried again.
const outageSlack = 10 * time.Second

func (o *Outage) covers(a *report.Anomaly) bool {
	return !a.FirstSeen.Before(o.From.Add(-outageSlack)) && (o.To.IsZero() || !a.FirstSeen.After(o.To.Add(outageSlack)))
}

// together says that a tunnel which is gone went with others.
func (l *look) together() string {
	if n := len(l.f.Outages); n > 0 && l.t.Status != report.StatusUp {
		if o := &l.f.Outages[n-1]; o.To.IsZero() {
			return fmt.Sprintf(" It went together with %s of %s.", count(uint64(max(o.Tunnels-1, 1)), "other tunnel"), o.Gateway)
		}
	}
	return ""
}
