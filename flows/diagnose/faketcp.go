package diagnose

import (
	"fmt"

	"github.com/ikesniff/ikesniff/report"
)

var repeatedTCPSequence = Entry{
	Code:     "repeated-tcp-sequence",
	Title:    "ESP in TCP segments that share sequence numbers (fortinet-esp)",
	Severity: report.SeverityInfo,
	Grading: "Info where data flows both ways without gaps: then it is just how this tunnel carries ESP. Notice where " +
		"numbers are missing or one way is silent, since such segments are dropped by devices that check TCP.",
	Rows: []int{11},
	Explanation: "The gateways put each ESP packet behind a TCP header that only looks like TCP: there is no stream, no " +
		"acknowledgement and no retransmission, and many packets have the same TCP sequence number. Fortinet calls it fortinet-esp.",
	OnTheWire: "Segments of one direction with the same TCP sequence number but different content, which begins with one " +
		"SPI and an ESP sequence number that grows. Other tools call them retransmissions or out of order.",
	Causes: "'set fortinet-esp enable' in phase 1 of both FortiGates, so that their network processors can carry ESP " +
		"where only TCP passes.",
	LookAlikes: []string{
		"A retransmission has the same sequence number and the same bytes, or a part of them.",
		"The same segment captured twice has the same bytes within microseconds (duplicate-capture).",
		"A TCP keepalive or a zero-window probe carries one byte or none.",
	},
	Advice: []string{
		"Works without gaps: nothing to do, but any stateful device added to the path may stop it.",
		"Gaps: set fortinet-esp to disable on both gateways. They then use RFC 8229, a real TCP stream.",
		"It does not work with FortiClient or gateways of other makers.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f fortinet-esp",
		"FortiGate: diagnose vpn tunnel list",
	},
	Evidence: []EvidenceKey{
		{"frames_to_responder", "packets", "ESP in fake TCP segments to the responder"},
		{"frames_to_initiator", "packets", "the same to the initiator"},
		{"repeats_to_responder", "packets", "those of them whose TCP sequence number an earlier one had"},
		{"repeats_to_initiator", "packets", "the same to the initiator"},
		{"missing_to_responder", "packets", "ESP sequence numbers that never came"},
		{"missing_to_initiator", "packets", "the same to the initiator"},
	},
	References: []Reference{
		{9293, "3.4", "what TCP sequence numbers mean"},
		{4303, "2.2", "sequence numbers of ESP"},
		{9329, "3", "the standard form, which this is not"},
	},
}

// fakeSum is one direction of the tunnel's fake TCP.
type fakeSum struct {
	frames                     tally
	repeats, missing, received uint64
}

func (l *look) fake(toResponder bool) fakeSum {
	s := fakeSum{frames: tally{toResponder: toResponder}}
	for _, c := range l.over(overFakeTCP) {
		d, _ := c.dir(toResponder)
		s.frames.add(c, d.Frames)
		s.repeats = plus(s.repeats, d.Repeats.Count)
		s.missing, s.received = plus(s.missing, d.Missing), plus(s.received, d.Received)
	}
	return s
}

// numbers is how many TCP sequence numbers the frames have.
func (s *fakeSum) numbers() uint64 { return s.frames.n - min(s.frames.n, s.repeats) }

func repeatedSequences(l *look) []*finding {
	there, back := l.fake(true), l.fake(false)
	repeats := plus(there.repeats, back.repeats)
	if repeats == 0 {
		return nil
	}
	all := tally{}
	var firstRepeat Mark
	for _, s := range []fakeSum{there, back} {
		for _, c := range s.frames.list {
			d, _ := c.dir(s.frames.toResponder)
			all.add(c, d.Frames)
			if m := d.Repeats.First; m.set() && (!firstRepeat.set() || m.Time.Before(firstRepeat.Time)) {
				firstRepeat = m
			}
		}
	}
	f := repeatedTCPSequence.finding(repeats, all.first.Time, all.last.Time)
	f.Confidence.Cause = report.ConfidenceHigh
	seen := ""
	for _, s := range []fakeSum{there, back} {
		from, to := l.ends(s.frames.toResponder)
		if s.frames.n == 0 {
			seen += fmt.Sprintf("None from %s to %s. ", from, to)
			continue
		}
		seen += fmt.Sprintf("From %s to %s %s in TCP segments with %s. ", from, to,
			count(s.frames.n, "ESP packet"), count(s.numbers(), "sequence number"))
	}
	const uses, checked = "The peers use fortinet-esp", "; devices that check TCP sequence numbers drop such segments"
	missing := plus(there.missing, back.missing)
	holes := "No ESP number is missing."
	if missing > 0 {
		holes = fmt.Sprintf("%s never came.", capital(count(missing, "ESP number")))
	}
	switch {
	case there.frames.n == 0 || back.frames.n == 0:
		f.Severity = report.SeverityNotice
		f.say(seen+holes, uses+", and nothing of it comes back here"+checked+".")
		f.or("the capture does not show the other way: NPU offload on the capturing FortiGate", "traffic that needs no answer")
	case missing > 0:
		f.Severity = report.SeverityNotice
		f.say(seen+holes, uses+", and not all of it arrives"+checked+".")
		f.or("loss of the ordinary sort: fake TCP sends nothing again")
	default:
		f.say(seen+holes, uses+", and it passes on this path.")
	}
	f.ref(all.first, "first fake segment")
	f.ref(firstRepeat, "first repeated number")
	f.ref(all.last, "last fake segment")
	f.on(all.list)
	f.Evidence["frames_to_responder"], f.Evidence["frames_to_initiator"] = there.frames.n, back.frames.n
	f.Evidence["repeats_to_responder"], f.Evidence["repeats_to_initiator"] = there.repeats, back.repeats
	f.Evidence["missing_to_responder"], f.Evidence["missing_to_initiator"] = there.missing, back.missing
	return []*finding{f}
}

var fortinetESPUnderUDP = Entry{
	Code:     "fortinet-esp-under-udp",
	Title:    "IKE runs over UDP, but data is sent in fake TCP",
	Severity: report.SeverityWarning,
	Grading:  "Notice where data flows both ways all the same.",
	Rows:     []int{14},
	Explanation: "The tunnel was negotiated over UDP 4500. Its ESP is sent in segments that look like TCP, between the " +
		"same addresses and ports, without any TCP connection there. A firewall that never saw a SYN drops them.",
	OnTheWire: "IKE in UDP, and TCP segments with ESP between the same two ports, with no SYN and no IKE over TCP.",
	Causes: "fortinet-esp was left enabled when the transport was set back to UDP: FortiOS 7.4 hides the option then, but " +
		"goes on using it (mended in 7.6.0). Or the transport is UDP with fallback to TCP, where FortiOS does so by design.",
	LookAlikes: []string{
		"fortinet-esp beside IKE over TCP on the same ports: the ordinary form (repeated-tcp-sequence).",
		"A tunnel that moved from UDP to TCP: a new connection with SYN and IKETCP (transport-changed).",
	},
	Advice: []string{
		"On both gateways set transport to tcp, fortinet-esp to disable, then transport back to udp.",
		"Update FortiOS 7.4 to 7.6.0 or later.",
		"If TCP was meant, set transport tcp on both ends and keep fortinet-esp alike on both.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f fortinet-esp",
		"FortiGate: diagnose vpn tunnel list",
	},
	Evidence: []EvidenceKey{
		{"initiator", "address", "endpoint of the initiator, for UDP and fake TCP alike"},
		{"responder", "address", "endpoint of the responder"},
		{"ike_over_udp", "messages", "IKE messages in UDP between these endpoints"},
		{"frames_to_responder", "packets", "ESP in fake TCP to the responder"},
		{"frames_to_initiator", "packets", "the same to the initiator"},
	},
	References: []Reference{
		{3948, "2.1", "where ESP belongs when IKE is on UDP 4500"},
		{9293, "3.5", "a connection begins with SYN"},
	},
}

func underUDP(l *look) []*finding {
	for _, c := range l.over(overFakeTCP) {
		n := plus(c.ToResponder.Frames.Count, c.ToInitiator.Frames.Count)
		if n == 0 || c.SYN.set() || c.Open.set() {
			continue
		}
		var udp *report.Path
		stream := false
		for i := range l.t.Paths {
			p := &l.t.Paths[i]
			if !sameEnds(p, c.path) {
				continue
			}
			stream = stream || p.Transport == overRFC8229
			if overUDP(p.Transport) && p.Traffic.ToResponder.IKEMessages+p.Traffic.ToInitiator.IKEMessages > 0 {
				udp = p
			}
		}
		if udp == nil || stream {
			continue
		}
		t := tally{list: []connection{c}}
		t.add(c, c.ToResponder.Frames)
		t.add(c, c.ToInitiator.Frames)
		f := fortinetESPUnderUDP.finding(n, t.first.Time, t.last.Time)
		means := "fortinet-esp is on while the tunnel's transport is UDP."
		if l.t.Data == report.DataBoth {
			f.Severity = report.SeverityNotice
			means += " Data flows both ways here all the same; a stateful firewall on the path would stop it."
		}
		f.say(fmt.Sprintf("IKE between %s and %s is in UDP; %s between the same ports %s in TCP segments, without a SYN.",
			udp.Initiator, udp.Responder, count(n, "ESP packet"), verb(n, "is", "are")), means)
		f.or("transport UDP with fallback to TCP, where FortiOS sends data so by design",
			"the TCP connection was opened before the capture began and its IKE does not pass here")
		f.ref(t.first, "first fake segment")
		f.ref(t.last, "last fake segment")
		f.on(t.list)
		f.Evidence["initiator"], f.Evidence["responder"] = udp.Initiator, udp.Responder
		f.Evidence["ike_over_udp"] = udp.Traffic.ToResponder.IKEMessages + udp.Traffic.ToInitiator.IKEMessages
		f.Evidence["frames_to_responder"], f.Evidence["frames_to_initiator"] = c.ToResponder.Frames.Count, c.ToInitiator.Frames.Count
		return []*finding{f}
	}
	return nil
}
