package flows

import "github.com/ikesniff/ikesniff/dissect/ike"

const (
	exchangeSAInit      = ike.ExchangeSAInit
	exchangeCreateChild = ike.ExchangeCreateChildSA
)

// isV1 tells IKEv1's exchange types from IKEv2's: the registries do not overlap
// (RFC 7296 3.1).
func isV1(t ike.ExchangeType) bool { return t < ike.ExchangeSAInit }

func isPhase1(t ike.ExchangeType) bool {
	return t == ike.ExchangeV1Main || t == ike.ExchangeV1Aggressive || t == ike.ExchangeV1Base
}

func isInformational(t ike.ExchangeType) bool {
	return t == ike.ExchangeInformational || t == ike.ExchangeV1Informational
}
