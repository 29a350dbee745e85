package diagnose

// dataPlane are the codes about ESP and AH.
var dataPlane = []*Entry{
	&oneWayESP,
	&espLoss,
	&espDuplicate,
	&espReordering,
	&espSequenceReset,
	&duplicateCapture,
}

// dataPlanes applies the rules about ESP and AH that look at one tunnel.
func dataPlanes(l *look) []*finding {
	return nil
}

// linkDataPlane finds out what explains what among them and others.
func linkDataPlane(l *look, each linker) {
}
