package diagnose

// negotiation are the codes about the clear part of IKE and its datagrams.
var negotiation = []*Entry{
	&ikeRetransmission,
	&noProposalChosen,
	&dhGroupRetry,
	&cookieChallenge,
	&halfOpenFlood,
	&aggressiveModePSK,
	&weakCrypto,
}

// negotiations applies the rules about the clear part of IKE that look at one tunnel.
func negotiations(l *look) []*finding {
	return nil
}

// linkNegotiations finds out what explains what among them and others.
func linkNegotiations(l *look, each linker) {
}
