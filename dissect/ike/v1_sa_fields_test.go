package ike

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// v1quickBody offers ESP with IPComp (one proposal, two protocols) and AH.
var v1quickBody = []byte{
	0x00, 0x00, 0x00, 0x01, // DOI: IPsec
	0x00, 0x00, 0x00, 0x01, // situation: identity only
	0x02, 0x00, 0x00, 0x38, 0x01, 0x03, 0x04, 0x01, // proposal 1, length 56, ESP, SPI of 4, 1 transform
	0xc0, 0xff, 0xee, 0x01, // SPI
	0x00, 0x00, 0x00, 0x2c, 0x01, 0x0c, 0x00, 0x00, // transform 1, length 44, ESP_AES
	0x80, 0x06, 0x01, 0x00, // key length 256
	0x80, 0x05, 0x00, 0x05, // HMAC-SHA2-256
	0x80, 0x03, 0x00, 0x0e, // group 14
	0x80, 0x04, 0x00, 0x03, // UDP-encapsulated tunnel
	0x80, 0x0b, 0x00, 0x01, // ESN
	0x80, 0x01, 0x00, 0x01, // life in seconds:
	0x00, 0x02, 0x00, 0x04, 0x00, 0x00, 0x0e, 0x10, // 3600
	0x80, 0x0f, 0x00, 0x03, // symmetric
	0x02, 0x00, 0x00, 0x16, 0x01, 0x04, 0x02, 0x01, // proposal 1, length 22, IPCOMP, CPI of 2, 1 transform
	0x12, 0x34, // CPI
	0x00, 0x00, 0x00, 0x0c, 0x01, 0x02, 0x00, 0x00, // transform 1, IPCOMP_DEFLATE
	0x80, 0x04, 0x00, 0x01, // tunnel
	0x00, 0x00, 0x00, 0x20, 0x02, 0x02, 0x04, 0x01, // proposal 2, length 32, AH
	0x00, 0x00, 0x01, 0x00, // SPI
	0x00, 0x00, 0x00, 0x14, 0x01, 0x03, 0x00, 0x00, // transform 1, AH_SHA
	0x80, 0x01, 0x00, 0x02, // life in kilobytes:
	0x80, 0x02, 0x10, 0x00, // 4096
	0x80, 0x05, 0x00, 0x02, // HMAC-SHA
}

// v1labelledBody has the situation of secrecy.
var v1labelledBody = []byte{
	0x00, 0x00, 0x00, 0x01, // DOI: IPsec
	0x00, 0x00, 0x00, 0x03, // situation: identity and secrecy
	0x00, 0x00, 0x00, 0x05, // labeled domain
	0x00, 0x02, 0x00, 0x00, 0xab, 0xcd, 0x00, 0x00, // level of 2 bytes, padded
	0x00, 0x09, 0x00, 0x00, 0x80, 0x80, 0x00, 0x00, // categories of 9 bits, padded
	0x00, 0x00, 0x00, 0x10, 0x01, 0x01, 0x00, 0x01, // the only proposal
	0x00, 0x00, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, // transform 1
}

func TestV1SAFields(t *testing.T) {
	const oakley = "transform ID: KEY_IKE (1)"
	runV1Bodies(t, []bodyTest{
		{"main mode", PayloadV1SA, v1saBody, []string{
			"domain of interpretation: IPSEC (1)",
			"situation: identity only (1)",
			"proposal: 1 ISAKMP, 2 transforms",
			"  last: yes", "  length: 92", "  number: 1", "  protocol: PROTO_ISAKMP (1)", "  SPI size: 0", "  number of transforms: 2",
			"  transform: 1 AES_CBC_256/SHA2_256/MODP_2048, XAUTH initiator PSK",
			"    last: no", "    length: 40", "    number: 1", "    " + oakley,
			"    Encryption Algorithm: AES-CBC (7)", "    Key Length: 256 bits", "    Hash Algorithm: SHA2-256 (4)",
			"    Authentication Method: XAUTHInitPreShared (65001)", "    Group Description: MODP_2048 (14)",
			"    Life Type: seconds (1)", "    Life Duration: 86400 s",
			"  transform: 2 3DES_CBC/MD5/EC2N_185, pre-shared key",
			"    last: yes", "    length: 44", "    number: 2", "    " + oakley,
			"    Encryption Algorithm: 3DES-CBC (5)", "    Hash Algorithm: MD5 (1)", "    Authentication Method: Pre-shared key (1)",
			"    Group Description: EC2N_185 (4)", "    Life Type: kilobytes (2)", "    Life Duration: 4096 kB",
			"    Life Type: seconds (1)", "    Life Duration: 28800 s",
		}, nil},
		{"quick mode", PayloadV1SA, v1quickBody, []string{
			"domain of interpretation: IPSEC (1)",
			"situation: identity only (1)",
			"proposal: 1 ESP, 1 transform",
			"  last: no",
			"  length: 56",
			"  number: 1",
			"  protocol: PROTO_IPSEC_ESP (3)",
			"  SPI size: 4",
			"  number of transforms: 1",
			"  SPI: c0ffee01",
			"  transform: 1 AES_CBC_256/HMAC_SHA2_256/MODP_2048/ESN, tunnel over UDP",
			"    last: yes",
			"    length: 44",
			"    number: 1",
			"    transform ID: ESP_AES-CBC (12)",
			"    Key Length: 256 bits",
			"    Authentication Algorithm: HMAC-SHA2-256 (5)",
			"    Group Description: MODP_2048 (14)",
			"    Encapsulation Mode: UDP-Encapsulated-Tunnel (3)",
			"    Extended (64-bit) Sequence Number: 64-bit sequence numbers (1)",
			"    SA Life Type: seconds (1)",
			"    SA Life Duration: 3600 s",
			"    SA Direction: Symmetric (3)",
			"proposal: 1 IPCOMP, 1 transform",
			"  last: no",
			"  length: 22",
			"  number: 1",
			"  protocol: PROTO_IPCOMP (4)",
			"  SPI size: 2",
			"  number of transforms: 1",
			"  SPI: 1234",
			"  transform: 1 DEFLATE, tunnel",
			"    last: yes",
			"    length: 12",
			"    number: 1",
			"    transform ID: IPCOMP_DEFLATE (2)",
			"    Encapsulation Mode: Tunnel (1)",
			"proposal: 2 AH, 1 transform",
			"  last: yes",
			"  length: 32",
			"  number: 2",
			"  protocol: PROTO_IPSEC_AH (2)",
			"  SPI size: 4",
			"  number of transforms: 1",
			"  SPI: 00000100",
			"  transform: 1 SHA1/HMAC_SHA1",
			"    last: yes",
			"    length: 20",
			"    number: 1",
			"    transform ID: AH_SHA (3)",
			"    SA Life Type: kilobytes (2)",
			"    SA Life Duration: 4096 kB",
			"    Authentication Algorithm: HMAC-SHA (2)",
		}, nil},
		{"labels", PayloadV1SA, v1labelledBody, []string{
			"domain of interpretation: IPSEC (1)",
			"situation: identity only, secrecy (3)",
			"labels:",
			"  labeled domain: 5",
			"  secrecy level length: 2 bytes",
			"  secrecy level: abcd0000",
			"  secrecy categories length: 9 bits",
			"  secrecy categories: 80800000",
			"proposal: 1 ISAKMP, 1 transform",
			"  last: yes",
			"  length: 16",
			"  number: 1",
			"  protocol: PROTO_ISAKMP (1)",
			"  SPI size: 0",
			"  number of transforms: 1",
			"  transform: 1",
			"    last: yes",
			"    length: 8",
			"    number: 1",
			"    transform ID: KEY_IKE (1)",
		}, nil},
		{"the second proposal is broken", PayloadV1SA, append(bytes.Clone(v1saBody[:8]), // of which nothing is read
			0, 0, 0, 8, 1, 1, 0, 0, 0xde, 0xad), []string{
			"domain of interpretation: IPSEC (1)",
			"situation: identity only (1)",
			"proposal: 1 ISAKMP, 0 transforms",
			"  last: yes", "  length: 8", "  number: 1", "  protocol: PROTO_ISAKMP (1)", "  SPI size: 0", "  number of transforms: 0",
			"not read: dead",
		}, []string{"error: security association: proposal: bytes behind the last one"}},
	})
}

func TestV1SAFindings(t *testing.T) {
	for name, tt := range map[string]struct {
		at   int
		v    byte
		want Finding
	}{
		"reserved byte of a proposal":    {9, 1, Finding{109, FindingWarning, "reserved byte of a proposal is not zero"}},
		"reserved byte of a transform":   {17, 1, Finding{117, FindingWarning, "reserved bytes of a transform are not zero"}},
		"reserved bytes of a transform":  {22, 1, Finding{117, FindingWarning, "reserved bytes of a transform are not zero"}},
		"reserved bytes of the next one": {63, 1, Finding{157, FindingWarning, "reserved bytes of a transform are not zero"}},
		"second transform with number 1": {60, 1, Finding{160, FindingWarning, "number of a transform is not larger than that of the one in front"}},
	} {
		b := bytes.Clone(v1saBody)
		b[tt.at] = tt.v
		_, found := v1PayloadOf(PayloadV1SA, 100, b)
		if len(found) != 1 || found[0] != tt.want {
			t.Errorf("%s: %v, want %v", name, found, tt.want)
		}
	}
}

func TestV1Phase2(t *testing.T) {
	sa := must[V1SA](t)(ParseV1SA(v1quickBody))
	var got []V1Phase2
	for i := sa.Proposals(); i.Next(); {
		for j := i.Proposal().Transforms(); j.Next(); {
			got = append(got, j.Transform().Phase2())
		}
	}
	want := []V1Phase2{
		{Encapsulation: 3, Authentication: 5, KeyLength: 256, Group: 14, ESN: true, Direction: 3, LifetimeSeconds: 3600},
		{Encapsulation: 1},
		{Authentication: 2, LifetimeKilobytes: 4096},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	noAllocs(t, "Phase2", func() {
		for i := sa.Proposals(); i.Next(); {
			for j := i.Proposal().Transforms(); j.Next(); {
				_ = j.Transform().Phase2()
			}
		}
	})
}

func TestV1Phase1AttributeNames(t *testing.T) {
	for _, x := range []struct {
		a    Attribute
		want string
	}{
		{Attribute{Type: 5, Short: true, Value: []byte{0, 1}}, "Group Type: MODP (1)"},
		{Attribute{Type: 6, Value: []byte{1, 2, 3}}, "Group Prime/Irreducible Polynomial: 66051"},
		{Attribute{Type: 6, Value: bytes.Repeat([]byte{1}, 96)}, "Group Prime/Irreducible Polynomial: 96 bytes"},
		{Attribute{Type: 1, Short: true, Value: []byte{0xff, 0xff}}, "Encryption Algorithm: 65535"},
		{Attribute{Type: 1, Value: []byte{1, 0, 0, 7}}, "Encryption Algorithm: 16777223"},
		{Attribute{Type: 12, Value: []byte{0, 1}}, "Life Duration: 1"}, // no life type in front
		{Attribute{Type: 30, Short: true, Value: []byte{0, 1}}, "30: 1"},
	} {
		fields, _ := treeOf(0, func(tr *Tree) { tr.attributes(x.a.Append(nil), v1Phase1Attribute) })
		if got := fields[0].Name + ": " + fields[0].Value; !strings.HasPrefix(got, x.want) {
			t.Errorf("%q, want %q", got, x.want)
		}
	}
}

// The same number means another algorithm under another protocol.
func TestV1TransformName(t *testing.T) {
	for want, x := range map[string]struct {
		p  V1ProtocolID
		id uint8
	}{
		"KEY_IKE":        {V1ProtocolISAKMP, 1},
		"AH_SHA":         {V1ProtocolAH, 3},
		"ESP_3DES":       {V1ProtocolESP, 3},
		"IPCOMP_LZS":     {V1ProtocolIPCOMP, 3},
		"200":            {V1ProtocolESP, 200},
		"2":              {V1ProtocolISAKMP, 2},
		"3":              {V1ProtocolID(9), 3},
		"ESP_AES-GCM_16": {V1ProtocolESP, 20},
	} {
		if got := V1TransformName(x.p, x.id); got != want {
			t.Errorf("%v: %q, want %q", x, got, want)
		}
	}
}
