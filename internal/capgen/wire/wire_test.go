package wire

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func check(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	if !bytes.Equal(got, unhex(t, want)) {
		t.Errorf("%s:\n got %x\nwant %s", what, got, strings.ReplaceAll(want, " ", ""))
	}
}

// The example of RFC 1071 3: the words 0001 f203 f4f5 f6f7 sum to ddf2.
func TestSum(t *testing.T) {
	if got := sum(0, []byte{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}); got != 0xddf2 {
		t.Errorf("sum = %04x", got)
	}
	if got := sum(0, []byte{0x00, 0x01, 0xf2}); got != 0xf201 {
		t.Errorf("sum of an odd number of bytes = %04x", got)
	}
}

func TestMessage(t *testing.T) {
	h := Header{InitiatorSPI: 0x1122334455667788, ResponderSPI: 0x99aabbccddeeff00, Version: 0x20,
		Exchange: ExchangeInit, Flags: FlagInitiator, MessageID: 0}
	check(t, "message", Message(h, Nonce([]byte{1, 2, 3, 4}), Notify(NotifyCookie, []byte{9})),
		"1122334455667788 99aabbccddeeff00"+ // SPIs
			"28 20 22 08 00000000 0000002d"+ // next payload Nonce, 2.0, IKE_SA_INIT, I, ID, length 45
			"29 00 0008 01020304"+ // Nonce; a notify follows
			"00 00 0009 00 00 4006 09") // the last: no protocol, no SPI, COOKIE
}

func TestSA(t *testing.T) {
	check(t, "SA", SA(1, []Transform{AES256CBC, X25519}).Body,
		"00 00 001c 01 01 00 02"+ // last proposal, 28 bytes, number 1, IKE, no SPI, 2 transforms
			"03 00 000c 01 00 000c 800e0100"+ // more follow: ENCR_AES_CBC, key length 256
			"00 00 0008 04 00 001f") // last: group 31
}

func TestV1SA(t *testing.T) {
	check(t, "SA", V1SA(1, V1Transform{Encryption: 5, Hash: 2, Auth: AuthPSK, Group: 2, Lifetime: 28800}).Body,
		"00000001 00000001"+ // DOI IPsec, identity only
			"00 00 002c 01 01 00 01"+ // last proposal, 44 bytes, number 1, ISAKMP, no SPI, 1 transform
			"00 00 0024 01 01 0000"+ // last transform, 36 bytes, number 1, KEY_IKE
			"80010005 80020002 80040002 80030001"+ // 3DES, SHA-1, group 2, PSK
			"800b0001 000c0004 00007080") // seconds, 28800
}

// The source hash is SHA-1 over SPIs, address and port.
func TestNATDetection(t *testing.T) {
	p := NATDetection(1, 2, netip.MustParseAddrPort("192.0.2.1:500"), netip.MustParseAddrPort("192.0.2.2:4500"))
	want := natHash(1, 2, netip.MustParseAddrPort("192.0.2.1:500"))
	if len(p) != 2 || !bytes.Equal(p[0].Body[4:], want) || bytes.Equal(p[1].Body[4:], want) {
		t.Errorf("payloads %x", p)
	}
	check(t, "notify", p[0].Body[:4], "00 00 4004")
	v1 := V1NATDetection(1, 2, netip.MustParseAddrPort("192.0.2.1:500"), netip.MustParseAddrPort("192.0.2.2:4500"))
	if !bytes.Equal(v1[1].Body, want) {
		t.Error("IKEv1 has the receiver's hash first")
	}
}

// Fragments put behind each other give the payload, and say where they belong.
func TestFragments(t *testing.T) {
	payload := bytes.Repeat([]byte{1, 2, 3, 4, 5, 6, 7}, 300)
	for _, a := range []string{"192.0.2.1", "2001:db8::1"} {
		h := IPHeader{Src: netip.MustParseAddr(a), Dst: netip.MustParseAddr(a), Proto: ProtoUDP, TTL: 9}
		parts := Fragments(h, 77, payload, 1448)
		if len(parts) != 2 {
			t.Fatalf("%s: %d fragments", a, len(parts))
		}
		headers := 20
		if h.Src.Is6() {
			headers = 48
			check(t, a, parts[0][40:48], "11 00 0001 0000004d")
			check(t, a, parts[1][40:48], "11 00 05a8 0000004d")
		} else {
			check(t, a, parts[0][4:8], "004d 2000")
			check(t, a, parts[1][4:8], "004d 00b5")
		}
		if got := append(append([]byte{}, parts[0][headers:]...), parts[1][headers:]...); !bytes.Equal(got, payload) {
			t.Errorf("%s: fragments do not give the payload", a)
		}
	}
}

func TestSegment(t *testing.T) {
	src, dst := netip.MustParseAddrPort("192.0.2.1:49152"), netip.MustParseAddrPort("192.0.2.2:4500")
	s := Segment{Seq: 0x01020304, Ack: 0x05060708, Flags: TCPAck | TCPPsh, Window: 0x1000, Payload: []byte("IKETCP")}
	b := s.Bytes(src, dst)
	check(t, "segment", b[:16], "c000 1194"+ // ports 49152, 4500
		"01020304 05060708"+ // sequence number, acknowledgment
		"50 18 1000") // 20 bytes of header, PSH and ACK, window
	check(t, "payload", b[20:], "494b45544350")
	if transportSum(src.Addr(), dst.Addr(), ProtoTCP, b) != 0 {
		t.Errorf("wrong checksum: %x", b)
	}
}
