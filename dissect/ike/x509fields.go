package ike

import (
	"crypto/dsa" //lint:ignore SA1019 old certificates hold such keys, which are only shown
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"time"
)

// certificateFields reads an X.509 certificate: its subject as one line, then
// what a person asks of it.
func certificateFields(to *Tree, der []byte) (string, error) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return "", err
	}
	subject, _ := dnText(c.RawSubject)
	issuer, _ := dnText(c.RawIssuer)
	to.derived("subject", subject)
	to.derived("issuer", issuer)
	to.derived("serial number", hex.EncodeToString(c.SerialNumber.Bytes()))
	to.derived("not before", dateText(c.NotBefore))
	to.derived("not after", dateText(c.NotAfter))
	to.derived("public key", publicKeyText(c.PublicKey, c.RawSubjectPublicKeyInfo))
	to.derived("signature algorithm", signatureAlgorithmText(der))
	if names := alternativeNames(c); len(names) > 0 {
		to.derived("alternative names", listText(names))
	}
	if c.BasicConstraintsValid && c.IsCA {
		to.derived("certificate authority", "yes")
	}
	if names := usageNames(c); len(names) > 0 {
		to.derived("extended key usage", listText(names))
	}
	fingerprint := sha256.Sum256(der)
	to.derived("SHA-256 fingerprint", hex.EncodeToString(fingerprint[:]))
	return subject, nil
}

// crlFields reads an X.509 certificate revocation list.
func crlFields(to *Tree, der []byte) (string, error) {
	c, err := x509.ParseRevocationList(der)
	if err != nil {
		return "", err
	}
	issuer, _ := dnText(c.RawIssuer)
	to.derived("issuer", issuer)
	if c.Number != nil {
		to.derived("number", hex.EncodeToString(c.Number.Bytes()))
	}
	to.derived("this update", dateText(c.ThisUpdate))
	to.derived("next update", dateText(c.NextUpdate))
	to.derived("revoked certificates", itoa(len(c.RevokedCertificateEntries)))
	to.derived("signature algorithm", signatureAlgorithmText(der))
	return "revocation list of " + issuer, nil
}

// publicKeyFields reads a SubjectPublicKeyInfo, as raw public keys are sent
// (RFC 7670).
func publicKeyFields(to *Tree, der []byte) (string, error) {
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return "", err
	}
	value := publicKeyText(key, der)
	to.derived("public key", value)
	fingerprint := sha256.Sum256(der)
	to.derived("SHA-256 fingerprint", hex.EncodeToString(fingerprint[:]))
	return value, nil
}

// publicKeyText gives type and size of a key. Of one that crypto/x509 does not
// know it gives the algorithm in its SubjectPublicKeyInfo.
func publicKeyText(key any, spki []byte) string {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return "RSA " + itoa(k.N.BitLen()) + " bits"
	case *ecdsa.PublicKey:
		return "ECDSA " + k.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	case *dsa.PublicKey:
		return "DSA " + itoa(k.P.BitLen()) + " bits"
	}
	var info struct {
		Algorithm asn1.RawValue
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(spki, &info); err != nil {
		return "unknown"
	}
	alg, _ := algorithmText(info.Algorithm.FullBytes)
	return alg + " " + itoa(len(info.Key.Bytes)) + " bytes"
}

// signatureAlgorithmText names the algorithm that a certificate or revocation
// list is signed with.
func signatureAlgorithmText(der []byte) string {
	var signed struct {
		Contents  asn1.RawValue
		Algorithm asn1.RawValue
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &signed); err != nil {
		return "unknown"
	}
	alg, _ := algorithmText(signed.Algorithm.FullBytes)
	return alg
}

func alternativeNames(c *x509.Certificate) []string {
	var all []string
	for _, s := range c.DNSNames {
		all = append(all, "DNS:"+s)
	}
	for _, s := range c.EmailAddresses {
		all = append(all, "email:"+s)
	}
	for _, ip := range c.IPAddresses {
		all = append(all, "IP:"+ip.String())
	}
	for _, u := range c.URIs {
		all = append(all, "URI:"+u.String())
	}
	return all
}

// usageNames gives the extended key usages, those of IPsec among them
// (RFC 4945 5.1.3.12).
func usageNames(c *x509.Certificate) []string {
	var all []string
	for _, u := range c.ExtKeyUsage {
		if name := extKeyUsages[u]; name != "" {
			all = append(all, name)
		}
	}
	for _, oid := range c.UnknownExtKeyUsage {
		switch s := oid.String(); s {
		case "1.3.6.1.5.5.7.3.17":
			all = append(all, "IPsec IKE")
		case "1.3.6.1.5.5.8.2.2":
			all = append(all, "IKE intermediate")
		default:
			all = append(all, s)
		}
	}
	return all
}

var extKeyUsages = map[x509.ExtKeyUsage]string{
	x509.ExtKeyUsageAny:             "any",
	x509.ExtKeyUsageServerAuth:      "server authentication",
	x509.ExtKeyUsageClientAuth:      "client authentication",
	x509.ExtKeyUsageCodeSigning:     "code signing",
	x509.ExtKeyUsageEmailProtection: "email protection",
	x509.ExtKeyUsageIPSECEndSystem:  "IPsec end system",
	x509.ExtKeyUsageIPSECTunnel:     "IPsec tunnel",
	x509.ExtKeyUsageIPSECUser:       "IPsec user",
	x509.ExtKeyUsageTimeStamping:    "time stamping",
	x509.ExtKeyUsageOCSPSigning:     "OCSP signing",
}

func dateText(t time.Time) string { return t.UTC().Format(time.RFC3339) }
