package ike

import (
	"crypto/x509/pkix"
	"encoding/asn1"
)

// algorithmText names a DER AlgorithmIdentifier (RFC 5280 4.1.1.2): "RSASSA-PSS
// with SHA2-256", or the object identifier in numbers. ok is false if der is
// none, or more than one.
func algorithmText(der []byte) (name string, ok bool) {
	var a pkix.AlgorithmIdentifier
	if rest, err := asn1.Unmarshal(der, &a); err != nil || len(rest) > 0 {
		return opaqueText(der), false
	}
	oid := a.Algorithm.String()
	name = algorithmNames[oid]
	switch {
	case name == "":
		return oid, true
	case oid == oidRSASSAPSS:
		return name + " with " + pssHash(a.Parameters.FullBytes), true
	}
	return name, true
}

const oidRSASSAPSS = "1.2.840.113549.1.1.10"

// pssHash names the hash in the parameters of RSASSA-PSS, which is SHA-1 where
// there is none (RFC 4055 3.1).
func pssHash(params []byte) string {
	var p struct {
		Hash pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:0"`
		MGF  asn1.RawValue            `asn1:"explicit,optional,tag:1"`
		Salt int                      `asn1:"explicit,optional,tag:2,default:20"`
	}
	if len(params) == 0 {
		return "SHA-1"
	}
	if _, err := asn1.Unmarshal(params, &p); err != nil {
		return "unknown parameters"
	}
	if len(p.Hash.Algorithm) == 0 {
		return "SHA-1"
	}
	oid := p.Hash.Algorithm.String()
	if name := algorithmNames[oid]; name != "" {
		return name
	}
	return oid
}

// algorithmNames are those that digital signatures of IKEv2 and certificates
// name (RFC 7427 appendix A, RFC 8420, RFC 9215, RFC 9814, RFC 9881).
var algorithmNames = map[string]string{
	"1.2.840.113549.1.1.1":    "RSA",
	"1.2.840.113549.1.1.4":    "RSA PKCS#1 v1.5 with MD5",
	"1.2.840.113549.1.1.5":    "RSA PKCS#1 v1.5 with SHA-1",
	oidRSASSAPSS:              "RSASSA-PSS",
	"1.2.840.113549.1.1.11":   "RSA PKCS#1 v1.5 with SHA2-256",
	"1.2.840.113549.1.1.12":   "RSA PKCS#1 v1.5 with SHA2-384",
	"1.2.840.113549.1.1.13":   "RSA PKCS#1 v1.5 with SHA2-512",
	"1.2.840.113549.1.1.14":   "RSA PKCS#1 v1.5 with SHA2-224",
	"1.2.840.10040.4.1":       "DSA",
	"1.2.840.10040.4.3":       "DSA with SHA-1",
	"2.16.840.1.101.3.4.3.1":  "DSA with SHA2-224",
	"2.16.840.1.101.3.4.3.2":  "DSA with SHA2-256",
	"1.2.840.10045.2.1":       "ECDSA",
	"1.2.840.10045.4.1":       "ECDSA with SHA-1",
	"1.2.840.10045.4.3.1":     "ECDSA with SHA2-224",
	"1.2.840.10045.4.3.2":     "ECDSA with SHA2-256",
	"1.2.840.10045.4.3.3":     "ECDSA with SHA2-384",
	"1.2.840.10045.4.3.4":     "ECDSA with SHA2-512",
	"1.3.101.112":             "Ed25519",
	"1.3.101.113":             "Ed448",
	"1.2.643.7.1.1.1.1":       "GOST R 34.10-2012 256 bits",
	"1.2.643.7.1.1.1.2":       "GOST R 34.10-2012 512 bits",
	"1.2.643.7.1.1.3.2":       "GOST R 34.10-2012 with Streebog-256",
	"1.2.643.7.1.1.3.3":       "GOST R 34.10-2012 with Streebog-512",
	"2.16.840.1.101.3.4.3.17": "ML-DSA-44",
	"2.16.840.1.101.3.4.3.18": "ML-DSA-65",
	"2.16.840.1.101.3.4.3.19": "ML-DSA-87",
	"2.16.840.1.101.3.4.3.20": "SLH-DSA-SHA2-128s",
	"2.16.840.1.101.3.4.3.21": "SLH-DSA-SHA2-128f",
	"2.16.840.1.101.3.4.3.22": "SLH-DSA-SHA2-192s",
	"2.16.840.1.101.3.4.3.23": "SLH-DSA-SHA2-192f",
	"2.16.840.1.101.3.4.3.24": "SLH-DSA-SHA2-256s",
	"2.16.840.1.101.3.4.3.25": "SLH-DSA-SHA2-256f",
	"2.16.840.1.101.3.4.3.26": "SLH-DSA-SHAKE-128s",
	"2.16.840.1.101.3.4.3.27": "SLH-DSA-SHAKE-128f",
	"2.16.840.1.101.3.4.3.28": "SLH-DSA-SHAKE-192s",
	"2.16.840.1.101.3.4.3.29": "SLH-DSA-SHAKE-192f",
	"2.16.840.1.101.3.4.3.30": "SLH-DSA-SHAKE-256s",
	"2.16.840.1.101.3.4.3.31": "SLH-DSA-SHAKE-256f",
	"1.3.14.3.2.26":           "SHA-1",
	"2.16.840.1.101.3.4.2.1":  "SHA2-256",
	"2.16.840.1.101.3.4.2.2":  "SHA2-384",
	"2.16.840.1.101.3.4.2.3":  "SHA2-512",
	"2.16.840.1.101.3.4.2.4":  "SHA2-224",
}
