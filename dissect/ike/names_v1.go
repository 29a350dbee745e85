package ike

import "strconv"

// Names of the attribute values of IKEv1's phase 1 (RFC 2409 appendix A).

// V1EncryptionName gives the short name of an encryption algorithm with its
// key length in bits, such as "AES_CBC_256". A length of 0 is left out.
func V1EncryptionName(id, keyBits uint16) string {
	_, short := namesV1Encryption(id)
	return withKeyLength(or(short, id), keyBits)
}

// V1HashName gives "MD5", "SHA1", "SHA2_256" and the like, or the number.
func V1HashName(id uint16) string {
	_, short := namesV1Hash(id)
	return or(short, id)
}

// V1AuthenticationName gives the method in words, such as "pre-shared key" or
// "XAUTH initiator PSK", or the number.
func V1AuthenticationName(id uint16) string {
	_, short := namesV1Authentication(id)
	return or(short, id)
}

// lastV1Group is the last group that IKEv1 is known to be used with: products
// offer the curves of RFC 8031 in both versions, but nothing after them.
const lastV1Group = 32

// V1GroupName gives the short name of a group description, or the number:
// those that IKEv2 has as well under the same name, and the old curves over
// GF[2^n].
func V1GroupName(id uint16) string {
	if _, short := namesV1Groups(id); short != "" {
		return short
	}
	if id > lastV1Group {
		return strconv.Itoa(int(id))
	}
	return KEGroupName(id)
}

// V1AttributeType is an attribute class of IKEv1's phase 1.
type V1AttributeType uint16

// Attribute classes of phase 1 (RFC 2409 appendix A).
const (
	V1AttributeEncryption     V1AttributeType = 1
	V1AttributeHash           V1AttributeType = 2
	V1AttributeAuthentication V1AttributeType = 3
	V1AttributeGroup          V1AttributeType = 4
	V1AttributeLifeType       V1AttributeType = 11
	V1AttributeLifeDuration   V1AttributeType = 12
	V1AttributePRF            V1AttributeType = 13
	V1AttributeKeyLength      V1AttributeType = 14
)

// Life types (RFC 2409 appendix A).
const (
	V1LifeSeconds   = 1
	V1LifeKilobytes = 2
)

// String gives IANA's name, or the number.
func (t V1AttributeType) String() string {
	name, _ := namesV1Attributes(uint16(t))
	return or(name, uint16(t))
}

// V1Name gives what a payload type means in a message of IKEv1: Name, or for a
// private number what IKEv1 commonly has it for, such as "NAT-D" for 130.
func (t PayloadType) V1Name() string {
	if _, short := namesV1PrivatePayloadTypes(uint16(t)); short != "" {
		return short
	}
	return t.Name()
}

// V1Name gives what an exchange type means in a message of IKEv1: Name, or for
// a private number what Windows has it for, such as "AuthIP main mode" for 243.
func (t ExchangeType) V1Name() string {
	if _, short := namesV1PrivateExchangeTypes(uint16(t)); short != "" {
		return short
	}
	return t.Name()
}
