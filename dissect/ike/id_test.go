package ike

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"strings"
	"testing"
)

// dnDER is C=DE, O=Example, CN=vpn.
var dnDER = []byte{
	0x30, 0x2d,
	0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02, 'D', 'E',
	0x31, 0x10, 0x30, 0x0e, 0x06, 0x03, 0x55, 0x04, 0x0a, 0x0c, 0x07, 'E', 'x', 'a', 'm', 'p', 'l', 'e',
	0x31, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x03, 'v', 'p', 'n',
}

func idBody(kind byte, data ...byte) []byte { return append([]byte{kind, 0, 0, 0}, data...) }

func TestID(t *testing.T) {
	warn := func(kind string) []string { return []string{"warning: identity is not of the form of " + kind} }
	runBodies(t, []bodyTest{
		{"IPv4", PayloadIDi, idBody(1, 192, 0, 2, 1), []string{"ID type: ID_IPV4_ADDR (1)", "identity: 192.0.2.1"}, nil},
		{"IPv6", PayloadIDr, idBody(5, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
			[]string{"ID type: ID_IPV6_ADDR (5)", "identity: 2001:db8::1"}, nil},
		{"FQDN", PayloadIDi, idBody(2, []byte("vpn.example.com")...),
			[]string{"ID type: ID_FQDN (2)", "identity: vpn.example.com"}, nil},
		{"mail", PayloadIDi, idBody(3, []byte("user@example.com")...),
			[]string{"ID type: ID_RFC822_ADDR (3)", "identity: user@example.com"}, nil},
		{"DN", PayloadIDi, idBody(9, dnDER...),
			[]string{"ID type: ID_DER_ASN1_DN (9)", "identity: CN=vpn,O=Example,C=DE"}, nil},
		{"general name", PayloadIDi, idBody(10, 0x82, 3, 'v', 'p', 'n'),
			[]string{"ID type: ID_DER_ASN1_GN (10)", "identity: DNS:vpn"}, nil},
		{"key ID as text", PayloadIDi, idBody(11, []byte("branch-7")...),
			[]string{"ID type: ID_KEY_ID (11)", "identity: branch-7"}, nil},
		{"key ID", PayloadIDi, idBody(11, 1, 2, 0xff), []string{"ID type: ID_KEY_ID (11)", "identity: 0102ff"}, nil},
		{"Fibre Channel", PayloadIDi, idBody(12, 0x20, 0, 0, 0, 0, 0, 0, 1),
			[]string{"ID type: ID_FC_NAME (12)", "identity: 2000000000000001"}, nil},
		{"null", PayloadIDi, idBody(13), []string{"ID type: ID_NULL (13)"}, nil},
		{"group", PayloadIDg, idBody(11, 'g', '1'), []string{"ID type: ID_KEY_ID (11)", "identity: g1"}, nil},
		{"unknown type", PayloadIDi, idBody(77, 0xaa), []string{"ID type: 77", "identity: aa"}, nil},

		{"IPv4 of 5 bytes", PayloadIDi, idBody(1, 1, 2, 3, 4, 5),
			[]string{"ID type: ID_IPV4_ADDR (1)", "identity: 0102030405"}, warn("ID_IPV4_ADDR")},
		{"IPv4 with a mask", PayloadIDi, idBody(1, 10, 0, 0, 0, 255, 0, 0, 0),
			[]string{"ID type: ID_IPV4_ADDR (1)", "identity: 0a000000ff000000"}, warn("ID_IPV4_ADDR")},
		{"DN that is none", PayloadIDi, idBody(9, []byte("CN=vpn")...),
			[]string{"ID type: ID_DER_ASN1_DN (9)", "identity: 434e3d76706e"}, warn("ID_DER_ASN1_DN")},
		{"null with data", PayloadIDi, idBody(13, 1), []string{"ID type: ID_NULL (13)", "identity: %any"}, warn("ID_NULL")},
		{"empty FQDN", PayloadIDi, idBody(2), []string{"ID type: ID_FQDN (2)"}, warn("ID_FQDN")},
		{"short", PayloadIDi, []byte{2, 0, 1}, []string{"body: 020001"}, []string{"error: identification: ends early"}},
	})
	prefixesFail(t, idBody(2, 'a'), 4, ParseID)
	comesBack(t, ParseID, idBody(9, dnDER...))
}

// Reserved bytes are the one thing that no field covers and that need not be
// zero: a finding tells of them.
func TestReservedBytes(t *testing.T) {
	for _, kind := range []PayloadType{PayloadIDi, PayloadAuth, PayloadTSi, PayloadConfig, PayloadKE} {
		for i := range 4 {
			body := make([]byte, 4)
			body[i] = 1
			from, to := reservedBytes(kind)
			_, found := treeOf(100, func(tr *Tree) { tr.judgeReserved(kind, body) })
			if reserved := i >= from && i < to; reserved != (len(found) == 1) || reserved && found[0].Offset != 100+i {
				t.Errorf("%v, byte %d: %v", kind, i, found)
			}
		}
	}
	if _, found := treeOf(100, func(tr *Tree) { tr.judgeReserved(PayloadNonce, []byte{1, 1, 1, 1}) }); found != nil {
		t.Errorf("a nonce has reserved bytes: %v", found)
	}
}

func TestGeneralName(t *testing.T) {
	for name, tt := range map[string]struct {
		der  []byte
		want string
		ok   bool
	}{
		"mail":              {[]byte{0x81, 3, 'a', '@', 'b'}, "email:a@b", true},
		"URI":               {[]byte{0x86, 5, 'u', 'r', 'n', ':', 'x'}, "URI:urn:x", true},
		"IPv4":              {[]byte{0x87, 4, 192, 0, 2, 1}, "IP:192.0.2.1", true},
		"address of 5":      {[]byte{0x87, 5, 192, 0, 2, 1, 9}, "IP:c000020109", false},
		"directory name":    {append([]byte{0xa4, byte(len(dnDER))}, dnDER...), "DN:CN=vpn,O=Example,C=DE", true},
		"registered ID":     {[]byte{0x88, 3, 0x2b, 6, 1}, "OID:1.3.6.1", true},
		"registered, empty": {[]byte{0x88, 0}, "OID:", false},
		"other name":        {[]byte{0xa0, 2, 5, 0}, "other name:0500", true},
		"tag 9":             {[]byte{0x89, 1, 1}, "890101", false},
		"no context tag":    {[]byte{0x04, 1, 1}, "040101", false},
		"bytes behind":      {[]byte{0x82, 1, 'a', 0}, "82016100", false},
		"cut":               {[]byte{0x82, 5, 'a'}, "820561", false},
	} {
		if got, ok := generalNameText(tt.der); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %q, %v, want %q, %v", name, got, ok, tt.want, tt.ok)
		}
	}
}

// A name of very many parts is not written out: that would take time that grows
// with the square of their number.
func TestLongName(t *testing.T) {
	var rdns pkix.RDNSequence
	for range 3000 {
		rdns = append(rdns, pkix.RelativeDistinguishedNameSET{{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "abcdefgh"}})
	}
	der, err := asn1.Marshal(rdns)
	if err != nil {
		t.Fatal(err)
	}
	id := ID{Type: IDDERASN1DN, Data: der}
	if s := id.String(); len(s) > 100 || !strings.Contains(s, "more than 64") {
		t.Errorf("%d bytes of text", len(s))
	}
	if n := allocated(func() { _ = id.String() }); n > 8<<20 {
		t.Errorf("%d bytes allocated for a name of %d", n, len(der))
	}
}

func FuzzID(f *testing.F) {
	f.Add(idBody(9, dnDER...))
	f.Add(idBody(10, 0x87, 4, 1, 2, 3, 4))
	f.Fuzz(func(t *testing.T, b []byte) {
		id, err := ParseID(b)
		if err != nil {
			return
		}
		if again := id.Append(nil); again[0] != b[0] || !bytes.Equal(again[4:], b[4:]) {
			t.Errorf("%x comes back as %x", b, again)
		}
		checkTree(t, fieldsAt(100, id), 100, 100+len(b))
		_, _ = generalNameText(b)
	})
}
