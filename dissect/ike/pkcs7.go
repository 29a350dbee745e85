package ike

import (
	"encoding/asn1"
	"errors"
	"math/big"
)

var errNoSignedData = errors.New("no PKCS #7 signed data")

// pkcs7Fields reads the certificates that PKCS #7 signed data wrap (RFC 2315
// 9.1). Signatures of it and lists in it are not looked at.
func pkcs7Fields(to *Tree, der []byte) (string, error) {
	certificates, err := pkcs7Certificates(der)
	if err != nil {
		return "", err
	}
	count := 0
	for len(certificates) > 0 {
		if count == maxWrapped {
			to.derived("more", itoa(len(certificates))+" bytes")
			count++
			break
		}
		var c asn1.RawValue
		if certificates, err = asn1.Unmarshal(certificates, &c); err != nil {
			return "", err
		}
		field := to.open("certificate", 0)
		value, err := certificateFields(to, c.FullBytes)
		if err != nil {
			return "", err
		}
		to.value(field).str(value)
		to.close(field)
		count++
	}
	return itoa(count) + " wrapped in PKCS #7", nil
}

// maxWrapped bounds how many certificates of one payload are shown.
const maxWrapped = 16

// pkcs7Certificates returns the certificates in signed data, one behind the
// other.
func pkcs7Certificates(der []byte) ([]byte, error) {
	var content struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	if rest, err := asn1.Unmarshal(der, &content); err != nil || len(rest) > 0 || content.Type.String() != "1.2.840.113549.1.7.2" {
		return nil, errNoSignedData
	}
	var signed asn1.RawValue
	if _, err := asn1.Unmarshal(content.Content.Bytes, &signed); err != nil {
		return nil, errNoSignedData
	}
	// Version, algorithms and content come first, then the certificates, which
	// are optional and have the tag 0.
	for rest := signed.Bytes; len(rest) > 0; {
		var part asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &part); err != nil {
			return nil, errNoSignedData
		}
		if part.Class == asn1.ClassContextSpecific && part.Tag == 0 {
			return part.Bytes, nil
		}
	}
	return nil, nil
}

var errNoRSAKey = errors.New("no PKCS #1 key")

// rsaKeyFields reads a raw RSA key (RFC 5996 3.6, which RFC 7296 dropped): the
// RSAPublicKey of PKCS #1.
func rsaKeyFields(to *Tree, der []byte) (string, error) {
	var key struct{ N, E *big.Int }
	if rest, err := asn1.Unmarshal(der, &key); err != nil || len(rest) > 0 || key.N.Sign() <= 0 {
		return "", errNoRSAKey
	}
	to.derived("exponent", opaqueText(key.E.Bytes()))
	return "RSA " + itoa(key.N.BitLen()) + " bits", nil
}
