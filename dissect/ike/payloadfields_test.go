package ike

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

func TestSmallPayloads(t *testing.T) {
	runBodies(t, []bodyTest{
		{"KE", PayloadKE, append([]byte{0, 31, 0, 0}, bytes.Repeat([]byte{1}, 32)...), []string{
			"group: Curve25519 (31)", "key exchange data: " + strings.Repeat("01", 32)}, nil},
		{"KE of the wrong length", PayloadKE, []byte{0, 19, 0, 0, 1}, []string{
			"group: 256-bit random ECP group (19)", "key exchange data: 01"},
			[]string{"warning: key exchange data are 1 bytes, but ECP_256 has 64"}},
		{"KE of an unknown group", PayloadKE, []byte{0x80, 0, 0, 0, 1}, []string{"group: 32768", "key exchange data: 01"}, nil},
		{"nonce", PayloadNonce, bytes.Repeat([]byte{2}, 16), []string{"nonce: " + strings.Repeat("02", 16)}, nil},
		{"short nonce", PayloadNonce, []byte{2}, []string{"nonce: 02"}, []string{"warning: nonce is 1 bytes, not 16 to 256"}},
		{"delete", PayloadDelete, []byte{3, 4, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8}, []string{
			"protocol: ESP (3)", "SPI size: 4", "number of SPIs: 2", "SPI: 01020304", "SPI: 05060708"}, nil},
		{"delete of the IKE SA", PayloadDelete, []byte{1, 0, 0, 0}, []string{
			"protocol: IKE (1)", "SPI size: 0", "number of SPIs: 0"}, nil},
		{"delete, miscounted", PayloadDelete, []byte{3, 4, 0xff, 0xff, 1, 2, 3, 4, 5}, []string{
			"protocol: ESP (3)", "SPI size: 4", "number of SPIs: 65535", "SPI: 01020304", "not read: 05"},
			[]string{"error: delete: SPIs do not fill the payload"}},
		{"vendor ID", PayloadVendorID, []byte{1}, []string{"vendor ID: unknown 01"}, nil},
		{"encrypted", PayloadSK, []byte{1, 2}, []string{"encrypted: 0102"}, nil},
		{"fragment", PayloadSKF, []byte{0, 1, 0, 2, 9}, []string{"fragment number: 1", "total fragments: 2", "encrypted: 09"}, nil},
		{"fragment 0", PayloadSKF, []byte{0, 0, 0, 2, 9}, []string{"fragment number: 0", "total fragments: 2", "encrypted: 09"},
			[]string{"error: encrypted fragment: fragment number is not between 1 and the total"}},
		{"unknown payload", 200, []byte{1, 2}, []string{"body: 0102"}, nil},
	})
}

func TestSAFields(t *testing.T) {
	fields, found := payloadOf(PayloadSA, 100, saBody)
	if found != nil {
		t.Error(found)
	}
	checkCovered(t, fields, 100, saBody)
	want := []string{
		"proposal: 2 ESP",
		"  last: yes", "  length: 32", "  number: 2", "  protocol: ESP (3)", "  SPI size: 4", "  number of transforms: 2", "  SPI: c16ed423",
		"  transform: ENCR AES_GCM_16_128",
		"    last: no", "    length: 12", "    type: Encryption Algorithm (ENCR) (1)", "    ID: ENCR_AES_GCM_16 (20)",
		"    attribute: Key Length (in bits) 128", "      type: Key Length (in bits) (14)", "      value: 128",
		"  transform: ESN EXT_SEQ",
		"    last: yes", "    length: 8", "    type: Sequence Numbers (SN) (5)", "    ID: Partially Transmitted 64-bit Sequential Numbers (1)",
	}
	got := strings.Join(dump(fields[1:]), "\n")
	if got != strings.Join(want, "\n") {
		t.Errorf("got\n%s", got)
	}
	for n := range saBody {
		fields, _ := payloadOf(PayloadSA, 100, saBody[:n:n])
		checkCovered(t, fields, 100, saBody[:n])
	}
}

// keyExchangeLengths against what is in a group's name.
func TestKeyExchangeLengths(t *testing.T) {
	for group, bits := range map[uint16]int{
		1: 768, 2: 1024, 5: 1536, 14: 2048, 15: 3072, 16: 4096, 17: 6144, 18: 8192, // MODP
		19: 512, 20: 768, 21: 1056, 25: 384, 26: 448, 27: 448, 28: 512, 29: 768, 30: 1024, // two coordinates
		31: 256, 32: 448, 33: 512, 34: 1024,
	} {
		if i, r := keyExchangeLengths(group); i*8 != bits || r != i {
			t.Errorf("group %d: %d and %d bytes", group, i, r)
		}
	}
	for _, k := range []KE{{36, make([]byte, 1184)}, {36, make([]byte, 1088)}} {
		if k.findings(0) != nil {
			t.Errorf("%d bytes are wrong for ML-KEM-768", len(k.Data))
		}
	}
	if f := (KE{36, make([]byte, 1000)}).findings(0); len(f) != 1 || !strings.HasSuffix(f[0].Text, "ML_KEM_768 has 1184 or 1088") {
		t.Errorf("%v", f)
	}
}

// What the capture cut is shown as far as it goes, and is nobody's fault.
func TestTruncatedPayload(t *testing.T) {
	m := Message{Header: Header{Version: Version{Major: 2}}}
	for n := range tsBody {
		p := Payload{Type: PayloadTSi, Offset: 28, Length: genericLength + len(tsBody), Body: tsBody[:n:n], Truncated: true}
		fields, found := bodyOf(&m, p)
		if len(found) > 0 {
			t.Errorf("%d bytes: %v", n, found)
		}
		checkTree(t, fields, 32, 32+len(tsBody))
		if last := fields[len(fields)-1]; last.Offset+last.Length != 32+len(tsBody) {
			t.Errorf("%d bytes: fields end at %d", n, last.Offset+last.Length)
		}
	}
}

// What a message states costs no more memory than a multiple of what it holds.
func TestHostileBodies(t *testing.T) {
	m := Message{Header: Header{Version: Version{Major: 2}}}
	const size = 60000
	fill := func(head []byte, unit ...byte) []byte {
		return append(head, bytes.Repeat(unit, (size-len(head))/len(unit))...)
	}
	der := fill(binary.BigEndian.AppendUint16([]byte{9, 0, 0, 0, 0x30, 0x82}, size-8), 0x31, 0)
	for name, tt := range map[string]struct {
		kind PayloadType
		body []byte
	}{
		"DN of empty parts":      {PayloadIDi, der},
		"certificate of nothing": {PayloadCertificate, fill([]byte{4, 0x30, 0x82, 0xea, 0x00}, 0x30, 0)},
		"empty selectors":        {PayloadTSi, fill([]byte{255, 0, 0, 0}, 10, 0, 0, 4)},
		"empty attributes":       {PayloadConfig, fill([]byte{1, 0, 0, 0}, 0, 1, 0, 0)},
		"supported attributes":   {PayloadConfig, fill([]byte{1, 0, 0, 0, 0, 14, 0xea, 0x58}, 0, 1)},
		"protocol IDs":           {PayloadConfig, fill([]byte{1, 0, 0, 0, 0, 27, 0xea, 0x58, 0, 1, 0, 0, 0, 1, 0xea, 0x50}, 0)},
		"nak":                    {PayloadEAP, fill([]byte{2, 1, 0xea, 0x60, 3}, 26)},
		"AKA attributes":         {PayloadEAP, fill([]byte{2, 1, 0xea, 0x60, 23, 1, 0, 0}, 1, 1, 0, 0)},
		"TLS records":            {PayloadEAP, fill([]byte{2, 1, 0xea, 0x60, 13, 0}, 22, 3, 3, 0, 1, 0)},
		"hash algorithms":        {PayloadNotify, fill([]byte{0, 0, 0x40, 0x2f}, 0, 2)},
		"announcements":          {PayloadNotify, fill([]byte{0, 0, 0x40, 0x3b}, 2, 1)},
		"SPIs of a byte":         {PayloadDelete, fill([]byte{3, 1, 0xea, 0x5c}, 7)},
		"empty policies":         {PayloadGSA, fill(nil, 0, 0, 0, 4)},
		"proposals":              {PayloadSA, fill(nil, 2, 0, 0, 8, 1, 1, 0, 0)},
		"authorities":            {PayloadCertRequest, fill([]byte{4}, 1)},
	} {
		p := Payload{Type: tt.kind, Offset: 28, Length: genericLength + len(tt.body), Body: tt.body}
		tr := Tree{at: p.Offset}
		// Growing counts all the sizes that the tree had on its way.
		if n := allocated(func() { tr.addBody(&m, p) }); n > 800*uint64(len(tt.body)) {
			t.Errorf("%s: %d bytes allocated for %d", name, n, len(tt.body))
		}
		checkTree(t, nodes(&tr), 32, 32+len(tt.body))
	}
}

func FuzzPayloadFields(f *testing.F) {
	for kind, body := range map[PayloadType][]byte{
		PayloadSA: saBody, PayloadTSi: tsBody, PayloadConfig: configMsg, PayloadAuth: authSignature,
		PayloadIDi: idBody(9, dnDER...), PayloadEAP: identityResponse, PayloadGSA: gsaBody,
		PayloadNotify: notifyBody(16407, 1, 4, 1, 2, 3, 4), PayloadDelete: {3, 4, 0, 1, 1, 2, 3, 4},
	} {
		f.Add(byte(kind), body, false)
	}
	f.Fuzz(func(t *testing.T, kind byte, b []byte, v1 bool) {
		m := Message{Header: Header{Version: Version{Major: 2}}}
		if v1 {
			m.Version.Major = 1
		}
		p := Payload{Type: PayloadType(kind), Offset: 96, Length: genericLength + len(b), Body: b}
		fields, found := bodyOf(&m, p)
		checkTree(t, fields, 100, 100+len(b))
		for _, f := range found {
			if f.Offset < 96 || f.Offset > 100+len(b) || f.Text == "" {
				t.Errorf("%+v", f)
			}
		}
	})
}
