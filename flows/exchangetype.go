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

// exchangeName is the name that reports use: IANA's for IKEv2, and the modes'
// usual names for IKEv1 (RFC 2409 5).
func exchangeName(t ike.ExchangeType) string {
	switch t {
	case ike.ExchangeV1Base:
		return "base mode"
	case ike.ExchangeV1Main:
		return "main mode"
	case ike.ExchangeV1AuthOnly:
		return "authentication only"
	case ike.ExchangeV1Aggressive:
		return "aggressive mode"
	case ike.ExchangeV1Informational:
		return "informational"
	case ike.ExchangeV1Transaction:
		return "transaction"
	case ike.ExchangeV1Quick:
		return "quick mode"
	case ike.ExchangeV1NewGroup:
		return "new group mode"
	}
	return t.String()
}
