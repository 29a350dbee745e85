package ike

import (
	"bytes"
	"testing"
)

// gsaBody is a policy for ESP with two selectors, a transform and a lifetime,
// then a group-wide policy.
var gsaBody = []byte{
	0x03, 0x04, 0x00, 0x40, // ESP, SPI of 4 bytes, length 64
	0xc1, 0x6e, 0xd4, 0x23, // SPI
	0x07, 0x11, 0x00, 0x10, 0x00, 0x00, 0xff, 0xff, 10, 0, 0, 1, 10, 0, 0, 1, // source
	0x07, 0x11, 0x00, 0x10, 0x00, 0x00, 0xff, 0xff, 239, 0, 0, 1, 239, 0, 0, 1, // destination
	0x00, 0x00, 0x00, 0x0c, 0x01, 0x00, 0x00, 0x14, 0x80, 0x0e, 0x01, 0x00, // ENCR AES_GCM_16_256, last
	0x00, 0x01, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0e, 0x10, // lifetime, 8 bytes
	0x00, 0x00, 0x00, 0x08, // group-wide, length 8
	0x80, 0x03, 0x00, 0x10, // sender IDs of 16 bits
}

// kdBody is the key of an SA, then one that wraps keys.
var kdBody = []byte{
	0x03, 0x04, 0x00, 0x0e, 0xc1, 0x6e, 0xd4, 0x23, // ESP, SPI
	0x00, 0x01, 0x00, 0x02, 0xaa, 0xbb, // SA_KEY
	0x00, 0x00, 0x00, 0x09, // member, length 9
	0x00, 0x01, 0x00, 0x01, 0xcc, // WRAP_KEY
}

func TestGroup(t *testing.T) {
	runBodies(t, []bodyTest{
		{"GSA", PayloadGSA, gsaBody, []string{
			"group SA policy: ESP",
			"  protocol: ESP (3)", "  SPI size: 4", "  length: 64", "  SPI: c16ed423",
			"  source: 10.0.0.1/32 UDP",
			"    type: TS_IPV4_ADDR_RANGE (7)", "    protocol: UDP", "    length: 16", "    start port: 0", "    end port: 65535",
			"    first address: 10.0.0.1", "    last address: 10.0.0.1",
			"  destination: 239.0.0.1/32 UDP",
			"    type: TS_IPV4_ADDR_RANGE (7)", "    protocol: UDP", "    length: 16", "    start port: 0", "    end port: 65535",
			"    first address: 239.0.0.1", "    last address: 239.0.0.1",
			"  transform: ENCR AES_GCM_16_256",
			"    last: yes", "    length: 12", "    type: Encryption Algorithm (ENCR) (1)", "    ID: ENCR_AES_GCM_16 (20)",
			"    attribute: Key Length (in bits) 256", "      type: Key Length (in bits) (14)", "      value: 256",
			"  attribute: GSA_KEY_LIFETIME 0000000000000e10",
			"    type: GSA_KEY_LIFETIME (1)", "    length: 8", "    value: 0000000000000e10",
			"group-wide policy:",
			"  protocol: NONE (0)", "  SPI size: 0", "  length: 8",
			"  attribute: GWP_SENDER_ID_BITS 16", "    type: GWP_SENDER_ID_BITS (3)", "    value: 16",
		}, nil},
		{"KD", PayloadKD, kdBody, []string{
			"group key bag: ESP",
			"  protocol: ESP (3)", "  SPI size: 4", "  length: 14", "  SPI: c16ed423",
			"  attribute: SA_KEY aabb", "    type: SA_KEY (1)", "    length: 2", "    value: aabb",
			"member key bag:",
			"  protocol: NONE (0)", "  SPI size: 0", "  length: 9",
			"  attribute: WRAP_KEY cc", "    type: WRAP_KEY (1)", "    length: 1", "    value: cc",
		}, nil},
		{"policy of another form", PayloadGSA, []byte{3, 0, 0, 6, 0xaa, 0xbb}, []string{
			"group SA policy: ESP", "  protocol: ESP (3)", "  SPI size: 0", "  length: 6", "  not read: aabb"}, nil},
		{"SPI beyond", PayloadKD, []byte{3, 4, 0, 6, 1, 2}, []string{"body: 030400060102"},
			[]string{"error: key download: length is less than that of head and SPI"}},
		{"length beyond", PayloadGSA, append(bytes.Clone(gsaBody[64:]), 3, 0, 0, 5), []string{
			"group-wide policy:", "  protocol: NONE (0)", "  SPI size: 0", "  length: 8",
			"  attribute: GWP_SENDER_ID_BITS 16", "    type: GWP_SENDER_ID_BITS (3)", "    value: 16", "not read: 03000005"},
			[]string{"error: group security association: length reaches beyond the payload"}},
	})
	comesBack(t, ParseGSA, gsaBody)
	comesBack(t, ParseKD, kdBody)
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
		if g, err := ParseGSA(b); err == nil && !bytes.Equal(g.Append(nil), b) {
			t.Errorf("%x comes back as %x", b, g.Append(nil))
		}
	})
}
