package flows

// refused is what few IKE SAs have: answers in clear that are not the one that
// was hoped for, mostly. An IKE SA without any has noRefused, which is never
// written to.
type refused struct {
	cookie, invalidKE, proposal answer
	wantedGroup                 uint16 // of invalidKE
	hashInClear                 mark   // in aggressive mode
	// heir is set where the SA carries on a tunnel whose first SAs were forgotten.
	heir *heritage
}

var noRefused = &refused{}

// refuse returns the answers to be written to.
func (sa *ikeSA) refuse() *refused {
	if sa.refused == noRefused {
		sa.refused = &refused{}
	}
	return sa.refused
}

// mergeRefused makes one of what two pairs of addresses saw.
func mergeRefused(twice bool, a, b *refused) *refused {
	if a == noRefused && b == noRefused {
		return noRefused
	}
	return &refused{
		cookie:      mergeAnswer(twice, a.cookie, b.cookie),
		invalidKE:   mergeAnswer(twice, a.invalidKE, b.invalidKE),
		proposal:    mergeAnswer(twice, a.proposal, b.proposal),
		wantedGroup: max(a.wantedGroup, b.wantedGroup),
		hashInClear: earlier(a.hashInClear, b.hashInClear),
		heir:        a.heir,
	}
}
