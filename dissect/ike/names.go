package ike

import "strconv"

// or gives name, or the number where there is none: an unknown value shows as
// its number, never as a wrong name.
func or(name string, v uint16) string {
	if name != "" {
		return name
	}
	return strconv.Itoa(int(v))
}

// String gives IANA's name, or the number.
func (t PayloadType) String() string {
	name, _ := namesPayloadTypes(uint16(t))
	return or(name, uint16(t))
}

// Name gives the short name of RFC 7296 1.2, such as "KE", or the number.
func (t PayloadType) Name() string {
	_, short := namesPayloadTypes(uint16(t))
	return or(short, uint16(t))
}

// String gives IANA's name, such as "IKE_SA_INIT" or "Identity Protection", or
// the number.
func (t ExchangeType) String() string {
	name, _ := namesExchangeTypes(uint16(t))
	return or(name, uint16(t))
}

// Name gives the name people use: that of IANA for IKEv2, "main mode" and the
// like for IKEv1; or the number.
func (t ExchangeType) Name() string {
	_, short := namesExchangeTypes(uint16(t))
	return or(short, uint16(t))
}

// ProtocolID is a security protocol in IKEv2 (RFC 7296 3.3.1).
type ProtocolID uint8

// Security protocols, the same in both versions.
const (
	ProtocolNone ProtocolID = 0
	ProtocolIKE  ProtocolID = 1 // IKEv1: ISAKMP
	ProtocolAH   ProtocolID = 2
	ProtocolESP  ProtocolID = 3
)

// String gives IANA's name, or the number.
func (p ProtocolID) String() string {
	name, _ := namesProtocols(uint16(p))
	return or(name, uint16(p))
}

// V1ProtocolID is a security protocol in IKEv1 (RFC 2407 4.4.1).
type V1ProtocolID uint8

// String gives IANA's name, such as "PROTO_IPSEC_ESP", or the number.
func (p V1ProtocolID) String() string {
	name, _ := namesV1Protocols(uint16(p))
	return or(name, uint16(p))
}

// Name gives "ISAKMP", "AH", "ESP", "IPCOMP", or the number.
func (p V1ProtocolID) Name() string {
	_, short := namesV1Protocols(uint16(p))
	return or(short, uint16(p))
}

// NotifyType is the type of a notify message of IKEv2 (RFC 7296 3.10.1).
type NotifyType uint16

// String gives IANA's name, or the number.
func (t NotifyType) String() string {
	name, _ := namesNotifyTypes(uint16(t))
	return or(name, uint16(t))
}

// Name is the same as String: reports use IANA's names.
func (t NotifyType) Name() string { return t.String() }

// IsError reports whether the type is in the range of errors, those for
// private use included.
func (t NotifyType) IsError() bool { return t > 0 && t < 16384 }

// Private gives the name that a type in a range for private use has with those
// who are known to use it, such as "DEVICE_IDENTITY" of "3GPP". The number does
// not prove who sent it, so String leaves the name out.
func (t NotifyType) Private() (name, owner string) {
	return namesPrivateNotifyTypes(uint16(t))
}

// V1NotifyType is the type of a notification of IKEv1 (RFC 2408 3.14.1).
type V1NotifyType uint16

// String gives IANA's name, or the number.
func (t V1NotifyType) String() string {
	name, _ := namesV1NotifyTypes(uint16(t))
	return or(name, uint16(t))
}

// Name is the same as String: reports use IANA's names.
func (t V1NotifyType) Name() string { return t.String() }

// IsError reports whether the type is in the range of errors, those for
// private use included.
func (t V1NotifyType) IsError() bool { return t > 0 && t < 16384 }

// TransformType is the kind of an algorithm in a proposal of IKEv2
// (RFC 7296 3.3.2).
type TransformType uint8

// Transform types (RFC 7296 3.3.2, RFC 9370 4, RFC 9838 4.4.2.1). RFC 9827 calls
// ESN sequence numbers.
const (
	TransformEncryption  TransformType = 1
	TransformPRF         TransformType = 2
	TransformIntegrity   TransformType = 3
	TransformKeyExchange TransformType = 4
	TransformESN         TransformType = 5
	TransformAddKE1      TransformType = 6
	TransformAddKE7      TransformType = 12
	TransformKeyWrap     TransformType = 13
	TransformGroupAuth   TransformType = 14
)

// String gives IANA's name, or the number.
func (t TransformType) String() string {
	name, _ := namesTransformTypes(uint16(t))
	return or(name, uint16(t))
}

// Name gives the short form: "ENCR", "PRF", "INTEG", "KE", "ESN", "ADDKE1" to
// "ADDKE7", "KWA", "GCAUTH", or the number.
func (t TransformType) Name() string {
	_, short := namesTransformTypes(uint16(t))
	return or(short, uint16(t))
}

// TransformName gives the names of a transform ID: IANA's, and the short one
// that users of strongSwan know, without key length. Both are the number where
// the ID, or the type, is not known.
func TransformName(t TransformType, id uint16) (name, short string) {
	name, short = namesTransforms(t, id)
	return or(name, id), or(short, id)
}

// namesTransforms gives empty strings for what has no name.
func namesTransforms(t TransformType, id uint16) (name, short string) {
	switch {
	case t == TransformEncryption:
		return namesEncryption(id)
	case t == TransformPRF:
		return namesPRF(id)
	case t == TransformIntegrity:
		return namesIntegrity(id)
	case t == TransformKeyExchange, t >= TransformAddKE1 && t <= TransformAddKE7:
		return namesKeyExchangeMethods(id)
	case t == TransformESN:
		return namesESN(id)
	case t == TransformKeyWrap:
		return namesKeyWrap(id)
	case t == TransformGroupAuth:
		return namesGroupAuthentication(id)
	}
	return "", ""
}

// KEGroupName gives the short name of a key exchange method, also known as
// Diffie-Hellman group: "MODP_2048", "ECP_384", "CURVE_25519", "ML_KEM_768", or
// the number.
func KEGroupName(id uint16) string {
	_, short := TransformName(TransformKeyExchange, id)
	return short
}

// EncryptionName gives the short name of an encryption algorithm of IKEv2 with
// its key length in bits, such as "AES_GCM_16_256". A length of 0 is left out.
func EncryptionName(id uint16, keyBits uint16) string {
	_, short := TransformName(TransformEncryption, id)
	return withKeyLength(short, keyBits)
}

func withKeyLength(name string, bits uint16) string {
	if bits == 0 {
		return name
	}
	return name + "_" + strconv.Itoa(int(bits))
}
