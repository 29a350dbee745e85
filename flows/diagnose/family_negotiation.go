package diagnose

import (
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// negotiation are the codes about the clear part of IKE and its datagrams.
var negotiation = []*Entry{
	&ikeRetransmission,
	&fragmentsDropped,
	&ikeFragmentationMissing,
	&ikeFragmentLoss,
	&noProposalChosen,
	&dhGroupRetry,
	&dhGroupMismatch,
	&cookieChallenge,
	&halfOpenFlood,
	&versionMismatch,
	&aggressiveModePSK,
	&weakCrypto,
	&natTUnsupported,
	&malformedIKE,
}

// negotiations applies the rules about the clear part of IKE, its datagrams and
// ports that look at one tunnel.
func negotiations(l *look) []*finding {
	stuck := l.pendings()
	dropped := droppedFragments(l, stuck)
	return slices.Concat(
		natPorts(l, stuck), dropped, unfragmented(l, dropped), fragmentLosses(l),
		dhMismatches(l), versions(l), unsupportedNATT(l), missingNATT(l), crossings(l), malformed(l),
	)
}

// linkNegotiations finds out what explains what among them and others.
func linkNegotiations(l *look, each linker) {
	// A large message that gets lost, because it left as IP fragments, because
	// nobody agreed on IKE fragmentation.
	each(&fragmentsDropped, &ikeFragmentationMissing, forLackOf)
	// What is sent again is the message that gets lost.
	again := func(f, c *finding) bool { return c.covers(f) && f.sharesTerm(c) }
	for _, cause := range []*Entry{&natTPortBlocked, &fragmentsDropped, &ikeFragmentLoss} {
		each(&ikeRetransmission, cause, again)
	}
	// Or a request whose answer gets lost.
	each(&ikeRetransmission, &fragmentsDropped, func(f, c *finding) bool {
		return c.Evidence["after_answer"] != nil && f.lost.toResponder != c.lost.toResponder && f.sharesTerm(c) && !f.LastSeen.After(c.LastSeen)
	})
	each(&ikeRetransmission, &dhGroupMismatch, func(f, c *finding) bool {
		return f.lost.toResponder && f.sharesTerm(c) && !f.LastSeen.After(c.LastSeen.Add(time.Second)) && onlyOpening(f)
	})
	// Quick mode in vain, since all on the new port is.
	each(&childRefused, &natTPortBlocked, func(f, c *finding) bool { return f.sharesTerm(c) })
	// Port 4500 closed on UDP, and the tunnel went over to TCP.
	each(&natTPortBlocked, &udpTCPFallback, func(f, c *finding) bool { return f.lost.toResponder && !f.FirstSeen.After(c.LastSeen) })

	each(&natTMissing, &natTUnsupported, func(f, c *finding) bool { return f.sharesTerm(c) })
	// ESP that a NAT does not map comes out on one side only.
	harmful := func(f, c *finding) bool { return c.Severity.Rank() >= report.SeverityWarning.Rank() }
	each(&espBlocked, &natTMissing, harmful)
	each(&oneWayESP, &natTMissing, harmful)
}

// forLackOf tells whether messages get lost that IKE fragmentation would have kept
// small.
func forLackOf(dropped, missing *finding) bool {
	return dropped.Confidence.Cause != report.ConfidenceLow && dropped.sharesTerm(missing)
}

// covers tells whether the lost messages of f are among those of c: the same
// way, in the time between its first and last.
func (c *finding) covers(f *finding) bool {
	const slack = time.Second
	return f.lost.kind == c.lost.kind && f.lost.toResponder == c.lost.toResponder &&
		!f.FirstSeen.Before(c.FirstSeen.Add(-slack)) && !f.LastSeen.After(c.LastSeen.Add(slack))
}

// sharesTerm tells whether two findings are about one SA at least.
func (f *finding) sharesTerm(c *finding) bool {
	return slices.ContainsFunc(f.spis, func(s string) bool { return slices.Contains(c.spis, s) })
}

// onlyOpening tells whether what was sent again are first requests alone.
func onlyOpening(f *finding) bool {
	list, _ := f.Evidence["exchanges"].([]string)
	return len(list) > 0 && !slices.ContainsFunc(list, func(s string) bool { return s != "IKE_SA_INIT" })
}
