package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var spiMismatch = Entry{
	Code:     "spi-mismatch",
	Title:    "One side sends data on an SA that the other no longer has",
	Severity: report.SeverityWarning,
	Grading: "Notice where it did not last 5 s, or where data goes on the new SA as well. Info where INVALID_SPI came for less than 5 s " +
		"and data to that side then went on another SPI: packets that were on their way when an SA was deleted look like that.",
	Rows: []int{45},
	Explanation: "A gateway that restarts has lost its SAs. Its peer does not know, and goes on to encrypt with the old ones; the " +
		"restarted gateway cannot read that and drops it, until the old SAs are deleted or found dead.",
	OnTheWire: "INVALID_SPI in the clear, which names an SPI that its sender does not know. Or one side begins a new IKE SA without " +
		"rekeying, is not seen on the old one again, and the other still sends data on the old SPIs to the same endpoint 10 s or more after the new one is up.",
	Causes: "A restart or failover of one gateway, or somebody cleared its SAs, without a DELETE that arrived; INITIAL_CONTACT was " +
		"not sent or not heeded; liveness checks are off or slow.",
	LookAlikes: []string{
		"Rekeying: for a moment packets of the old SA still arrive, which both sides know.",
		"Reauthentication: a new IKE SA beside the old one, whose data moves over and which is deleted.",
		"Two tunnels between the same gateways, or two clients behind one NAT: both SAs are in use.",
		"A client that came back from another port or over TCP (stale-sa).",
	},
	Advice: []string{
		"Clear the SAs of this tunnel at the side that still sends on the old ones.",
		"Switch liveness checks (DPD) on there, so that it finds out by itself the next time.",
		"See whether a gateway restarted or a cluster failed over at that moment. A FortiGate logs 'Received ESP packet with unknown " +
			"SPI' with the SPI and number of each such packet.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn tunnel list",
		"FortiGate: execute log filter category 1; execute log filter field subtype vpn; execute log display",
		"strongSwan: swanctl --list-sas",
		"libreswan: ipsec trafficstatus",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "direction of the data that cannot be read: to-responder or to-initiator"},
		{"invalid_spi", "messages", "INVALID_SPI notifies in the clear of the side that lost the SA"},
		{"spis", "hex", "SPIs in these, or of the old SAs, the first 8"},
		{"spi_seen", "true/false", "whether data with one of these was seen on its way to that side"},
		{"new_initiator_spi", "hex", "initiator SPI of the IKE SA that the restarted side began; absent if none was seen"},
		{"old_data_seconds", "s", "how long data on an old SA went on after the new IKE SA was up, or from the first INVALID_SPI on"},
		{"new_sa_used", "true/false", "whether the other side sent data on the new SA, too"},
	},
	References: []Reference{
		{7296, "1.5", "INVALID_SPI outside of an IKE SA"},
		{7296, "2.4", "how a peer finds out that an SA is dead; INITIAL_CONTACT"},
		{4303, "3.4.2", "a packet whose SPI is not known is dropped"},
		{6290, "", "quick detection of a restarted peer"},
	},
}

// notifyInvalidSPI is the notify of IKEv2 (RFC 7296 3.10.1) and of IKEv1 (RFC
// 2408 3.14.1) for an unknown SPI of ESP or AH.
const notifyInvalidSPI = 11

// Limits of what is worth a word, and of what lasts.
const (
	// What was on its way when a peer restarted arrives within seconds; a peer
	// that heeds INITIAL_CONTACT stops at once. Data of an old SA is older than the
	// new one by as much: both sides may begin an SA within the same seconds.
	minOldData  = 10 * time.Second
	lastingNote = 5 * time.Second
)

// mismatch is what one side no longer knows.
type mismatch struct {
	loser    bool // whether the tunnel's responder lost the SA
	notifies []ClearNotify
	spis     []string
	proven   bool // data with one of the SPIs went to the loser
	restart  *ikeLook
	old      []childLook // SAs used after the restart
	oldLast  Mark
	newUsed  bool
}

func spiMismatches(l *look) []*finding {
	var out []*finding
	for _, responder := range []bool{false, true} {
		m := mismatch{loser: responder}
		l.toldUnknown(&m)
		l.usedAfterRestart(&m)
		if len(m.notifies) > 0 || len(m.old) > 0 {
			out = append(out, l.mismatched(&m))
		}
	}
	return out
}

// toldUnknown gathers the INVALID_SPI notifies of one side, and looks whether
// data with such an SPI was on its way to it.
func (l *look) toldUnknown(m *mismatch) {
	add := func(list []ClearNotify, reversed bool) {
		for _, n := range list {
			if n.Type != notifyInvalidSPI || n.Count <= 0 || (n.From == "responder") != (m.loser != reversed) {
				continue
			}
			m.notifies = append(m.notifies, n)
			if n.SPI != "" && !slices.Contains(m.spis, n.SPI) && len(m.spis) < maxTerms {
				m.spis = append(m.spis, n.SPI)
			}
		}
	}
	add(l.f.Outside, false)
	for i := range l.ike {
		add(l.ike[i].ClearNotifies, l.ike[i].Reversed)
	}
	for _, c := range l.children {
		if c.ToResponder != m.loser || !slices.Contains(m.spis, c.sa.SPI) {
			continue
		}
		m.proven = true
		if c.Last.Time.After(m.oldLast.Time) {
			m.oldLast = c.Last
		}
	}
	if len(m.notifies) == 0 {
		return
	}
	first := slices.MinFunc(m.notifies, func(a, b ClearNotify) int { return a.First.Time.Compare(b.First.Time) }).First.Time
	oldest := l.oldestData(m.loser)
	for i := range l.ike { // a new SA by the loser that explains why
		v := &l.ike[i]
		if v.Reversed == m.loser && v.opened() && v.sa.FirstSeen.Before(first.Add(time.Minute)) && !oldest.IsZero() && oldest.Before(v.sa.FirstSeen) {
			m.restart = v
		}
	}
}

// opened tells whether the SA began within the capture with a first message of
// its own: no rekey.
func (v *ikeLook) opened() bool { return v.Began && v.sa.RekeyOf == "" }

// oldestData is when the first data to a side was seen.
func (l *look) oldestData(toResponder bool) (oldest time.Time) {
	for _, c := range l.children {
		if c.ToResponder == toResponder && (oldest.IsZero() || c.First.Time.Before(oldest)) {
			oldest = c.First.Time
		}
	}
	return oldest
}

func (l *look) mismatched(m *mismatch) *finding {
	var told uint64
	var first, last Mark
	for _, n := range m.notifies {
		told = plus(told, uint64(n.Count))
		if !first.set() || n.First.Time.Before(first.Time) {
			first = n.First
		}
		if n.Last.Time.After(last.Time) {
			last = n.Last
		}
	}
	loser, keeper := l.side(m.loser), l.side(!m.loser)
	from := first.Time
	if len(m.old) > 0 {
		from = m.restart.AuthenticatedAt.Time
	}
	until := last.Time
	if m.oldLast.Time.After(until) {
		until = m.oldLast.Time
	}
	lasted := max(0, until.Sub(from))
	f := spiMismatch.finding(max(told, uint64(len(m.old))), from, until)
	if lasted < lastingNote || m.newUsed {
		f.Severity = report.SeverityNotice
	}
	means := fmt.Sprintf("%s has lost the SAs that %s still uses, as after a restart: that data is dropped.", loser, keeper)
	f.Confidence.Cause = m.confidence(l)
	if lasted < lastingNote && len(m.old) == 0 && l.wentOn(m, last.Time) {
		f.Severity, f.Confidence.Cause = report.SeverityInfo, report.ConfidenceLow
		means = fmt.Sprintf("%s no longer has that SA. As data went on another one, these are probably packets that were on their way when it was deleted.", loser)
	}
	var seen []string
	if told > 0 {
		seen = append(seen, fmt.Sprintf("%s sent INVALID_SPI %s, unprotected", loser, times(told))+aboutSPIs(m)+".")
	}
	if m.restart != nil {
		seen = append(seen, fmt.Sprintf("%s began a new IKE SA at %s without rekeying an old one.", loser, l.clock.at(m.restart.sa.FirstSeen)))
	}
	if len(m.old) > 0 {
		s := fmt.Sprintf("It was not seen on the old one again, and %s still sent data on %s up to %s after the new one was up", keeper,
			count(uint64(len(m.old)), "old SPI"), span(lasted))
		if m.newUsed {
			s += ", beside data on the new one"
		}
		seen = append(seen, s+".")
	}
	f.say(strings.Join(seen, " "), means)
	if told > 0 {
		f.or("a forged notify: it is unprotected and carries no proof of its sender", "packets that were still on their way when the SA was deleted")
	}
	if len(m.old) > 0 {
		f.or("two tunnels between the same peers, or two clients behind one NAT, of which one is idle")
	}
	f.orUnknown("whether "+loser+" reads this data", "why it lost the SA")
	f.ref(first, "INVALID_SPI")
	f.ref(last, "INVALID_SPI")
	if m.restart != nil {
		f.ref(m.restart.AuthenticatedAt, "new IKE SA up")
		f.term(ikeTerm(m.restart.sa.InitiatorSPI))
		f.Evidence["new_initiator_spi"] = m.restart.sa.InitiatorSPI
	}
	f.ref(m.oldLast, "last data on an old SPI")
	for _, s := range m.spis {
		f.term(childTerm("esp", s))
	}
	f.lost = lost{"esp", m.loser, from, until}
	f.Evidence["direction"], f.Evidence["invalid_spi"], f.Evidence["spis"] = direction(m.loser), told, m.spis
	f.Evidence["spi_seen"], f.Evidence["new_sa_used"] = m.proven || len(m.old) > 0, m.newUsed
	f.Evidence["old_data_seconds"] = seconds(lasted)
	return f
}

// wentOn tells whether data to the side that lost an SA went on another after a
// moment.
func (l *look) wentOn(m *mismatch, t time.Time) bool {
	return slices.ContainsFunc(l.children, func(c childLook) bool {
		return c.ToResponder == m.loser && c.Last.Time.After(t) && !slices.Contains(m.spis, c.sa.SPI)
	})
}

// aboutSPIs says which SPIs the notifies name, and whether they were in use.
func aboutSPIs(m *mismatch) string {
	switch {
	case len(m.spis) == 0:
		return ""
	case m.proven:
		return ", about SPI " + upTo(4, m.spis) + ", on which data was on its way to it"
	}
	return ", about SPI " + upTo(4, m.spis) + ", on which no data was seen here"
}

// confidence in a lost SA: it takes the SPI to tell it from another tunnel
// between the same peers.
func (m *mismatch) confidence(l *look) report.Confidence {
	switch {
	case m.proven && m.restart != nil:
		return report.ConfidenceHigh
	case len(m.notifies) > 0:
		return report.ConfidenceMedium
	case slices.ContainsFunc(l.ike, func(v ikeLook) bool { return v.sa.NAT != nil && (v.sa.NAT.Initiator || v.sa.NAT.Responder) }):
		return report.ConfidenceLow
	}
	return report.ConfidenceMedium
}
