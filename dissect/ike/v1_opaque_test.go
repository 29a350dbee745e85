package ike

import (
	"bytes"
	"testing"
)

func TestV1SmallPayloads(t *testing.T) {
	fragment := []byte{0, 7, 2, 1, 0xaa}
	runV1Bodies(t, []bodyTest{
		{"KE", PayloadV1KE, bytes.Repeat([]byte{1}, 256), []string{"public value: 256 bytes"}, nil},
		{"nonce", PayloadV1Nonce, bytes.Repeat([]byte{1}, 20), []string{"nonce: 20 bytes"}, nil},
		{"short nonce", PayloadV1Nonce, []byte{1, 2}, []string{"nonce: 2 bytes"},
			[]string{"warning: nonce has 2 bytes, which is not within 8 to 256"}},
		{"hash", PayloadV1Hash, bytes.Repeat([]byte{1}, 32), []string{"hash: 32 bytes, as long as SHA2-256"}, nil},
		{"odd hash", PayloadV1Hash, []byte{1, 2, 3}, []string{"hash: 3 bytes"}, nil},
		{"signature", PayloadV1Signature, bytes.Repeat([]byte{1}, 128), []string{"signature: 128 bytes"}, nil},
		{"NAT-D", PayloadV1NATD, bytes.Repeat([]byte{1}, 4), []string{"hash of cookies, address and port: 01010101"}, nil},
		{"NAT-D of a draft", PayloadV1NATDDraft, bytes.Repeat([]byte{1}, 64),
			[]string{"hash of cookies, address and port: 64 bytes, as long as SHA2-512"}, nil},
		{"NAT-OA", PayloadV1NATOA, []byte{1, 0, 0, 0, 192, 0, 2, 1}, []string{"type: ID_IPV4_ADDR (1)", "original address: 192.0.2.1"}, nil},
		{"NAT-OA of a draft", PayloadV1NATOADraft, append([]byte{5, 0, 0, 0}, append(make([]byte, 15), 1)...),
			[]string{"type: ID_IPV6_ADDR (5)", "original address: ::1"}, nil},
		{"NAT-OA of a subnet", PayloadV1NATOA, []byte{4, 0, 0, 0, 192, 0, 2, 0, 255, 255, 255, 0},
			[]string{"type: ID_IPV4_ADDR_SUBNET (4)", "original address: c0000200ffffff00"},
			[]string{"error: NAT-OA: type is not that of an address"}},
		{"NAT-OA too short", PayloadV1NATOA, []byte{1, 0, 0, 0, 192, 0}, []string{"type: ID_IPV4_ADDR (1)", "original address: c000"},
			[]string{"error: NAT-OA: address has another length than its type needs"}},
		{"fragment", PayloadV1Fragment, fragment,
			[]string{"fragment ID: 7", "fragment number: 2", "flags: last", "piece of a message: aa"}, nil},
		{"fragment 0", PayloadV1Fragment, []byte{0, 7, 0, 0, 0xaa},
			[]string{"fragment ID: 7", "fragment number: 0", "flags: more follow", "piece of a message: aa"},
			[]string{"warning: fragment number is 0"}},
		{"certificate that is none", PayloadV1Certificate, []byte{4, 1, 2}, []string{"encoding: X.509 Certificate - Signature (4)", "certificate: 0102"},
			[]string{"warning: certificate is not read: x509: malformed certificate"}},
		{"certificate of another kind", PayloadV1Certificate, []byte{2, 1, 2}, []string{"encoding: PGP Certificate (2)", "certificate: 0102"}, nil},
		{"any authority", PayloadV1CertRequest, []byte{4}, []string{"encoding: X.509 Certificate - Signature (4)", "authority: any"}, nil},
		{"authority", PayloadV1CertRequest, append([]byte{4}, dnDER...),
			[]string{"encoding: X.509 Certificate - Signature (4)", "authority: CN=vpn,O=Example,C=DE"}, nil},
		{"authority that is none", PayloadV1CertRequest, []byte{4, 1, 2},
			[]string{"encoding: X.509 Certificate - Signature (4)", "authority: 0102"},
			[]string{"warning: authority is not a distinguished name"}},
		{"AuthIP", PayloadAuthIPCrypto, []byte{1, 2, 3}, []string{"crypto: 010203"}, nil},
		{"private", PayloadType(200), []byte{1, 2, 3}, []string{"body: 010203"}, nil},
	})
	_, found := v1PayloadOf(PayloadV1NATOA, 100, []byte{1, 0, 1, 0, 192, 0, 2, 1})
	if len(found) != 1 || found[0] != (Finding{101, FindingWarning, "reserved bytes are not zero"}) {
		t.Errorf("%v", found)
	}
}

// The private numbers of AuthIP mean nothing in other exchanges.
func TestAuthIPPayloadNames(t *testing.T) {
	for _, x := range []struct {
		h    Header
		want string
	}{
		{Header{Version: Version{Major: 1}, ExchangeType: ExchangeAuthIPExtended}, "GSS-API token"},
		{Header{Version: Version{Major: 1}, ExchangeType: ExchangeV1Main}, ""},
		{Header{Version: Version{Major: 2}, ExchangeType: ExchangeAuthIPMain}, ""},
	} {
		m := Message{Header: x.h}
		if got := authIPPayloadName(&m, PayloadAuthIPGSSAPI); got != x.want {
			t.Errorf("%+v: %q, want %q", x.h, got, x.want)
		}
	}
}
