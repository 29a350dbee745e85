package ike

import "crypto/x509"

// Attributes of G-IKEv2 (RFC 9838 4.4.2.2, 4.4.3.1, 4.5.2 and 4.5.3).
const (
	gsaKeyLifetime      = 1 // seconds
	gsaInitialMessageID = 2
	gwpSenderIDBits     = 3 // the other two are delays in seconds
	groupSAKey          = 1
	memberWrapKey       = 1
	memberAuthKey       = 2
	memberSenderID      = 3
)

// groupSAValue writes the value of an attribute of a group SA policy.
func groupSAValue(t *Tree, a Attribute) {
	switch {
	case len(a.Value) != 4 || a.Short:
		attributeValue(t, a) // GSA_NEXT_SPI among them, whose length is that of the SPI
	case a.Type == gsaKeyLifetime:
		t.num(bigEndian(a.Value)).str(" s")
	case a.Type == gsaInitialMessageID:
		t.num(bigEndian(a.Value))
	default:
		attributeValue(t, a)
	}
}

// groupPolicyValue writes the value of an attribute of the group as a whole:
// delays before SAs are used and deleted, and the size of sender IDs.
func groupPolicyValue(t *Tree, a Attribute) {
	attributeValue(t, a)
	switch {
	case !a.Short:
	case a.Type == gwpSenderIDBits:
		t.str(" bits")
	case a.Type < gwpSenderIDBits:
		t.str(" s")
	}
}

// groupKeyValue writes the value of an attribute of a group key bag.
func groupKeyValue(t *Tree, a Attribute) {
	if a.Type != groupSAKey || !t.wrappedKey(a) {
		attributeValue(t, a)
	}
}

// memberKeyValue writes the value of an attribute of a member key bag.
func memberKeyValue(t *Tree, a Attribute) {
	switch {
	case a.Short:
	case a.Type == memberWrapKey && t.wrappedKey(a):
		return
	case a.Type == memberAuthKey: // a SubjectPublicKeyInfo
		if key, err := x509.ParsePKIXPublicKey(a.Value); err == nil {
			t.str(publicKeyText(key, a.Value))
			return
		}
	case a.Type == memberSenderID && len(a.Value) > 0 && len(a.Value) <= 8:
		t.num(bigEndian(a.Value))
		return
	}
	attributeValue(t, a)
}

// wrappedKey writes which key is encrypted under which (RFC 9838 4.5.4): key 0 is
// that of the SA, and KWK 0 the one that the IKE SA gives.
func (t *Tree) wrappedKey(a Attribute) bool {
	const head = 4 + 4
	if a.Short || len(a.Value) < head {
		return false
	}
	t.str("key ").num(bigEndian(a.Value[:4])).str(" under KWK ").num(bigEndian(a.Value[4:head]))
	t.str(", ").count(len(a.Value)-head, " bytes encrypted")
	return true
}
