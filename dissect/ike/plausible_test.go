package ike

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

// change returns b with one byte changed.
func change(b []byte, at int, v byte) []byte {
	b = bytes.Clone(b)
	b[at] = v
	return b
}

func response(b []byte) []byte { return change(b, 19, byte(FlagResponse)) }

func TestPlausible(t *testing.T) {
	cookie := build(Header{InitiatorSPI: 7, ExchangeType: ExchangeSAInit, Flags: FlagResponse},
		pl{PayloadNotify, []byte{0, 0, 0x40, 0x06, 1, 2, 3, 4}})
	invalidSPI := build(Header{InitiatorSPI: 7, ResponderSPI: 8, ExchangeType: ExchangeInformational, MessageID: 9},
		pl{PayloadNotify, []byte{0, 0, 0, 4}})
	skf := build(Header{InitiatorSPI: 1, ResponderSPI: 2, ExchangeType: ExchangeAuth, MessageID: 1},
		pl{PayloadSKF, append([]byte{0, 2, 0, 3}, make([]byte, 90)...)})
	v1frag := build(Header{InitiatorSPI: 1, ResponderSPI: 2, Version: Version{Major: 1}, ExchangeType: ExchangeV1Main},
		pl{PayloadV1Fragment, append([]byte{0, 1, 1, 0}, make([]byte, 100)...)})
	v1info := build(Header{InitiatorSPI: 1, Version: Version{Major: 1}, ExchangeType: ExchangeV1Informational, MessageID: 5},
		pl{PayloadV1Notify, []byte{0, 0, 0, 1, 1, 0, 0, 14}})
	padded := append(mainMode(), 0, 0)
	binary.BigEndian.PutUint32(padded[24:], uint32(len(padded)))
	header := Header{InitiatorSPI: 1, ResponderSPI: 2, Version: Version{Major: 2}, ExchangeType: ExchangeInformational, Length: 28}.bytes()
	followup := build(Header{InitiatorSPI: 1, ResponderSPI: 2, ExchangeType: ExchangeFollowupKE, MessageID: 3},
		pl{PayloadSK, make([]byte, 60)})

	for _, tt := range []struct {
		name            string
		b               []byte
		strict, lenient bool
	}{
		{"IKE_SA_INIT", saInit(), true, true},
		{"its response", response(change(saInit(), 15, 9)), true, true},
		{"cookie", cookie, true, true},
		{"IKE_AUTH", auth(), true, true},
		{"IKE_AUTH in fragments", skf, true, true},
		{"notify outside an SA", invalidSPI, true, true},
		{"header alone", header, true, true},
		{"IKE_FOLLOWUP_KE", followup, true, true},
		{"main mode", mainMode(), true, true},
		{"main mode, padded", padded, true, true},
		{"IKEv1 in fragments", v1frag, true, true},
		{"IKEv1 notification in clear", v1info, true, true},
		{"quick mode", quickMode(), true, true},
		{"minor version above", change(saInit(), 17, 0x21), true, true},
		{"private exchange", change(auth(), 18, 250), true, true},

		// Broken, but worth seeing on the ports of IKE.
		{"initiator SPI of zero", build(Header{ExchangeType: ExchangeSAInit}, pl{PayloadSA, saBody}), false, true},
		{"responder SPI in the first request", change(saInit(), 15, 9), false, true},
		{"IKE_SA_INIT with message ID 1", change(saInit(), 23, 1), false, true},
		{"IKE_AUTH in clear", build(Header{InitiatorSPI: 1, ResponderSPI: 2, ExchangeType: ExchangeAuth}, pl{PayloadIDi, make([]byte, 9)}), false, true},
		{"no responder SPI in IKE_AUTH", change(auth(), 15, 0), false, true},
		{"reserved flag", change(saInit(), 19, 0x48), false, true},
		{"reserved flag, IKEv1", change(mainMode(), 19, 0x08), false, true},
		{"unassigned exchange", change(auth(), 18, 45), false, true},
		{"unassigned exchange, IKEv1", change(mainMode(), 18, 16), false, true},
		{"stated length one less", change(saInit(), 27, saInit()[27]-1), false, true},
		{"stated length one more", change(saInit(), 27, saInit()[27]+1), false, true},
		{"trailing byte", append(saInit(), 0), false, true},
		{"broken chain", change(saInit(), 31, 0), false, true},
		{"unassigned payload", change(saInit(), 28, 60), false, true},
		{"chain ends early", change(saInit(), 28, 0), false, true},
		{"main mode with a message ID", change(mainMode(), 23, 1), false, true},
		{"quick mode without one", put16(put16(quickMode(), 20, 0), 22, 0), false, true},
		{"fragment 0", change(skf, 33, 0), false, true},
		{"fragment 4 of 3", change(skf, 33, 4), false, true},
		{"odd length of a block cipher", change(append(quickMode(), 0), 27, quickMode()[27]+1), false, true},
		{"IKEv1 payload in IKEv2", change(saInit(), 16, 1), false, true},

		// No IKE anywhere.
		{"version 0", change(saInit(), 17, 0), false, false},
		{"version 1.1", change(mainMode(), 17, 0x11), false, false},
		{"version 3.0", change(saInit(), 17, 0x30), false, false},
		{"IKEv1 exchange in IKEv2", change(saInit(), 18, 2), false, false},
		{"exchange 0 in IKEv1", change(mainMode(), 18, 0), false, false},
		{"length 0", put16(put16(mainMode(), 24, 0), 26, 0), false, false},
		{"27 bytes", saInit()[:27], false, false},
		{"empty", nil, false, false},
	} {
		if got := Plausible(tt.b, len(tt.b)); got != tt.strict {
			t.Errorf("%s: Plausible = %v", tt.name, got)
		}
		if got := PlausibleOnPort(tt.b, len(tt.b)); got != tt.lenient {
			t.Errorf("%s: PlausibleOnPort = %v", tt.name, got)
		}
	}
}

// A message stays plausible however short the capture cut it, down to its
// header.
func TestPlausibleTruncated(t *testing.T) {
	for _, b := range [][]byte{saInit(), auth(), mainMode(), quickMode()} {
		for n := range b {
			want := n >= HeaderLength
			if Plausible(b[:n], len(b)) != want || PlausibleOnPort(b[:n], len(b)) != want {
				t.Fatalf("%d of %d bytes: not %v", n, len(b), want)
			}
		}
	}
}

// Datagrams of other protocols, as their specifications draw them.
func TestPlausibleRefusesOthers(t *testing.T) {
	pad := func(s string, n int) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return append(b, bytes.Repeat([]byte{0x5a}, max(0, n-len(b)))...)
	}
	for name, b := range map[string][]byte{
		"DNS query":            pad("1a2b0100000100000000000003777777076578616d706c6503636f6d0000010001", 0),
		"DNS answer":           pad("1a2b8180000100010000000003777777076578616d706c6503636f6d0000010001c00c0001000100000e100004c0000201", 0),
		"QUIC initial":         pad("c300000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11", 1200),
		"QUIC short header":    pad("4f1122334455667788", 60),
		"WireGuard initiation": pad("01000000d4f1a2b3", 148),
		"WireGuard response":   pad("02000000d4f1a2b3c4d5e6f7", 92),
		"WireGuard data":       pad("04000000d4f1a2b30100000000000000", 128),
		"DTLS hello":           pad("16fefd000000000000000000760100006a0000000000006afefd", 131),
		"DTLS data":            pad("17fefd0001000000000005004f", 92),
		"OpenVPN reset":        pad("38a1b2c3d4e5f607080000000000", 42),
		"RTP":                  pad("80e0123400015180cafebabe", 172),
		"STUN":                 pad("000100002112a442b7e7a701bc34d686fa87dfae", 20),
		"NTP":                  pad("240106ec0000000000000000", 48),
		"SIP":                  []byte("OPTIONS sip:alice@example.com SIP/2.0\r\nVia: SIP/2.0/UDP host\r\n\r\n"),
		"all zeros":            make([]byte, 1000),
		"all ones":             bytes.Repeat([]byte{0xff}, 1000),
	} {
		if Plausible(b, len(b)) {
			t.Errorf("%s is taken for IKE", name)
		}
		if PlausibleOnPort(b, len(b)) {
			t.Errorf("%s is taken for IKE on its port", name)
		}
	}
}

// Random datagrams never pass the strict test, not even with a header that is
// right but for what random payloads cannot fake; few pass the lenient one.
func TestPlausibleRefusesRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var b [256]byte
	lenient := 0
	const tries = 500_000
	for i := range tries {
		for j := 0; j < len(b); j += 8 {
			binary.BigEndian.PutUint64(b[j:], r.Uint64())
		}
		if Plausible(b[:], len(b)) {
			t.Fatalf("%x is taken for IKE", b)
		}
		if PlausibleOnPort(b[:], len(b)) {
			lenient++
		}
		if i%10 == 0 { // version, flags and length right, the rest random
			b[17], b[19] = 0x20, 0x08
			binary.BigEndian.PutUint32(b[24:], uint32(len(b)))
			if Plausible(b[:], len(b)) {
				t.Fatalf("%x is taken for IKE", b)
			}
		}
	}
	if lenient > tries/100 {
		t.Errorf("%d of %d random datagrams pass the lenient test", lenient, tries)
	}
}

func FuzzPlausible(f *testing.F) {
	for _, b := range [][]byte{saInit(), auth(), mainMode(), quickMode()} {
		f.Add(b, len(b))
		f.Add(b[:40], len(b))
	}
	f.Fuzz(func(t *testing.T, b []byte, wireLen int) {
		if !Plausible(b, wireLen) {
			return
		}
		if !PlausibleOnPort(b, wireLen) {
			t.Error("plausible on any port, but not on its own")
		}
		m, err := Parse(b, wireLen)
		if err != nil || m.Overlong || m.Trailing != 0 {
			t.Errorf("plausible, but %+v, %v", m, err)
		}
		if _, err := collect(m.Walk()); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkPlausibleRandom(b *testing.B) {
	msg := bytes.Repeat([]byte{0x20, 0x22, 0x7a}, 100)
	b.ReportAllocs()
	for b.Loop() {
		Plausible(msg, len(msg))
	}
}
