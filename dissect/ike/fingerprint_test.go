package ike

import (
	"bytes"
	"testing"
)

// initWith makes an IKE_SA_INIT whose variable parts all depend on seed.
func initWith(seed byte, sa []byte, group byte, extra ...pl) []byte {
	fill := func(n int) []byte { return bytes.Repeat([]byte{seed}, n) }
	payloads := append([]pl{}, extra...)
	payloads = append(payloads,
		pl{PayloadSA, sa},
		pl{PayloadKE, append([]byte{0, group, 0, 0}, fill(32)...)},
		pl{PayloadNonce, fill(32)},
		pl{PayloadNotify, append([]byte{0, 0, 0x40, 0x04}, fill(20)...)},
		pl{PayloadNotify, append([]byte{0, 0, 0x40, 0x05}, fill(20)...)},
		pl{PayloadVendorID, []byte("vendor")},
	)
	return build(Header{InitiatorSPI: SPI(seed) << 8, ExchangeType: ExchangeSAInit, Flags: FlagInitiator}, payloads...)
}

func fingerprint(t *testing.T, b []byte) uint64 {
	t.Helper()
	m := must[Message](t)(Parse(b, len(b)))
	return Fingerprint(&m)
}

// twoGroups offers groups a and b in this order.
func twoGroups(a, b byte) []byte {
	return []byte{
		0, 0, 0, 0x24, 1, 1, 0, 3,
		3, 0, 0, 0x0c, 1, 0, 0, 12, 0x80, 0x0e, 1, 0,
		3, 0, 0, 8, 4, 0, 0, a,
		0, 0, 0, 8, 4, 0, 0, b,
	}
}

func TestFingerprintStays(t *testing.T) {
	cookie := pl{PayloadNotify, append([]byte{0, 0, 0x40, 0x06}, make([]byte, 16)...)}
	want := fingerprint(t, initWith(1, twoGroups(31, 14), 31))
	for name, b := range map[string][]byte{
		"other SPI, nonce, key and hashes": initWith(2, twoGroups(31, 14), 31),
		"with a cookie":                    initWith(1, twoGroups(31, 14), 31, cookie),
		"the other group first":            initWith(3, twoGroups(14, 31), 14),
	} {
		if got := fingerprint(t, b); got != want {
			t.Errorf("%s: %x, want %x", name, got, want)
		}
	}
}

func TestFingerprintTells(t *testing.T) {
	base := initWith(1, twoGroups(31, 14), 31)
	seen := map[uint64]string{fingerprint(t, base): "base"}
	at := func(b []byte, old, new string) []byte {
		if !bytes.Contains(b, []byte(old)) {
			t.Fatalf("%x has no %x", b, old)
		}
		return bytes.Replace(b, []byte(old), []byte(new), 1)
	}
	keyed := twoGroups(31, 14)
	keyed[18] = 0 // 128 bits
	keyed[19] = 128
	for name, b := range map[string][]byte{
		"another group offered":   initWith(1, twoGroups(31, 15), 31),
		"a group twice":           initWith(1, twoGroups(31, 31), 31),
		"another key length":      initWith(1, keyed, 31),
		"another vendor ID":       at(base, "vendor", "VENDOR"),
		"another notify":          at(base, "\x00\x00\x40\x05", "\x00\x00\x40\x06"),
		"a payload more":          initWith(1, twoGroups(31, 14), 31, pl{PayloadVendorID, nil}),
		"another exchange":        change(base, 18, byte(ExchangeSessionResume)),
		"IKEv1":                   mainMode(),
		"another IKEv1 transform": at(mainMode(), "\x80\x0e\x01\x00", "\x80\x0e\x00\x80"),
	} {
		got := fingerprint(t, b)
		if other, ok := seen[got]; ok {
			t.Errorf("%s has the fingerprint of: %s", name, other)
		}
		seen[got] = name
	}
}

func TestFingerprintWithoutAllocations(t *testing.T) {
	for _, b := range [][]byte{saInit(), mainMode()} {
		m := must[Message](t)(Parse(b, len(b)))
		noAllocs(t, "Fingerprint", func() { Fingerprint(&m) })
	}
}
