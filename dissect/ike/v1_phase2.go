package ike

// V1IPsecAttributeType is an attribute class of quick mode (RFC 2407 4.5).
type V1IPsecAttributeType uint16

// Attribute classes of quick mode (RFC 2407 4.5, RFC 4304, RFC 6407).
const (
	V1IPsecLifeType            V1IPsecAttributeType = 1
	V1IPsecLifeDuration        V1IPsecAttributeType = 2
	V1IPsecGroup               V1IPsecAttributeType = 3
	V1IPsecEncapsulation       V1IPsecAttributeType = 4
	V1IPsecAuthentication      V1IPsecAttributeType = 5
	V1IPsecKeyLength           V1IPsecAttributeType = 6
	V1IPsecKeyRounds           V1IPsecAttributeType = 7
	V1IPsecDictionarySize      V1IPsecAttributeType = 8
	V1IPsecPrivateCompression  V1IPsecAttributeType = 9
	V1IPsecECNTunnel           V1IPsecAttributeType = 10
	V1IPsecESN                 V1IPsecAttributeType = 11
	V1IPsecAuthKeyLength       V1IPsecAttributeType = 12
	V1IPsecSignatureEncoding   V1IPsecAttributeType = 13
	V1IPsecAddressPreservation V1IPsecAttributeType = 14
	V1IPsecSADirection         V1IPsecAttributeType = 15
)

// String gives IANA's name, or the number.
func (t V1IPsecAttributeType) String() string {
	name, _ := namesV1IPsecAttributes(uint16(t))
	return or(name, uint16(t))
}

// V1Phase2 is what a transform of quick mode says. What it leaves out is 0.
type V1Phase2 struct {
	Encapsulation  uint16 // mode; see V1EncapsulationName
	Authentication uint16 // algorithm; see V1AuthAlgorithmName
	KeyLength      uint16 // bits
	Group          uint16 // of perfect forward secrecy
	ESN            bool   // 64-bit sequence numbers (RFC 4304)
	Direction      uint16 // 1 sender only, 2 receiver only, 3 symmetric (RFC 6407)
	// LifetimeSeconds and LifetimeKilobytes are 0 where not given, or given as
	// a number above 64 bits.
	LifetimeSeconds, LifetimeKilobytes uint64
}

// Phase2 reads the attributes of a transform of quick mode (RFC 2407 4.5).
func (t V1Transform) Phase2() V1Phase2 {
	var p V1Phase2
	var life v1Life
	for a := t.Attributes(); a.Next(); {
		v, ok := life.value(a.cur, uint16(V1IPsecLifeType), uint16(V1IPsecLifeDuration))
		if !ok {
			continue
		}
		switch V1IPsecAttributeType(a.cur.Type) {
		case V1IPsecGroup:
			p.Group = v
		case V1IPsecEncapsulation:
			p.Encapsulation = v
		case V1IPsecAuthentication:
			p.Authentication = v
		case V1IPsecKeyLength:
			p.KeyLength = v
		case V1IPsecESN:
			p.ESN = v == 1
		case V1IPsecSADirection:
			p.Direction = v
		}
	}
	p.LifetimeSeconds, p.LifetimeKilobytes = life.seconds, life.kilobytes
	return p
}

// V1EncapsulationName gives "Tunnel", "UDP-Encapsulated-Transport" and the
// like, those of the drafts and of Check Point included, or the number.
func V1EncapsulationName(mode uint16) string {
	name, _ := namesV1EncapModes(mode)
	return or(name, mode)
}

// V1AuthAlgorithmName gives "HMAC-SHA2-256" and the like, or the number.
func V1AuthAlgorithmName(id uint16) string {
	name, _ := namesV1AuthAlgorithms(id)
	return or(name, id)
}

// V1TransformName gives the name of a transform ID, whose meaning depends on
// the protocol of the proposal (RFC 2407 4.4), or the number.
func V1TransformName(p V1ProtocolID, id uint8) string {
	name, _ := v1TransformNames(p, uint16(id))
	return or(name, uint16(id))
}

func v1TransformNames(p V1ProtocolID, id uint16) (name, short string) {
	switch p {
	case V1ProtocolISAKMP:
		return namesV1ISAKMPTransforms(id)
	case V1ProtocolAH:
		return namesV1IPsecTransformsAH(id)
	case V1ProtocolESP:
		return namesV1IPsecTransformsESP(id)
	case V1ProtocolIPCOMP:
		return namesV1IPsecTransformsIPCOMP(id)
	}
	return "", ""
}

// v1IPsecAttribute names an attribute of a transform of quick mode.
func v1IPsecAttribute(to *Tree, a, last Attribute) (name string) {
	t := V1IPsecAttributeType(a.Type)
	switch t {
	case V1IPsecLifeType:
		to.attributeEnum(a, namesV1LifeTypes)
	case V1IPsecLifeDuration:
		to.attributeDuration(a, last, uint16(V1IPsecLifeType))
	case V1IPsecGroup:
		to.attributeEnum(a, v1GroupNames)
	case V1IPsecEncapsulation:
		to.attributeEnum(a, namesV1EncapModes)
	case V1IPsecAuthentication:
		to.attributeEnum(a, namesV1AuthAlgorithms)
	case V1IPsecKeyLength, V1IPsecAuthKeyLength:
		to.attributeNumber(a).str(" bits")
	case V1IPsecECNTunnel:
		to.attributeEnum(a, namesV1ECNTunnel)
	case V1IPsecESN:
		if v, ok := a.Uint(); ok && v == 1 {
			to.named("64-bit sequence numbers", v)
		} else {
			to.attributeNumber(a)
		}
	case V1IPsecAddressPreservation:
		to.attributeEnum(a, namesV1AddressPreservation)
	case V1IPsecSADirection:
		to.attributeEnum(a, namesV1SADirection)
	default:
		to.attributeNumber(a)
	}
	return t.String()
}
