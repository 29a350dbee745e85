package ike

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"net/netip"
)

// maxNameParts bounds the parts of a distinguished name that is shown as text:
// writing one takes time that grows with the square of their number.
const maxNameParts = 64

// dnText gives a DER distinguished name in the form of RFC 2253, and false
// with the bytes in hexadecimal if it is none.
func dnText(der []byte) (string, bool) {
	var rdns pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &rdns); err != nil || len(rest) > 0 {
		return opaqueText(der), false
	}
	return rdnText(rdns), true
}

func rdnText(rdns pkix.RDNSequence) string {
	parts := 0
	for _, rdn := range rdns {
		parts += 1 + len(rdn)
	}
	if parts > 2*maxNameParts {
		return "a name of more than " + itoa(maxNameParts) + " parts"
	}
	return rdns.String()
}

// Tags of a general name (RFC 5280 4.2.1.6).
const (
	gnOtherName     = 0
	gnRFC822Name    = 1
	gnDNSName       = 2
	gnDirectoryName = 4
	gnURI           = 6
	gnIPAddress     = 7
	gnRegisteredID  = 8
)

// generalNameText gives a DER general name as "DNS:vpn.example.com" and the
// like, and false with the bytes in hexadecimal if it is none.
func generalNameText(der []byte) (string, bool) {
	var v asn1.RawValue
	if rest, err := asn1.Unmarshal(der, &v); err != nil || len(rest) > 0 || v.Class != asn1.ClassContextSpecific {
		return opaqueText(der), false
	}
	switch v.Tag {
	case gnRFC822Name:
		return "email:" + string(v.Bytes), true
	case gnDNSName:
		return "DNS:" + string(v.Bytes), true
	case gnURI:
		return "URI:" + string(v.Bytes), true
	case gnDirectoryName: // explicit: a name inside
		s, ok := dnText(v.Bytes)
		return "DN:" + s, ok
	case gnIPAddress:
		_, ok := netip.AddrFromSlice(v.Bytes)
		return "IP:" + addressText(v.Bytes), ok
	case gnRegisteredID:
		oid, ok := oidOf(v.Bytes)
		return "OID:" + oid, ok
	case gnOtherName:
		return "other name:" + textOrOpaque(v.Bytes), true
	}
	return opaqueText(der), false
}

// oidOf reads the contents of an object identifier.
func oidOf(contents []byte) (string, bool) {
	if len(contents) == 0 || len(contents) > 127 {
		return opaqueText(contents), false
	}
	var oid asn1.ObjectIdentifier
	der := append([]byte{asn1.TagOID, byte(len(contents))}, contents...)
	if _, err := asn1.Unmarshal(der, &oid); err != nil {
		return opaqueText(contents), false
	}
	return oid.String(), true
}
