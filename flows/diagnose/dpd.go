package diagnose

import (
	"slices"
	"time"
)

// dpds applies the rules about who still hears whom.
func dpds(l *look) []*finding {
	return slices.Concat(dpdFailures(l), dpdOneSideds(l), natTimeouts(l))
}

// retryWithin is how long after the last check in vain an attempt over TCP still
// belongs to the same trouble: dial-up clients and their users try within minutes.
const retryWithin = 10 * time.Minute

// linkDPDs tells the story of a peer that fell silent as one: the checks that
// fail, what was repeated in vain, the data one way, the attempt to begin anew.
func linkDPDs(l *look, each linker) {
	sameWay := func(f, c *finding) bool { return f.Evidence["direction"] == c.Evidence["direction"] }
	sameSide := func(f, c *finding) bool { return f.lost.toResponder == (c.Evidence["side"] == "responder") }

	each(&addressChange, &natTimeout, func(f, c *finding) bool {
		return f.Evidence["port_only"] == true && f.Evidence["side"] == c.Evidence["side"]
	})
	// Who asks at a port that the NAT has forgotten, or for an SA that is lost, asks in vain.
	each(&dpdFailed, &natTimeout, func(f, c *finding) bool {
		return sameSide(f, c) && !f.FirstSeen.Before(c.FirstSeen) && !f.FirstSeen.After(c.LastSeen)
	})
	each(&dpdFailed, &spiMismatch, func(f, c *finding) bool {
		return sameWay(f, c) && f.LastSeen.After(c.FirstSeen.Add(-time.Minute))
	})

	// What the initiator then did, over UDP in vain and over TCP, tells what was cut.
	soon := func(f, c *finding) bool {
		return !f.FirstSeen.After(c.LastSeen) && c.FirstSeen.Sub(f.LastSeen) < retryWithin
	}
	each(&dpdFailed, &udpTCPFallback, soon)
	each(&dpdFailed, &tcpFallbackFailed, soon)

	// A side that came back on another transport: what cut it off is told there.
	// If it did not come back, the checks say more than keepalives can.
	meet := func(f, c *finding) bool { return !f.FirstSeen.After(c.LastSeen) && !f.LastSeen.Before(c.FirstSeen) }
	each(&dpdFailed, &oneWayKeepalives, func(f, c *finding) bool {
		return sameWay(f, c) && c.Evidence["returned_on"] != nil && meet(f, c)
	})
	each(&oneWayKeepalives, &dpdFailed, func(f, c *finding) bool { return sameWay(f, c) && meet(f, c) })

	silent := func(c *finding) bool { return c.Evidence["data_after"] == false }
	each(&ikeRetransmission, &dpdFailed, func(f, c *finding) bool {
		fits := onlyInformational(f) && f.lost.toResponder == c.lost.toResponder && meet(f, c)
		if fits && f.cause != nil && f.cause.cause == c {
			f.cause = nil // the checks themselves, not what the keepalives tell of them
		}
		return fits
	})
	each(&oneWayESP, &dpdFailed, func(f, c *finding) bool { return silent(c) && sameWay(f, c) && meet(f, c) })
	each(&noAnswer, &dpdFailed, func(f, c *finding) bool {
		return f.lost.toResponder == c.lost.toResponder && !f.FirstSeen.Before(c.FirstSeen)
	})
	each(&transportChanged, &dpdFailed, func(f, c *finding) bool {
		return silent(c) && !c.lost.toResponder && !f.LastSeen.Before(c.FirstSeen)
	})
}

// onlyInformational tells whether all repeated messages of a finding are of
// exchanges that look for life.
func onlyInformational(f *finding) bool {
	list, _ := f.Evidence["exchanges"].([]string)
	return len(list) > 0 && f.Evidence["repeated"] == len(list) && !slices.ContainsFunc(list, func(s string) bool {
		return s != "INFORMATIONAL" && s != "informational"
	})
}
