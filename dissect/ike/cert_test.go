package ike

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ed25519Key is the same in every run, so that certificates are.
var ed25519Key = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

func certTemplate() *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:       big.NewInt(0x1234),
		Subject:            pkix.Name{CommonName: "vpn.example.com", Organization: []string{"Example"}},
		NotBefore:          time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
		NotAfter:           time.Date(2034, 1, 2, 3, 4, 5, 0, time.UTC),
		DNSNames:           []string{"vpn.example.com"},
		EmailAddresses:     []string{"vpn@example.com"},
		IPAddresses:        []net.IP{net.IPv4(192, 0, 2, 1)},
		URIs:               []*url.URL{{Scheme: "urn", Opaque: "x"}},
		ExtKeyUsage:        []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		UnknownExtKeyUsage: []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 17}, {1, 2, 3}},

		BasicConstraintsValid: true,
		IsCA:                  true,
	}
}

// certificate signs one with an Ed25519 key.
func certificate(t testing.TB, public any) []byte {
	der, err := x509.CreateCertificate(rand.Reader, certTemplate(), certTemplate(), public, ed25519Key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func sha256Hex(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func TestCert(t *testing.T) {
	der := certificate(t, ed25519Key.Public())
	spki, err := x509.MarshalPKIXPublicKey(ed25519Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	crl, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(7), ThisUpdate: certTemplate().NotBefore, NextUpdate: certTemplate().NotAfter,
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(9), RevocationTime: certTemplate().NotBefore}},
	}, &x509.Certificate{SubjectKeyId: []byte{1}, KeyUsage: x509.KeyUsageCRLSign, RawSubject: dnDER}, ed25519Key)
	if err != nil {
		t.Fatal(err)
	}
	body := func(encoding byte, data []byte) []byte { return append([]byte{encoding}, data...) }
	hash := bytes.Repeat([]byte{0xab}, 20)
	runBodies(t, []bodyTest{
		{"X.509", PayloadCertificate, body(4, der), []string{
			"encoding: X.509 Certificate - Signature (4)",
			"certificate: CN=vpn.example.com,O=Example",
			"  subject: CN=vpn.example.com,O=Example",
			"  issuer: CN=vpn.example.com,O=Example",
			"  serial number: 1234",
			"  not before: 2024-01-02T03:04:05Z",
			"  not after: 2034-01-02T03:04:05Z",
			"  public key: Ed25519",
			"  signature algorithm: Ed25519",
			"  alternative names: DNS:vpn.example.com, email:vpn@example.com, IP:192.0.2.1, URI:urn:x",
			"  certificate authority: yes",
			"  extended key usage: server authentication, IPsec IKE, 1.2.3",
			"  SHA-256 fingerprint: " + sha256Hex(der),
		}, nil},
		{"revocation list", PayloadCertificate, body(7, crl), []string{
			"encoding: Certificate Revocation List (CRL) (7)",
			"certificate: revocation list of CN=vpn,O=Example,C=DE",
			"  issuer: CN=vpn,O=Example,C=DE",
			"  number: 07",
			"  this update: 2024-01-02T03:04:05Z",
			"  next update: 2034-01-02T03:04:05Z",
			"  revoked certificates: 1",
			"  signature algorithm: Ed25519",
		}, nil},
		{"raw public key", PayloadCertificate, body(15, spki), []string{
			"encoding: Raw Public Key (15)",
			"certificate: Ed25519",
			"  public key: Ed25519",
			"  SHA-256 fingerprint: " + sha256Hex(spki),
		}, nil},
		{"hash and URL", PayloadCertificate, body(12, append(hash, "http://ca.example/1"...)), []string{
			"encoding: Hash and URL of X.509 certificate (12)",
			"SHA-1 of the certificate: " + hex.EncodeToString(hash),
			"URL: http://ca.example/1",
		}, nil},
		{"hash and URL, cut", PayloadCertificate, body(13, hash[:19]), []string{
			"encoding: Hash and URL of X.509 bundle (13)",
			"certificate: " + hex.EncodeToString(hash[:19]),
		}, []string{"error: certificate: hash and URL end early"}},
		{"PGP", PayloadCertificate, body(2, []byte{1, 2}), []string{"encoding: PGP Certificate (2)", "certificate: 0102"}, nil},
		{"no certificate", PayloadCertificate, []byte{}, nil, []string{"error: certificate: ends early"}},
	})
	comesBack(t, ParseCert, body(4, der))
	prefixesFail(t, body(4, der), 1, ParseCert)

	broken := bytes.Clone(der)
	broken[1] ^= 0xff
	fields, found := payloadOf(PayloadCertificate, 100, body(4, broken))
	if len(found) != 1 || !strings.HasPrefix(found[0].Text, "certificate is not read: x509:") || len(fields) != 2 {
		t.Errorf("%v %v", fields, found)
	}
}

func TestPublicKeyText(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 2047), E: 65537}
	// A key of an algorithm that crypto/x509 does not know: ML-DSA-65.
	unknown, err := asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}{pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 18}},
		asn1.BitString{Bytes: make([]byte, 1952), BitLength: 8 * 1952}})
	if err != nil {
		t.Fatal(err)
	}
	for want, key := range map[string]any{
		"ECDSA P-384":          &ec.PublicKey,
		"RSA 2048 bits":        rsaKey,
		"Ed25519":              ed25519Key.Public(),
		"ML-DSA-65 1952 bytes": nil,
	} {
		if got := publicKeyText(key, unknown); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := publicKeyText(nil, []byte{1}); got != "unknown" {
		t.Errorf("%q", got)
	}
}

func TestCertReq(t *testing.T) {
	hashes := bytes.Repeat([]byte{0xcd}, 40)
	text := hex.EncodeToString(hashes[:20])
	runBodies(t, []bodyTest{
		{"two authorities", PayloadCertRequest, append([]byte{4}, hashes...), []string{
			"encoding: X.509 Certificate - Signature (4)",
			"SHA-1 of an authority's key: " + text, "SHA-1 of an authority's key: " + text}, nil},
		{"any authority", PayloadCertRequest, []byte{4}, []string{"encoding: X.509 Certificate - Signature (4)"}, nil},
		{"half a hash", PayloadCertRequest, append([]byte{12}, hashes[:30]...), []string{
			"encoding: Hash and URL of X.509 certificate (12)", "SHA-1 of an authority's key: " + text, "not read: " + text[:20]},
			[]string{"error: certificate request: hash of an authority ends early"}},
		{"raw key", PayloadCertRequest, []byte{15}, []string{"encoding: Raw Public Key (15)"}, nil},
		{"Kerberos", PayloadCertRequest, []byte{6, 1, 2}, []string{"encoding: Kerberos Token (6)", "certificate authority: 0102"}, nil},
	})
	comesBack(t, ParseCertReq, append([]byte{4}, hashes...))
	c := must[CertReq](t)(ParseCertReq(append([]byte{4}, hashes...)))
	if c.Hash(2) != nil || c.Hash(-1) != nil || (CertReq{Encoding: 6, Authority: hashes}).Hash(0) != nil {
		t.Error("there is a hash where none is")
	}
}

// authSignature is a digital signature with ECDSA and SHA2-256 (RFC 7427 A.3).
var authSignature = []byte{
	0x0e, 0, 0, 0, // digital signature, reserved
	0x0c,                                                                   // length of the algorithm
	0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02, // ecdsa-with-SHA256
	0xde, 0xad, // signature
}

func TestAuth(t *testing.T) {
	runBodies(t, []bodyTest{
		{"digital signature", PayloadAuth, authSignature, []string{
			"method: Digital Signature (14)", "algorithm length: 12", "algorithm: ECDSA with SHA2-256", "signature: dead"}, nil},
		{"Ed25519", PayloadAuth, []byte{14, 0, 0, 0, 7, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 1}, []string{
			"method: Digital Signature (14)", "algorithm length: 7", "algorithm: Ed25519", "signature: 01"}, nil},
		{"unknown algorithm", PayloadAuth, []byte{14, 0, 0, 0, 6, 0x30, 4, 6, 2, 0x2a, 3, 1}, []string{
			"method: Digital Signature (14)", "algorithm length: 6", "algorithm: 1.2.3", "signature: 01"}, nil},
		{"key", PayloadAuth, []byte{2, 0, 0, 0, 0xbe, 0xef}, []string{
			"method: Shared Key Message Integrity Code (2)", "authentication data: beef"}, nil},
		{"no DER", PayloadAuth, []byte{14, 0, 0, 0, 1, 9}, []string{
			"method: Digital Signature (14)", "algorithm length: 1", "algorithm: 09"},
			[]string{"warning: authentication: algorithm identifier is not DER"}},
		{"cut", PayloadAuth, []byte{14, 0, 0, 0, 9, 0x30}, []string{
			"method: Digital Signature (14)", "authentication data: 0930"},
			[]string{"error: authentication: algorithm identifier ends early"}},
		{"unknown method", PayloadAuth, []byte{199, 0, 0, 0, 1}, []string{"method: 199", "authentication data: 01"}, nil},
	})
	comesBack(t, ParseAuth, authSignature)
	prefixesFail(t, authSignature, 4, ParseAuth)
	if a := (Auth{Method: 1, Data: authSignature[4:]}); a.Algorithm() != "" {
		t.Errorf("method 1 has an algorithm: %q", a.Algorithm())
	}
}

// The algorithm identifiers of RFC 7427 appendix A that are not in TestAuth.
func TestAlgorithmText(t *testing.T) {
	got := map[string]string{}
	want := map[string]string{
		"300d06092a864886f70d01010b0500": "RSA PKCS#1 v1.5 with SHA2-256",
		"300d06092a864886f70d0101050500": "RSA PKCS#1 v1.5 with SHA-1",
		"300906072a8648ce380403":         "DSA with SHA-1",
		"300d06092a864886f70d01010a3000": "RSASSA-PSS with SHA-1",
		"300b06092a864886f70d01010a":     "RSASSA-PSS with SHA-1",
		"304606092a864886f70d01010a3039a00f300d06096086480165030402010500" +
			"a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120a303020101": "RSASSA-PSS with SHA2-256",
		"300d06092a864886f70d01010a0400": "RSASSA-PSS with unknown parameters",
	}
	for in := range want {
		der, err := hex.DecodeString(in)
		if err != nil {
			t.Fatal(err)
		}
		name, ok := algorithmText(der)
		if !ok {
			t.Errorf("%s is not read", in)
		}
		got[in] = name
		for n := range der {
			if _, ok := algorithmText(der[:n]); ok {
				t.Errorf("%x is read", der[:n])
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func FuzzCert(f *testing.F) {
	f.Add(append([]byte{4}, certificate(f, ed25519Key.Public())...))
	f.Add(authSignature)
	f.Add([]byte{12, 1, 2})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, kind := range []PayloadType{PayloadCertificate, PayloadCertRequest, PayloadAuth} {
			fields, _ := payloadOf(kind, 100, b)
			checkTree(t, fields, 100, 100+len(b))
		}
		if c, err := ParseCert(b); err == nil && !bytes.Equal(c.Append(nil), b) {
			t.Errorf("%x comes back as %x", b, c.Append(nil))
		}
		if c, err := ParseCertReq(b); err == nil && !bytes.Equal(c.Append(nil), b) {
			t.Errorf("request %x comes back as %x", b, c.Append(nil))
		}
	})
}
