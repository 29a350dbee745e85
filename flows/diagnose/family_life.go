package diagnose

import "slices"

// life are the codes about the life of a tunnel.
var life = []*Entry{
	&rekeyFailed,
	&simultaneousRekey,
	&childNotRenewed,
	&dpdFailed,
	&dpdOneSided,
	&natTimeout,
	&siteFlapping,
	&tunnelFlapping,
}

// lives applies the rules about the life of a tunnel that look at one tunnel.
func lives(l *look) []*finding {
	failed := rekeyFailures(l)
	if len(failed) > 0 {
		return slices.Concat(failed, crossedRekeys(l), dpds(l), flappings(l))
	}
	return slices.Concat(crossedRekeys(l), notRenewed(l), dpds(l), flappings(l))
}

// linkLives finds out what explains what among them and others.
func linkLives(l *look, each linker) {
	each(&ikeRetransmission, &rekeyFailed, partOf)
	linkDPDs(l, each)
	linkFlappings(each)
}
