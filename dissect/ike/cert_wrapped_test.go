package ike

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	der, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// pkcs7Of is signed data without signer around certificates.
func pkcs7Of(t testing.TB, certificates ...[]byte) []byte {
	empty := asn1.RawValue{FullBytes: []byte{0x31, 0}}
	data := asn1.RawValue{FullBytes: marshal(t, []asn1.ObjectIdentifier{{1, 2, 840, 113549, 1, 7, 1}})}
	signed := marshal(t, []asn1.RawValue{
		{FullBytes: []byte{2, 1, 1}}, empty, data,
		{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: bytes.Join(certificates, nil)},
		empty,
	})
	return marshal(t, struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue
	}{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2},
		asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: signed}})
}

func TestPKCS7(t *testing.T) {
	der := certificate(t, ed25519Key.Public())
	value, fields, err := decoded(100, pkcs7Fields, pkcs7Of(t, der, der))
	if err != nil || value != "2 wrapped in PKCS #7" || len(fields) != 2 || fields[1].Value != "CN=vpn.example.com,O=Example" {
		t.Errorf("%q %v %v", value, fields, err)
	}
	value, fields, err = decoded(100, pkcs7Fields, pkcs7Of(t))
	if err != nil || len(fields) != 0 {
		t.Errorf("of none: %q %v %v", value, fields, err)
	}
	_, fields, err = decoded(100, pkcs7Fields, pkcs7Of(t, bytes.Repeat(der, 40)))
	if err != nil || len(fields) != maxWrapped+1 {
		t.Errorf("of 40: %d fields, %v", len(fields), err)
	}
	whole := pkcs7Of(t, der)
	for n := range whole {
		if _, _, err := decoded(100, pkcs7Fields, whole[:n]); err == nil {
			t.Errorf("%d of %d bytes are read", n, len(whole))
		}
	}
	for name, bad := range map[string][]byte{
		"of another type":   bytes.Replace(whole, []byte{0x0d, 1, 7, 2}, []byte{0x0d, 1, 7, 3}, 1),
		"certificate is no": pkcs7Of(t, []byte{0x30, 0}),
		"not DER inside":    pkcs7Of(t, []byte{0x30, 9}),
	} {
		if _, _, err := decoded(100, pkcs7Fields, bad); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}

func TestRawRSAKey(t *testing.T) {
	der := x509.MarshalPKCS1PublicKey(&rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 2047), E: 65537})
	value, fields, err := decoded(100, rsaKeyFields, der)
	if err != nil || value != "RSA 2048 bits" || fields[0].Value != "010001" {
		t.Errorf("%q %v %v", value, fields, err)
	}
	for n := range der {
		if _, _, err := decoded(100, rsaKeyFields, der[:n]); err == nil {
			t.Errorf("%d of %d bytes are read", n, len(der))
		}
	}
}

// ocspOf is a response with one answer for each status.
func ocspOf(t testing.TB, statuses ...int) []byte {
	type certID struct {
		Hash     pkix.AlgorithmIdentifier
		Name     []byte
		Key      []byte
		SerialNo int
	}
	type single struct {
		ID     certID
		Status asn1.RawValue
		This   time.Time `asn1:"generalized"`
		Next   time.Time `asn1:"generalized,explicit,tag:0"`
	}
	sha1 := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}}
	var all []single
	for i, s := range statuses {
		all = append(all, single{certID{sha1, make([]byte, 20), make([]byte, 20), 77 + i},
			asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: s}, certTemplate().NotBefore, certTemplate().NotAfter})
	}
	type data struct {
		Responder asn1.RawValue
		Produced  time.Time `asn1:"generalized"`
		Responses []single
	}
	basic := marshal(t, struct {
		Data      data
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{data{asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, IsCompound: true, Bytes: dnDER}, certTemplate().NotBefore, all},
		sha1, asn1.BitString{Bytes: []byte{1}, BitLength: 8}})
	type responseBytes struct {
		Type     asn1.ObjectIdentifier
		Response []byte
	}
	return marshal(t, struct {
		Status asn1.Enumerated
		Bytes  responseBytes `asn1:"explicit,tag:0"`
	}{0, responseBytes{asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}, basic}})
}

func TestOCSP(t *testing.T) {
	der := ocspOf(t, 0, 1, 2)
	value, fields, err := decoded(100, ocspFields, der)
	if err != nil || value != "OCSP: successful (0)" {
		t.Errorf("%q, %v", value, err)
	}
	when := ", as of 2024-01-02T03:04:05Z to 2034-01-02T03:04:05Z"
	want := []string{
		"response status: successful (0)",
		"produced at: 2024-01-02T03:04:05Z",
		"certificate: serial number 4d good" + when,
		"certificate: serial number 4e revoked" + when,
		"certificate: serial number 4f unknown" + when,
	}
	if d := cmp.Diff(want, dump(fields)); d != "" {
		t.Error(d)
	}
	for n := range der {
		if _, _, err := decoded(100, ocspFields, der[:n]); err == nil {
			t.Errorf("%d of %d bytes are read", n, len(der))
		}
	}
	value, _, err = decoded(100, ocspFields, []byte{0x30, 3, 0x0a, 1, 3})
	if err != nil || !strings.Contains(value, "try later (3)") {
		t.Errorf("%q, %v", value, err)
	}
}

func FuzzWrapped(f *testing.F) {
	f.Add(byte(1), pkcs7Of(f, certificate(f, ed25519Key.Public())))
	f.Add(byte(14), ocspOf(f, 0))
	f.Add(byte(11), []byte{0x30, 6, 2, 1, 5, 2, 1, 3})
	f.Fuzz(func(t *testing.T, encoding byte, der []byte) {
		body := append([]byte{encoding}, der...)
		fields, _ := payloadOf(PayloadCertificate, 100, body)
		checkTree(t, fields, 100, 100+len(body))
	})
}
