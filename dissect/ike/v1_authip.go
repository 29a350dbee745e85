package ike

// Exchange types of AuthIP, which Windows uses with major version 1
// ([MS-AIPS] 3.2 to 3.7). Their messages hold one payload, crypto, which holds
// the others: in clear until the main mode has keys.
const (
	ExchangeAuthIPMain     ExchangeType = 243
	ExchangeAuthIPQuick    ExchangeType = 244
	ExchangeAuthIPExtended ExchangeType = 245
)

// Payload types of AuthIP ([MS-AIPS] 2.2.3).
const (
	PayloadAuthIPGSSAPI PayloadType = 129
	PayloadAuthIPCrypto PayloadType = 133
	PayloadAuthIPGSSID  PayloadType = 134
	PayloadAuthIPAuth   PayloadType = 135
)

// AuthIP reports whether the exchange is one of AuthIP.
func (h *Header) AuthIP() bool {
	switch h.ExchangeType {
	case ExchangeAuthIPMain, ExchangeAuthIPQuick, ExchangeAuthIPExtended:
		return h.V1()
	}
	return false
}

// authIPPayloadName names a payload type of AuthIP, "" if it is none or m is
// no message of AuthIP: others use the same private numbers for their own.
func authIPPayloadName(m *Message, t PayloadType) string {
	if m == nil || !m.AuthIP() {
		return ""
	}
	switch t {
	case PayloadAuthIPGSSAPI:
		return "GSS-API token"
	case PayloadAuthIPCrypto:
		return "crypto"
	case PayloadAuthIPGSSID:
		return "GSS-API endpoint name"
	case PayloadAuthIPAuth:
		return "authentication methods"
	}
	return ""
}
