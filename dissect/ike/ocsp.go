package ike

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"math/big"
	"time"
)

var errNoOCSP = errors.New("no OCSP response")

// ocspFields reads an OCSP response (RFC 4806 3, RFC 6960 4.2.1): what it says
// of which certificates. Its signature is not looked at.
func ocspFields(to *Tree, der []byte) (string, error) {
	var response struct {
		Status asn1.Enumerated
		Bytes  struct {
			Type     asn1.ObjectIdentifier
			Response []byte
		} `asn1:"explicit,tag:0,optional"`
	}
	if rest, err := asn1.Unmarshal(der, &response); err != nil || len(rest) > 0 {
		return "", errNoOCSP
	}
	status, _ := ocspStatus(uint16(response.Status))
	status = named(or(status, uint16(response.Status)), uint16(response.Status))
	to.derived("response status", status)
	if response.Bytes.Type.String() != "1.3.6.1.5.5.7.48.1.1" { // basic
		return "OCSP: " + status, nil
	}
	var basic struct {
		Data struct {
			Version    int `asn1:"explicit,tag:0,default:0,optional"`
			Responder  asn1.RawValue
			ProducedAt time.Time `asn1:"generalized"`
			Responses  asn1.RawValue
			Extensions asn1.RawValue `asn1:"explicit,tag:1,optional"`
		}
		Algorithm    pkix.AlgorithmIdentifier
		Signature    asn1.BitString
		Certificates asn1.RawValue `asn1:"explicit,tag:0,optional"`
	}
	if _, err := asn1.Unmarshal(response.Bytes.Response, &basic); err != nil {
		return "", errNoOCSP
	}
	to.derived("produced at", dateText(basic.Data.ProducedAt))
	rest := basic.Data.Responses.Bytes
	for i := 0; len(rest) > 0 && i < maxWrapped; i++ {
		var one struct {
			ID struct {
				Hash              pkix.AlgorithmIdentifier
				NameHash, KeyHash []byte
				Serial            *big.Int
			}
			Status     asn1.RawValue
			ThisUpdate time.Time     `asn1:"generalized"`
			NextUpdate time.Time     `asn1:"generalized,explicit,tag:0,optional"`
			Extensions asn1.RawValue `asn1:"explicit,tag:1,optional"`
		}
		var err error
		if rest, err = asn1.Unmarshal(rest, &one); err != nil {
			return "", errNoOCSP
		}
		value, _ := ocspCertStatus(uint16(one.Status.Tag))
		text := "serial number " + hex.EncodeToString(one.ID.Serial.Bytes()) + " " + or(value, uint16(one.Status.Tag)) +
			", as of " + dateText(one.ThisUpdate)
		if !one.NextUpdate.IsZero() {
			text += " to " + dateText(one.NextUpdate)
		}
		to.derived("certificate", text)
	}
	return "OCSP: " + status, nil
}

// ocspStatus names a status of a response (RFC 6960 4.2.1).
func ocspStatus(v uint16) (name, short string) {
	names := [7]string{0: "successful", 1: "malformed request", 2: "internal error", 3: "try later", 5: "signature required", 6: "unauthorized"}
	if int(v) >= len(names) {
		return "", ""
	}
	return names[v], names[v]
}

// ocspCertStatus names what is said of a certificate (RFC 6960 4.2.1).
func ocspCertStatus(v uint16) (name, short string) { return oneOf(v+1, "good", "revoked", "unknown") }
