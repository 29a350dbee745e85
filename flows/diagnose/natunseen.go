package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// natTPort is the port of NAT traversal (RFC 3947 4, RFC 7296 2.23).
const natTPort = 4500

// minUnseen is how many attempts must have ended so: one may be that of a scanner,
// which asks and does not go on.
const minUnseen = 2

// unseenPorts finds what a blocked port looks like near the responder: attempt
// after attempt that finds a NAT and is answered, and nothing of the message that
// has to follow on the port of NAT traversal.
func unseenPorts(l *look) []*finding {
	if slices.ContainsFunc(l.t.Paths, func(p report.Path) bool { return p.Transport != "udp" }) || len(l.f.FragmentLoss) > 0 {
		return nil
	}
	var out []*finding
	for _, reversed := range []bool{false, true} {
		var list []ikeLook
		for _, v := range l.ike {
			if v.Reversed == reversed && v.stopsBeforeMove() && l.end.Sub(v.LastFromInitiator.Time) >= minWaitSingle {
				list = append(list, v)
			}
		}
		if len(list) >= minUnseen {
			out = append(out, l.unseenPort(list))
		}
	}
	return out
}

// stopsBeforeMove tells whether the SA found a NAT, and the initiator said
// nothing after the answer that told it so.
func (v ikeLook) stopsBeforeMove() bool {
	nat := v.sa.NAT
	if !v.Began || !v.Answered || v.sa.Proposal == nil || v.Authenticated || nat == nil || !nat.Initiator && !nat.Responder {
		return false
	}
	if v.sa.Version == 1 {
		return v.sa.Mode == "main" && v.Phase1.FromInitiator == 2 && v.Phase1.FromResponder == 2
	}
	return !slices.ContainsFunc(v.sa.Exchanges, func(x report.Exchange) bool {
		return x.Type != "IKE_SA_INIT" || x.Requests > 1 // sent again: the answer did not arrive
	})
}

func (l *look) unseenPort(list []ikeLook) *finding {
	v := list[0]
	last := time.Time{}
	var spis []string
	for _, x := range list {
		if t := x.LastFromResponder.Time; t.After(last) {
			last = t
		}
		if len(spis) < maxTerms {
			spis = append(spis, x.sa.InitiatorSPI)
		}
	}
	old := v.opener().DestinationPort
	f := natTPortBlocked.finding(uint64(len(list)), v.sa.FirstSeen, last)
	f.Severity, f.Confidence.Cause = report.SeverityWarning, report.ConfidenceLow
	f.say(fmt.Sprintf("%s answered %s of %s on UDP %d, which found a NAT; the message that has to follow on UDP %d was not seen here in any of them.",
		v.to, count(uint64(len(list)), "attempt"), v.from, old, natTPort),
		fmt.Sprintf("UDP %d may be blocked between %s and here.", natTPort, v.from))
	f.or("the answers do not please the initiator, or do not reach it", "the message that follows is large, and its IP fragments are dropped before here",
		"a scanner, which asks and does not go on")
	f.orUnknown("whether " + v.from + " sent the message: a capture near it would tell")
	f.fill("<peer>", v.from)
	f.lost = lost{"ike", !v.Reversed, f.FirstSeen, f.LastSeen}
	for _, x := range list {
		f.ref(x.opener().Mark, "first request")
		f.ref(x.LastFromResponder, "last answer")
		f.term(ikeTerm(x.sa.InitiatorSPI))
	}
	f.Evidence["initiator_spis"], f.Evidence["attempts"] = spis, len(list)
	f.Evidence["answered_port"], f.Evidence["silent_port"] = old, uint16(natTPort)
	f.Evidence["waited_seconds"] = max(0, seconds(l.end.Sub(last)))
	return f
}
