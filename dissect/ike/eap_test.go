package ike

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// eap is an EAP message: code, identifier 7, and what is behind the length.
func eapBody(code byte, behind ...byte) []byte {
	b := []byte{code, 7}
	b = binary.BigEndian.AppendUint16(b, uint16(4+len(behind)))
	return append(b, behind...)
}

func cat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// identityResponse is the answer that begins most EAP exchanges.
var identityResponse = eapBody(2, append([]byte{1}, "user@example.com"...)...)

// mschapv2 is an EAP-MSCHAPv2 message with opcode and data.
func mschapv2(code, op byte, data ...byte) []byte {
	b := []byte{26, op, 7, 0, byte(4 + len(data))}
	return eapBody(code, append(b, data...)...)
}

func eapLines(code, length string, more ...string) []string {
	return append([]string{"code: " + code, "identifier: 7", "length: " + length}, more...)
}

func TestEAP(t *testing.T) {
	const (
		request  = "Request (1)"
		response = "Response (2)"
	)
	badForm := []string{"warning: EAP data are not of the form of their type"}
	sixteen := bytes.Repeat([]byte{0x11}, 16)
	hex16 := strings.Repeat("11", 16)
	runBodies(t, []bodyTest{
		{"identity", PayloadEAP, identityResponse, eapLines(response, "21", "type: identity (1)", "identity: user@example.com"), nil},
		{"identity request", PayloadEAP, eapBody(1, 1), eapLines(request, "5", "type: identity (1)"), nil},
		{"notification", PayloadEAP, eapBody(1, 2, 'h', 'i'), eapLines(request, "7", "type: notification (2)", "text: hi"), nil},
		{"success", PayloadEAP, eapBody(3), eapLines("Success (3)", "4"), nil},
		{"failure", PayloadEAP, eapBody(4), eapLines("Failure (4)", "4"), nil},
		{"success with data", PayloadEAP, eapBody(3, 9), eapLines("Success (3)", "5", "not read: 09"), badForm},
		{"nak", PayloadEAP, eapBody(2, 3, 26, 13), eapLines(response, "7", "type: Nak (3)",
			"wants: EAP-MSCHAPv2 (26)", "wants: EAP-TLS (13)"), nil},
		{"MD5", PayloadEAP, eapBody(1, cat([]byte{4, 16}, sixteen, []byte("gw"))...), eapLines(request, "24",
			"type: EAP-MD5 (4)", "value size: 16", "value: "+hex16, "name: gw"), nil},
		{"MD5, cut", PayloadEAP, eapBody(1, 4, 16, 1), eapLines(request, "7",
			"type: EAP-MD5 (4)", "value size: 16", "not read: 01"), badForm},
		{"re-auth", PayloadEAP, eapBody(5, 2, 0, 1), eapLines("Initiate (5)", "7", "type: Re-auth (2)", "data: 0001"), nil},
		{"unknown type", PayloadEAP, eapBody(1, 200, 1), eapLines(request, "6", "type: 200", "data: 01"), nil},

		{"MSCHAPv2 challenge", PayloadEAP, mschapv2(1, 1, cat([]byte{16}, sixteen, []byte("gw"))...), eapLines(request, "28",
			"type: EAP-MSCHAPv2 (26)", "opcode: Challenge (1)", "MS-CHAPv2 identifier: 7", "MS length: 23",
			"value size: 16", "challenge: "+hex16, "name: gw"), nil},
		{"MSCHAPv2 response", PayloadEAP, mschapv2(2, 2, cat([]byte{49}, sixteen, make([]byte, 8), sixteen, sixteen[:8], []byte{0}, []byte("joe"))...),
			eapLines(response, "62", "type: EAP-MSCHAPv2 (26)", "opcode: Response (2)", "MS-CHAPv2 identifier: 7", "MS length: 57",
				"value size: 49", "peer challenge: "+hex16, "NT response: "+hex16+hex16[:16], "flags: 0", "name: joe"), nil},
		{"MSCHAPv2 failure", PayloadEAP, mschapv2(1, 4, []byte("E=691 R=0")...), eapLines(request, "18",
			"type: EAP-MSCHAPv2 (26)", "opcode: Failure (4)", "MS-CHAPv2 identifier: 7", "MS length: 13", "message: E=691 R=0"), nil},
		{"MSCHAPv2 success response", PayloadEAP, eapBody(2, 26, 3), eapLines(response, "6",
			"type: EAP-MSCHAPv2 (26)", "opcode: Success (3)"), nil},

		{"TLS start", PayloadEAP, eapBody(1, 13, 0x20), eapLines(request, "6", "type: EAP-TLS (13)", "flags: start"), nil},
		{"TLS, first piece", PayloadEAP, eapBody(2, 13, 0xc0, 0, 0, 2, 0, 22, 3, 1, 1, 0xfb, 1, 0), eapLines(response, "17",
			"type: EAP-TLS (13)", "flags: length included, more fragments", "TLS message length: 512", "TLS data: ClientHello"), nil},
		{"TTLS", PayloadEAP, eapBody(1, 21, 0x00, 20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 4, 1, 2, 3, 4), eapLines(request, "21",
			"type: EAP-TTLS (21)", "flags: version 0", "TLS data: change cipher spec, handshake"), nil},
		{"PEAP acknowledges", PayloadEAP, eapBody(2, 25, 0x01), eapLines(response, "6", "type: PEAP (25)", "flags: version 1"), nil},
		{"TEAP", PayloadEAP, eapBody(1, 55, 0x31, 0, 0, 0, 4, 1, 2, 3, 4), eapLines(request, "14", "type: TEAP (55)",
			"flags: start, outer TLV length included, version 1", "outer TLV length: 4", "data: 01020304"), nil},

		{"AKA identity", PayloadEAP, eapBody(2, 23, 5, 0, 0, 14, 3, 0, 7, '0', '1', '@', 'e', 'x', '.', 'c', 0), eapLines(response, "20",
			"type: EAP-AKA (23)", "subtype: AKA-Identity (5)", "attribute: AT_IDENTITY 01@ex.c",
			"  type: AT_IDENTITY (14)", "  length: 12 bytes", "  actual length: 7", "  text: 01@ex.c", "  padding: 00"), nil},
		{"AKA challenge", PayloadEAP, eapBody(1, cat([]byte{50, 1, 0, 0, 1, 5, 0, 0}, sixteen, []byte{24, 1, 0, 1})...), eapLines(request, "32",
			"type: EAP-AKA' (50)", "subtype: AKA-Challenge (1)", "attribute: AT_RAND", "  type: AT_RAND (1)", "  length: 20 bytes",
			"  value: 0000"+hex16, "attribute: AT_KDF 1", "  type: AT_KDF (24)", "  length: 4 bytes", "  value: 1"), nil},
		{"SIM, length 0", PayloadEAP, eapBody(1, 18, 10, 0, 0, 15, 0, 1, 2), eapLines(request, "12", "type: EAP-SIM (18)",
			"subtype: SIM-Start (10)", "not read: 0f000102"), badForm},
		{"identity longer than its attribute", PayloadEAP, eapBody(2, 23, 5, 0, 0, 14, 1, 0xff, 0xff), eapLines(response, "12",
			"type: EAP-AKA (23)", "subtype: AKA-Identity (5)", "attribute: AT_IDENTITY", "  type: AT_IDENTITY (14)",
			"  length: 4 bytes", "  actual length: 65535"), nil},

		{"EAP-5G", PayloadEAP, eapBody(1, 254, 0, 0x28, 0xaf, 0, 0, 0, 3, 1, 0), eapLines(request, "14", "type: expanded (254)",
			"vendor: 3GPP (10415)", "vendor type: EAP-5G (3)", "vendor data: 0100"), nil},
		{"expanded nak", PayloadEAP, eapBody(2, 254, 0, 0, 0, 0, 0, 0, 3), eapLines(response, "12", "type: expanded (254)",
			"vendor: IETF (0)", "vendor type: Nak (3)"), nil},
		{"unknown vendor", PayloadEAP, eapBody(2, 254, 1, 2, 3, 1, 0, 0, 0, 9), eapLines(response, "13", "type: expanded (254)",
			"vendor: 66051", "vendor type: 16777216", "vendor data: 09"), nil},

		{"length too small", PayloadEAP, []byte{1, 7, 0, 3, 1}, eapLines(request, "4", "not read: 01"),
			[]string{"error: EAP: length does not fit the payload"}},
		{"length too great", PayloadEAP, []byte{1, 7, 0, 9, 1}, eapLines(request, "4", "not read: 01"),
			[]string{"error: EAP: length does not fit the payload"}},
		{"bytes behind", PayloadEAP, append(eapBody(3), 1), eapLines("Success (3)", "4", "not read: 01"),
			[]string{"error: EAP: bytes behind the message"}},
	})
	comesBack(t, ParseEAP, identityResponse)
	comesBack(t, ParseEAP, eapBody(3))
	prefixesFail(t, identityResponse, len(identityResponse), ParseEAP)
}

func TestEAPIdentity(t *testing.T) {
	e := must[EAP](t)(ParseEAP(identityResponse))
	if id, ok := e.Identity(); id != "user@example.com" || !ok {
		t.Errorf("%q, %v", id, ok)
	}
	if e.TypeName() != "identity" {
		t.Errorf("%q", e.TypeName())
	}
	for _, b := range [][]byte{eapBody(1, 1, 'x'), eapBody(2, 2, 'x'), eapBody(3)} {
		if _, ok := must[EAP](t)(ParseEAP(b)).Identity(); ok {
			t.Errorf("%x has an identity", b)
		}
	}
	for _, b := range [][]byte{eapBody(3), eapBody(5, 1)} {
		if name := must[EAP](t)(ParseEAP(b)).TypeName(); name != "" {
			t.Errorf("%x is of type %q", b, name)
		}
	}
}

func TestTLSText(t *testing.T) {
	record := []byte{23, 3, 3, 0, 1, 0}
	for _, tt := range []struct {
		b    []byte
		want string
	}{
		{nil, ""},
		{[]byte{22, 3, 3, 0, 4, 2, 0, 0, 0}, "ServerHello"},
		{[]byte{22, 3, 3, 0x40, 0, 99}, "handshake"},
		{[]byte{21, 3, 3, 0, 2, 1, 0}, "alert"},
		{[]byte{1, 2, 3, 4, 5, 6}, "6 bytes"},
		{[]byte{22, 3, 3, 0}, "4 bytes"},
		{[]byte{22, 3, 3, 0, 0}, "handshake"},
		{bytes.Repeat(record, 17), strings.Repeat("application data, ", 16) + "6 bytes"},
	} {
		if got := tlsText(tt.b); got != tt.want {
			t.Errorf("%x: %q, want %q", tt.b, got, tt.want)
		}
	}
}

// A change of password has the one fixed form of MS-CHAPv2 that is long.
func TestMSCHAPv2Change(t *testing.T) {
	body := mschapv2(2, 7, make([]byte, 516+16+16+8+24+2)...)
	fields, found := payloadOf(PayloadEAP, 100, body)
	if found != nil {
		t.Error(found)
	}
	checkCovered(t, fields, 100, body)
	if last := fields[len(fields)-1]; last.Name != "flags" || last.Offset != 100+len(body)-2 {
		t.Errorf("%+v", last)
	}
}

func FuzzEAP(f *testing.F) {
	f.Add(identityResponse)
	f.Add(eapBody(2, 23, 5, 0, 0, 14, 1, 0, 0))
	f.Add(eapBody(1, 254, 0, 0, 0, 0, 0, 0, 3))
	f.Add(eapBody(2, 13, 0xc0, 0, 0, 2, 0, 22, 3, 1, 1, 0xfb, 1, 0))
	f.Add(mschapv2(1, 4, 'E'))
	f.Fuzz(func(t *testing.T, b []byte) {
		fields, _ := payloadOf(PayloadEAP, 100, b)
		checkTree(t, fields, 100, 100+len(b))
		if e, err := ParseEAP(b); err == nil && !bytes.Equal(e.Append(nil), b) {
			t.Errorf("%x comes back as %x", b, e.Append(nil))
		}
	})
}
