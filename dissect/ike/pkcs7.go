package ike

import (
	"encoding/asn1"
	"errors"
	"math/big"
)

var errNoSignedData = errors.New("no PKCS #7 signed data")

// pkcs7Fields reads the certificates that PKCS #7 signed data wrap (RFC 2315
// 9.1). Signatures of it and lists in it are not looked at.
func pkcs7Fields(at int, der []byte) (string, []Field, error) {
	certificates, err := pkcs7Certificates(der)
	if err != nil {
		return opaqueText(der), nil, err
	}
	l := fieldList{at: at}
	for i := 0; len(certificates) > 0; i++ {
		if i == maxWrapped {
			l.derived("more", itoa(len(certificates))+" bytes")
			break
		}
		var c asn1.RawValue
		if certificates, err = asn1.Unmarshal(certificates, &c); err != nil {
			return opaqueText(der), nil, err
		}
		value, children, err := certificateFields(at, c.FullBytes)
		if err != nil {
			return opaqueText(der), nil, err
		}
		l.group("certificate", value, 0, children)
	}
	return itoa(len(l.fields)) + " wrapped in PKCS #7", l.fields, nil
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
func rsaKeyFields(at int, der []byte) (string, []Field, error) {
	var key struct{ N, E *big.Int }
	if rest, err := asn1.Unmarshal(der, &key); err != nil || len(rest) > 0 || key.N.Sign() <= 0 {
		return opaqueText(der), nil, errNoRSAKey
	}
	l := fieldList{at: at}
	l.derived("exponent", opaqueText(key.E.Bytes()))
	return "RSA " + itoa(key.N.BitLen()) + " bits", l.fields, nil
}
