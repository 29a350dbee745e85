package ike

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

func fingerprintText(t *testing.T, b []byte) string {
	t.Helper()
	m := must[Message](t)(Parse(b, len(b)))
	return FingerprintText(&m)
}

// The texts are a promise: a change breaks what users have stored.
func TestFingerprintTextIsStable(t *testing.T) {
	long := []byte{0, 0, 0, 0x14, 1, 1, 0, 1, 0, 0, 0, 0x0c, 1, 0, 0, 12, 0, 9, 0, 0}
	for _, tt := range []struct {
		name, text string
		b          []byte
	}{
		{"two groups", "ikev2:34|33=1.1(1.12/14:256,4.14,4.31)|34|40|41=16388|41=16389|43=76656e646f72",
			initWith(1, twoGroups(31, 14), 31)},
		{"a cookie", "ikev2:34|33=1.1(1.12/14:256,4.14,4.31)|34|40|41=16388|41=16389|43=76656e646f72",
			initWith(1, twoGroups(14, 31), 31, pl{PayloadNotify, []byte{0, 0, 0x40, 0x06, 1}})},
		{"broken", "ikev2:34|33=|34|40|41=16388|41=16389|43=76656e646f72",
			initWith(1, []byte{9}, 31, pl{PayloadNotify, []byte{0}})},
		{"a long attribute", "ikev2:34|33=1.1(1.12/9:x)|34|40|41=16388|41=16389|43=76656e646f72",
			initWith(1, long, 31)},
		{"main mode", "ikev1:2|1=1.1(1.1/1:7/14:256/2:4/3:65001/4:14/11:1/12:x00015180," +
			"2.1/1:5/2:1/3:1/4:4/11:2/12:x00001000/11:1/12:28800)|13=afcad71368a1f1c96b8696fc77570100",
			mainMode()},
	} {
		if got := fingerprintText(t, tt.b); got != tt.text {
			t.Errorf("%s:\n%s, want\n%s", tt.name, got, tt.text)
		}
	}
	m := must[Message](t)(Parse(mainMode(), 1000))
	if got, want := FingerprintHash(&m), "46b26bc92af3edc5"; got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}

// sameKind fails unless text and hash tell the same of two messages.
func sameKind(t *testing.T, texts map[string]uint64, hashes map[uint64]string, m *Message) {
	t.Helper()
	text, hash := FingerprintText(m), Fingerprint(m)
	if old, ok := texts[text]; ok && old != hash {
		t.Errorf("one text, two hashes: %s", text)
	}
	if old, ok := hashes[hash]; ok && old != text {
		t.Errorf("one hash, two texts: %s and %s", old, text)
	}
	texts[text], hashes[hash] = hash, text
}

// Text and hash agree on all messages of the shared captures, and on those with
// one byte changed.
func TestFingerprintTextAgreesWithHash(t *testing.T) {
	texts, hashes := map[string]uint64{}, map[uint64]string{}
	for _, b := range [][]byte{saInit(), mainMode(), initWith(1, twoGroups(31, 14), 31), initWith(2, twoGroups(14, 31), 14)} {
		for at := range b {
			for _, bit := range []byte{0, 1, 0x80} {
				c := bytes.Clone(b)
				c[at] ^= bit
				if m, err := Parse(c, len(c)); err == nil {
					sameKind(t, texts, hashes, &m)
				}
			}
		}
	}
	if len(texts) < 100 {
		t.Errorf("only %d texts", len(texts))
	}
}

func TestFingerprintTextOnSharedCaptures(t *testing.T) {
	testenv.Shared(t, "captures")
	texts, hashes := map[string]uint64{}, map[uint64]string{}
	for file := range captures(t) {
		for _, u := range readUDP(t, file) {
			b, n, ok := u.ike()
			if !ok || !PlausibleOnPort(b, n) {
				continue
			}
			if m, err := Parse(b, n); err == nil {
				sameKind(t, texts, hashes, &m)
			}
		}
	}
	if len(texts) < 50 {
		t.Errorf("only %d texts", len(texts))
	}
}

func FuzzFingerprintText(f *testing.F) {
	for _, b := range [][]byte{saInit(), mainMode(), auth(), initWith(1, twoGroups(31, 14), 31)} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b, len(b))
		if err != nil {
			return
		}
		text, hash := FingerprintText(&m), Fingerprint(&m)
		if len(text) > 16+12*len(b) {
			t.Errorf("%d bytes make %d", len(b), len(text))
		}
		if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Errorf("text %q", text)
		}
		c := bytes.Clone(b) // other SPIs and message ID
		for i := range 16 {
			c[i] ^= 0xff
		}
		c[20] ^= 0xff
		n, err := Parse(c, len(c))
		if err != nil || FingerprintText(&n) != text || Fingerprint(&n) != hash {
			t.Errorf("SPIs or message ID are in the fingerprint")
		}
	})
}
