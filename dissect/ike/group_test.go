package ike

import (
	"bytes"
	"testing"
)

// gsaBody is a policy for ESP with two selectors, a transform and a lifetime,
// then a group-wide policy.
var gsaBody = []byte{
	0x03, 0x04, 0x00, 0x4b, // ESP, SPI of 4 bytes, length 75
	0xc1, 0x6e, 0xd4, 0x23, // SPI
	0x07, 0x11, 0x00, 0x10, 0x00, 0x00, 0xff, 0xff, 10, 0, 0, 1, 10, 0, 0, 1, // source
	0x07, 0x11, 0x00, 0x10, 0x00, 0x00, 0xff, 0xff, 239, 0, 0, 1, 239, 0, 0, 1, // destination
	0x00, 0x00, 0x00, 0x0c, 0x01, 0x00, 0x00, 0x14, 0x80, 0x0e, 0x01, 0x00, // ENCR AES_GCM_16_256, last
	0x00, 0x01, 0x00, 0x04, 0x00, 0x00, 0x0e, 0x10, // GSA_KEY_LIFETIME, 3600 s
	0x00, 0x02, 0x00, 0x03, 0x00, 0x00, 0x07, // GSA_INITIAL_MESSAGE_ID, a byte too short
	0x00, 0x03, 0x00, 0x04, 0xc1, 0x6e, 0xd4, 0x24, // GSA_NEXT_SPI
	0x00, 0x00, 0x00, 0x0c, // group-wide, length 12
	0x80, 0x01, 0x00, 0x3c, // GWP_ATD
	0x80, 0x03, 0x00, 0x10, // sender IDs of 16 bits
}

// kdBody is the key of an SA, then keys and a number of one member.
var kdBody = []byte{
	0x03, 0x04, 0x00, 0x16, 0xc1, 0x6e, 0xd4, 0x23, // ESP, SPI
	0x00, 0x01, 0x00, 0x0a, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0xaa, 0xbb, // SA_KEY under KWK 5
	0x00, 0x00, 0x00, 0x10, // member, length 16
	0x00, 0x01, 0x00, 0x01, 0xcc, // WRAP_KEY, cut
	0x00, 0x03, 0x00, 0x03, 0x00, 0x01, 0x00, // GM_SENDER_ID
}

// kekBody is the policy of a rekey SA, as a member gets it when it registers.
var kekBody = append([]byte{
	0x06, 0x10, 0x00, 0x4f, // GIKE_UPDATE, SPI of 16 bytes, length 79
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, // SPIs of the header
	0x07, 0x11, 0x00, 0x10, 0x01, 0xf4, 0x01, 0xf4, 10, 0, 0, 1, 10, 0, 0, 1, // source
	0x07, 0x11, 0x00, 0x10, 0x03, 0x50, 0x03, 0x50, 239, 0, 0, 1, 239, 0, 0, 1, // destination
	0x03, 0x00, 0x00, 0x08, 0x0d, 0x00, 0x00, 0x03, // KWA KW_5649_256
	0x00, 0x00, 0x00, 0x13, 0x0e, 0x00, 0x00, 0x02, // GCAUTH digital signature, last
	0x00, 0x12, 0x00, 0x07, // signature algorithm, 7 bytes
}, ed25519ID...)

func TestGroup(t *testing.T) {
	runBodies(t, []bodyTest{
		{"GSA", PayloadGSA, gsaBody, []string{
			"group SA policy: ESP",
			"  protocol: ESP (3)", "  SPI size: 4", "  length: 75", "  SPI: c16ed423",
			"  source: 10.0.0.1/32 UDP",
			"    type: TS_IPV4_ADDR_RANGE (7)", "    protocol: UDP", "    length: 16", "    start port: 0", "    end port: 65535",
			"    first address: 10.0.0.1", "    last address: 10.0.0.1",
			"  destination: 239.0.0.1/32 UDP",
			"    type: TS_IPV4_ADDR_RANGE (7)", "    protocol: UDP", "    length: 16", "    start port: 0", "    end port: 65535",
			"    first address: 239.0.0.1", "    last address: 239.0.0.1",
			"  transform: ENCR AES_GCM_16_256",
			"    last: yes", "    length: 12", "    type: Encryption Algorithm (ENCR) (1)", "    ID: ENCR_AES_GCM_16 (20)",
			"    attribute: Key Length (in bits) 256", "      type: Key Length (in bits) (14)", "      value: 256",
			"  attribute: GSA_KEY_LIFETIME 3600 s",
			"    type: GSA_KEY_LIFETIME (1)", "    length: 4", "    value: 3600 s",
			"  attribute: GSA_INITIAL_MESSAGE_ID 000007",
			"    type: GSA_INITIAL_MESSAGE_ID (2)", "    length: 3", "    value: 000007",
			"  attribute: GSA_NEXT_SPI c16ed424",
			"    type: GSA_NEXT_SPI (3)", "    length: 4", "    value: c16ed424",
			"group-wide policy:",
			"  protocol: NONE (0)", "  length: 12",
			"  attribute: GWP_ATD 60 s", "    type: GWP_ATD (1)", "    value: 60 s",
			"  attribute: GWP_SENDER_ID_BITS 16 bits", "    type: GWP_SENDER_ID_BITS (3)", "    value: 16 bits",
		}, nil},
		{"rekey SA", PayloadGSA, kekBody, []string{
			"group SA policy: GIKE_UPDATE",
			"  protocol: GIKE_UPDATE (6)", "  SPI size: 16", "  length: 79", "  SPI: 0102030405060708090a0b0c0d0e0f10",
			"  source: 10.0.0.1/32 UDP port 500",
			"    type: TS_IPV4_ADDR_RANGE (7)", "    protocol: UDP", "    length: 16", "    start port: 500", "    end port: 500",
			"    first address: 10.0.0.1", "    last address: 10.0.0.1",
			"  destination: 239.0.0.1/32 UDP port 848",
			"    type: TS_IPV4_ADDR_RANGE (7)", "    protocol: UDP", "    length: 16", "    start port: 848", "    end port: 848",
			"    first address: 239.0.0.1", "    last address: 239.0.0.1",
			"  transform: KWA KW_5649_256",
			"    last: no", "    length: 8", "    type: Key Wrap Algorithm (KWA) (13)", "    ID: KW_5649_256 (3)",
			"  transform: GCAUTH digital signature",
			"    last: yes", "    length: 19", "    type: Group Controller Authentication Method (GCAUTH) (14)", "    ID: Digital Signature (2)",
			"    attribute: Signature Algorithm Identifier Ed25519", "      type: Signature Algorithm Identifier (18)", "      length: 7", "      value: Ed25519",
		}, nil},
		{"reserved", PayloadKD, []byte{0, 9, 0, 4}, []string{"member key bag:", "  protocol: NONE (0)", "  reserved: 09", "  length: 4"},
			[]string{"warning: reserved byte of a policy or key bag is not zero"}},
		{"KD", PayloadKD, kdBody, []string{
			"group key bag: ESP",
			"  protocol: ESP (3)", "  SPI size: 4", "  length: 22", "  SPI: c16ed423",
			"  attribute: SA_KEY key 0 under KWK 5, 2 bytes encrypted", "    type: SA_KEY (1)", "    length: 10",
			"    value: key 0 under KWK 5, 2 bytes encrypted",
			"member key bag:",
			"  protocol: NONE (0)", "  length: 16",
			"  attribute: WRAP_KEY cc", "    type: WRAP_KEY (1)", "    length: 1", "    value: cc",
			"  attribute: GM_SENDER_ID 256", "    type: GM_SENDER_ID (3)", "    length: 3", "    value: 256",
		}, nil},
		{"policy of another form", PayloadGSA, []byte{3, 0, 0, 6, 0xaa, 0xbb}, []string{
			"group SA policy: ESP", "  protocol: ESP (3)", "  SPI size: 0", "  length: 6", "  not read: aabb"}, nil},
		{"SPI beyond", PayloadKD, []byte{3, 4, 0, 6, 1, 2}, []string{"body: 030400060102"},
			[]string{"error: key download: length is less than that of head and SPI"}},
		{"length beyond", PayloadGSA, append(bytes.Clone(gsaBody[75:]), 3, 0, 0, 5), []string{
			"group-wide policy:", "  protocol: NONE (0)", "  length: 12",
			"  attribute: GWP_ATD 60 s", "    type: GWP_ATD (1)", "    value: 60 s",
			"  attribute: GWP_SENDER_ID_BITS 16 bits", "    type: GWP_SENDER_ID_BITS (3)", "    value: 16 bits", "not read: 03000005"},
			[]string{"error: group security association: length reaches beyond the payload"}},
	})
	comesBack(t, ParseGSA, gsaBody)
	comesBack(t, ParseKD, kdBody)
	comesBack(t, ParseGSA, kekBody)
}

func TestGSPM(t *testing.T) {
	runBodies(t, []bodyTest{
		{"some", PayloadGSPM, []byte{1, 2}, []string{"method data: 0102"}, nil},
		{"none", PayloadGSPM, []byte{}, nil, []string{"error: secure password method: ends early"}},
	})
	comesBack(t, ParseGSPM, []byte{1, 2})
}

func TestPuzzleSolution(t *testing.T) {
	runBodies(t, []bodyTest{
		{"two bytes each", PayloadPuzzle, []byte{1, 1, 2, 2, 3, 3, 4, 4}, []string{"key 1: 0101", "key 2: 0202", "key 3: 0303", "key 4: 0404"}, nil},
		{"odd", PayloadPuzzle, []byte{1, 2, 3, 4, 5}, []string{"key 1: 01", "key 2: 02", "key 3: 03", "key 4: 04", "not read: 05"},
			[]string{"error: puzzle solution: length is not that of four keys"}},
		{"none", PayloadPuzzle, []byte{}, nil, []string{"error: puzzle solution: ends early"}},
	})
	comesBack(t, ParsePuzzleSolution, []byte{1, 2, 3, 4})
	p := must[PuzzleSolution](t)(ParsePuzzleSolution([]byte{1, 2, 3, 4}))
	if p.Key(4) != nil || p.Key(-1) != nil || !bytes.Equal(p.Key(3), []byte{4}) {
		t.Error("the keys are not four")
	}
}

func FuzzGroup(f *testing.F) {
	f.Add(gsaBody)
	f.Add(kdBody)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, kind := range []PayloadType{PayloadGSA, PayloadKD, PayloadGSPM, PayloadPuzzle} {
			fields, _ := payloadOf(kind, 100, b)
			checkTree(t, fields, 100, 100+len(b))
		}
		g, err := ParseGSA(b)
		if err != nil {
			return
		}
		want := bytes.Clone(b) // but for reserved bytes
		for i := g.Items(); i.Next(); {
			if from := i.at - groupHead - len(i.cur.Data); i.cur.Protocol == 0 {
				want[from+1] = 0
			}
		}
		if !bytes.Equal(g.Append(nil), want) {
			t.Errorf("%x comes back as %x", b, g.Append(nil))
		}
	})
}
