package diagnose

import "slices"

// dataPlane are the codes about ESP and AH.
var dataPlane = []*Entry{
	&oneWayESP,
	&espBlocked,
	&spiMismatch,
	&espLoss,
	&espDuplicate,
	&espReordering,
	&espOutsideWindow,
	&espSequenceReset,
	&mtuBlackhole,
	&outerFragmentation,
	&ahThroughNAT,
	&npuOffloadSuspected,
	&duplicateCapture,
}

// dataPlanes applies the rules about ESP and AH that look at one tunnel.
func dataPlanes(l *look) []*finding {
	return slices.Concat(
		espBlocks(l), spiMismatches(l), outsideWindows(l), blackholes(l), outerFragments(l), ahThroughNATs(l), npuOffloads(l),
	)
}

// linkDataPlane finds out what explains what among them and others.
func linkDataPlane(l *look, each linker) {
	sameWay := func(f, c *finding) bool { return f.Evidence["direction"] == c.Evidence["direction"] }

	// The same packets, with a name for the windows that they fall out of.
	each(&espReordering, &espOutsideWindow, sameWay)

	// Data one way only: the finding that names a cause is the story. AH that a
	// NAT spoils comes first, then an SA that the receiver has lost, then what IKE
	// beside it tells of the path.
	each(&oneWayESP, &ahThroughNAT, func(f, c *finding) bool { return c.lost.kind != "" && sameLost(f, c) })
	each(&oneWayESP, &spiMismatch, sameWay)
	each(&oneWayESP, &espBlocked, sameWay)

	// A capture that misses packets shows loss that is none, and silence that is none.
	each(&espLoss, &npuOffloadSuspected, func(f, c *finding) bool { return sameWay(f, c) && c.Evidence["pattern"] == offloadByHoles })
	each(&oneWayESP, &npuOffloadSuspected, func(f, c *finding) bool { return !sameWay(f, c) && c.Evidence["pattern"] == offloadByOneWay })

	each(&staleSA, &spiMismatch, func(f, c *finding) bool { return c.Evidence["direction"] == direction(false) })
}

// sameLost tells whether two findings miss packets of one direction.
func sameLost(f, c *finding) bool { return f.lost.toResponder == c.lost.toResponder }
