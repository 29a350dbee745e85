package ike

import (
	"encoding/hex"
	"net/netip"
	"testing"
)

// The wanted hashes were computed by another program, from the text of
// RFC 7296 2.23 and RFC 3947 3.2.

func TestNATDetectionHash(t *testing.T) {
	got := NATDetectionHash(0x1d3827fc604e04cb, 0, netip.MustParseAddrPort("192.0.2.10:500"))
	if s := hex.EncodeToString(got[:]); s != "23985775b22593b4326dae6c60ed2d9e9c2641d6" {
		t.Error(s)
	}
	mapped := NATDetectionHash(0x1d3827fc604e04cb, 0, netip.MustParseAddrPort("[::ffff:192.0.2.10]:500"))
	if mapped != got {
		t.Error("an IPv4 address mapped into IPv6 has another hash")
	}
}

func TestNATDetectionMatches(t *testing.T) {
	addr := netip.MustParseAddrPort("[2001:db8::1]:4500")
	other := netip.MustParseAddrPort("[2001:db8::1]:4501")
	for name, sum := range map[string]string{
		"MD5":      "e7d2fbc79ecad7655256b1fa3be1d27a",
		"SHA-1":    "8682f79c96ab5c8788875b2097ecc527bb43b4b2",
		"SHA2-256": "cb8d8abfd9aa1b9dcc3e6fbb4cfcc31f3b06b59d21e169d42fd669298b2bd1a0",
		"SHA2-384": "0e6448dda3ea3d28b77c0c9618729c4f9d8a2729e07a88d52db0b0500b0a547282966b5061b0c8d0c6b06507b58229ca",
		"SHA2-512": "34b1b41bddac19d98db2093ab1e2bf905843bdb3e514a97e379523e1f8a8acadd5820d4dde21f5d610bbdaf194a6af04f8a13ab72f9c9408502d8d92d2d8863c",
	} {
		hash, err := hex.DecodeString(sum)
		if err != nil {
			t.Fatal(err)
		}
		for _, major := range []uint8{1, 2} {
			m := Message{Header: Header{InitiatorSPI: 1, ResponderSPI: 2, Version: Version{Major: major}}}
			if !NATDetectionMatches(&m, hash, addr) {
				t.Errorf("%s, version %d: no match", name, major)
			}
			// IKEv2 knows SHA-1 only; what it cannot check is no proof.
			provable := major == 1 || name == "SHA-1"
			if NATDetectionMatches(&m, hash, other) == provable {
				t.Errorf("%s, version %d: another port: match = %v", name, major, provable)
			}
		}
	}
	m := Message{Header: Header{Version: Version{Major: 1}}}
	if !NATDetectionMatches(&m, make([]byte, 24), addr) || !NATDetectionMatches(&m, nil, addr) {
		t.Error("a hash that cannot be checked is taken for proof of a NAT")
	}
	hash := make([]byte, 20)
	noAllocs(t, "NATDetectionMatches", func() { NATDetectionMatches(&m, hash, addr) })
}
