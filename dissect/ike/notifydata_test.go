package ike

import (
	"bytes"
	"strings"
	"testing"
)

// notifyBody is a notify of the IKE SA, without SPI.
func notifyBody(kind uint16, data ...byte) []byte {
	return append([]byte{0, 0, byte(kind >> 8), byte(kind)}, data...)
}

// ed25519ID is the AlgorithmIdentifier of Ed25519.
var ed25519ID = []byte{0x30, 5, 6, 3, 0x2b, 0x65, 0x70}

func TestNotifyFields(t *testing.T) {
	runBodies(t, []bodyTest{
		{"REKEY_SA", PayloadNotify, []byte{3, 4, 0x40, 0x09, 0xc1, 0x6e, 0xd4, 0x23}, []string{
			"protocol: ESP (3)", "SPI size: 4", "notify type: REKEY_SA (16393)", "SPI: c16ed423"}, nil},
		{"SPI beyond", PayloadNotify, []byte{3, 9, 0x40, 0x09, 1}, []string{"body: 0309400901"},
			[]string{"error: notify: SPI reaches beyond the payload"}},
		{"unknown type", PayloadNotify, notifyBody(9999, 'h', 'i'), []string{
			"protocol: NONE (0)", "SPI size: 0", "notify type: 9999", "data: hi"}, nil},
		{"data where none belong", PayloadNotify, notifyBody(14, 'n', 'o'), []string{
			"protocol: NONE (0)", "SPI size: 0", "notify type: NO_PROPOSAL_CHOSEN (14)", "data: no"},
			[]string{"warning: data are not of the form of NO_PROPOSAL_CHOSEN"}},
		{"hash of 19 bytes", PayloadNotify, notifyBody(16388, make([]byte, 19)...), []string{
			"protocol: NONE (0)", "SPI size: 0", "notify type: NAT_DETECTION_SOURCE_IP (16388)", "not read: " + strings.Repeat("00", 19)},
			[]string{"warning: data are not of the form of NAT_DETECTION_SOURCE_IP"}},
	})
}

// TestNotifyData: each type that has data, in its form, and how it shows.
func TestNotifyData(t *testing.T) {
	for _, tt := range []struct {
		kind uint16
		data []byte
		want string // dump of the data, in one line
		open bool   // a byte less is valid, too
	}{
		{1, []byte{99}, "payload type: 99", true},
		{1, []byte{43}, "payload type: Vendor ID (43)", true},
		{9, []byte{0, 0, 1, 0}, "message ID: 256", false},
		{11, []byte{1, 2, 3, 4}, "SPI: 01020304", false},
		{17, []byte{0, 31}, "wants group: Curve25519 (31)", false},
		{39, []byte{0x45, 0}, "packet: 4500", true},
		{16385, []byte{0, 0, 0, 5}, "window size: 5", false},
		{16387, []byte{0, 9, 2, 7}, "CPI: 9|transform: IPCOMP_DEFLATE (2)|attributes: 07", true},
		{16388, bytes.Repeat([]byte{0xaa}, 20), "SHA-1 of SPIs, address and port: " + strings.Repeat("aa", 20), false},
		{16390, []byte{1, 2}, "cookie: 0102", true},
		{16397, []byte{192, 0, 2, 1}, "address: 192.0.2.1", false},
		{16398, ip6, "address: 2001:db8::1", false},
		{16401, []byte{1, 2, 3, 4, 5, 6, 7, 8}, "cookie: 0102030405060708", true},
		{16402, []byte{10, 0, 0, 1, 10, 0, 0, 2, 1, 0xf4, 0x11, 0x94},
			"source address: 10.0.0.1|destination address: 10.0.0.2|source port: 500|destination port: 4500", false},
		{16402, cat(ip6, ip6, []byte{1, 0xf4, 1, 0xf4}),
			"source address: 2001:db8::1|destination address: 2001:db8::1|source port: 500|destination port: 500", false},
		{16403, []byte{0, 0, 0x0e, 0x10}, "lifetime: 3600 s", false},
		{16407, cat([]byte{1, 4, 192, 0, 2, 9}, []byte{0xaa}), "gateway type: IPv4 address of the VPN gateway (1)|gateway length: 4|gateway: 192.0.2.9|nonce: aa", true},
		{16407, []byte{3, 2, 'g', 'w', 1}, "gateway type: FQDN of the VPN gateway (3)|gateway length: 2|gateway: gw|nonce: 01", true},
		{16408, cat([]byte{2, 16}, ip6), "gateway type: IPv6 address of the VPN gateway (2)|gateway length: 16|gateway: 2001:db8::1", false},
		{16408, []byte{9, 1, 7}, "gateway type: 9|gateway length: 1|gateway: 07", false},
		{16409, []byte{0, 0, 0, 60, 0xab}, "lifetime: 60 s|ticket: ab", true},
		{16413, []byte{0xab}, "ticket: ab", true},
		{16414, []byte{1}, "link ID: 01", true},
		{16416, []byte{0x80, 1, 0, 15, 0x80, 2, 0, 1, 0x80, 3, 0, 12},
			"attribute: Maximum Context Identifier (MAX_CID) 15|  type: Maximum Context Identifier (MAX_CID) (1)|  value: 15|" +
				"attribute: ROHC Profile (ROHC_PROFILE) RTP (1)|  type: ROHC Profile (ROHC_PROFILE) (2)|  value: RTP (1)|" +
				"attribute: ROHC Integrity Algorithm (ROHC_INTEG) AUTH_HMAC_SHA2_256_128 (12)|" +
				"  type: ROHC Integrity Algorithm (ROHC_INTEG) (3)|  value: AUTH_HMAC_SHA2_256_128 (12)", false},
		{16419, []byte{1, 2}, "token: 0102", true},
		{16422, []byte{1, 2, 3, 4, 0, 0, 0, 5, 0, 0, 0, 6},
			"nonce: 01020304|expected send request message ID: 5|expected receive request message ID: 6", false},
		{16423, []byte{0, 0, 0, 9}, "incoming SA delta: 9", false},
		{16423, []byte{0, 0, 0, 1, 0, 0, 0, 0}, "incoming SA delta: 4294967296", false},
		{16424, []byte{0, 1, 0, 3}, "method: PACE (1)|method: Secure PSK Authentication (3)", false},
		{16427, []byte("example"), "domain: example", true},
		{16431, []byte{0, 2, 0, 5, 0x10, 0}, "hash algorithm: SHA2-256 (2)|hash algorithm: Identity (5)|hash algorithm: 4096", false},
		{16434, []byte{0, 5, 18}, "PRF: PRF_HMAC_SHA2_256 (5)|difficulty: 18", false},
		{16436, []byte{2, 'k', '1'}, "PPK ID type: PPK_ID_FIXED (2)|PPK ID: k1", true},
		{16437, []byte{1, 2}, "authentication data: 0102", true},
		{16429, []byte{0, 0, 0, 2}, "sender IDs wanted: 2", false},
		{16446, []byte{2, 'k', '1', 1, 2, 3, 4, 5, 6, 7, 8}, "PPK ID type: PPK_ID_FIXED (2)|PPK ID: k1|PPK confirmation: 0102030405060708", true},
		{16441, []byte{1}, "link: 01", true},
		{16442, []byte{0x83}, "flags: bit 7, congestion control, do not fragment", false},
		{16442, []byte{0}, "flags: none", false},
		{16443, cat([]byte{2, 2, 3, 1, 1, 10, 14, 1}, ed25519ID),
			"announcement: Shared Key Message Integrity Code (2)|  length: 2|  method: Shared Key Message Integrity Code (2)|" +
				"announcement: RSA Digital Signature (1)|  length: 3|  method: RSA Digital Signature (1)|  certificate request: 1|" +
				"announcement: Digital Signature (14), Ed25519|  length: 10|  method: Digital Signature (14)|  certificate request: 1|  algorithm: Ed25519", false},
		{16444, []byte("cpu 3"), "data: cpu 3", true},
		{16396, []byte{1}, "data: 01", true},

		{41041, []byte{1, 0x25}, "length: 1|backoff timer: 5 h", true},
		{41041, []byte{1, 0xe0}, "length: 1|backoff timer: deactivated", true},
		{41101, []byte{0, 9, 1, 0x94, 0x04, 0x52, 0x01, 0x32, 0x54, 0x76, 0xf8}, "length: 9|identity type: IMEI (1)|identity: 494025102345678", true},
		{41101, []byte{0, 1, 2}, "length: 1|identity type: IMEISV (2)", true},
		{41101, []byte{0, 9, 1, 0xaa}, "data: 000901aa", true}, // not 3GPP's
		{41134, []byte{4, 3, 0x03, 0x11, 0xf2}, "length: 4|emergency number: 112|  length: 3|  services: ambulance, police|  digits: 112", true},
		{55502, []byte{10, 0, 0, 1}, "address: 10.0.0.1", true},
		{55503, ip6, "address: 2001:db8::1", true},
		{55506, []byte{0x4e, 0x20}, "port: 20000", true},
		{61520, []byte{5}, "network ID: 5", true},
		{61520, []byte{5, 6}, "data: 0506", true}, // not Fortinet's
	} {
		n := must[Notify](t)(ParseNotify(notifyBody(tt.kind, tt.data...)))
		fields, ok := dataAt(100, n)
		if got := strings.Join(dump(fields), "|"); got != tt.want || !ok {
			t.Errorf("%d: %v, %q, want %q", tt.kind, ok, got, tt.want)
		}
		checkCovered(t, fields, 100, tt.data)
		for i := range tt.data {
			cut := n
			cut.Data = n.Data[:i:i]
			fields, ok := dataAt(100, cut)
			checkCovered(t, fields, 100, cut.Data)
			if i == len(tt.data)-1 && i > 0 && ok != tt.open {
				t.Errorf("%d: with %d of %d bytes, in its form is %v", tt.kind, i, len(tt.data), ok)
			}
		}
	}
}

// Every type of IANA's registry either has data of a known form or has none.
func TestEveryNotifyType(t *testing.T) {
	for v := range 1 << 16 {
		n := Notify{Type: NotifyType(v)}
		name, _ := namesNotifyTypes(uint16(v))
		if fields, ok := dataAt(100, n); len(fields) > 0 || !ok && !n.decodeData(&fieldReader{Tree: new(Tree)}) {
			t.Errorf("%d %s: without data: %v, %v", v, name, fields, ok)
		}
		n.Data = bytes.Repeat([]byte{0xee}, 70)
		fields, ok := dataAt(100, n)
		checkCovered(t, fields, 100, n.Data)
		if name == "" && !ok {
			t.Errorf("%d is not in the registry, and its data have not its form", v)
		}
	}
}

// The types that say something by being there.
func TestNotifiesWithoutData(t *testing.T) {
	for _, name := range []string{
		"INITIAL_CONTACT", "ADDITIONAL_TS_POSSIBLE", "USE_TRANSPORT_MODE", "HTTP_CERT_LOOKUP_SUPPORTED", "REKEY_SA",
		"ESP_TFC_PADDING_NOT_SUPPORTED", "NON_FIRST_FRAGMENTS_ALSO", "NO_ADDITIONAL_ADDRESSES", "UPDATE_SA_ADDRESSES",
		"MULTIPLE_AUTH_SUPPORTED", "REDIRECT_SUPPORTED", "TICKET_REQUEST", "TICKET_ACK", "TICKET_NACK", "USE_WESP_MODE",
		"EAP_ONLY_AUTHENTICATION", "CHILDLESS_IKEV2_SUPPORTED", "IKEV2_FRAGMENTATION_SUPPORTED", "USE_PPK",
		"INTERMEDIATE_EXCHANGE_SUPPORTED", "IP4_ALLOWED", "IP6_ALLOWED", "AUTHENTICATION_FAILED", "TS_UNACCEPTABLE",
	} {
		found := false
		for v := range 1 << 16 {
			if n := (Notify{Type: NotifyType(v), Data: []byte{1}}); n.Type.String() == name {
				_, ok := dataAt(100, n)
				found = !ok
			}
		}
		if !found {
			t.Errorf("%s is not known, or may have data", name)
		}
	}
}

func TestBCD(t *testing.T) {
	for _, tt := range []struct {
		b    []byte
		want string
		ok   bool
	}{
		{nil, "", true},
		{[]byte{0x21, 0x43}, "1234", true},
		{[]byte{0x21, 0xf3}, "123", true},
		{[]byte{0xf1, 0x43}, "", false}, // filled up in the middle
		{[]byte{0x2a}, "", false},
		{[]byte{0xb2}, "", false},
	} {
		if got, ok := bcdDigits(tt.b); got != tt.want || ok != tt.ok {
			t.Errorf("%x: %q, %v", tt.b, got, ok)
		}
	}
}

func FuzzNotifyData(f *testing.F) {
	for _, kind := range []uint16{16387, 16402, 16407, 16416, 16431, 16443, 41101, 41134} {
		f.Add(kind, []byte{1, 4, 192, 0, 2, 1, 0, 0})
	}
	f.Fuzz(func(t *testing.T, kind uint16, data []byte) {
		n := Notify{Type: NotifyType(kind), Data: data}
		fields, _ := dataAt(100, n)
		checkTree(t, fields, 100, 100+len(data))
	})
}
