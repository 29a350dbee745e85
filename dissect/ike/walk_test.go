package ike

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// chain is an IKEv2 message with a critical payload in the middle.
var chain = append(Header{
	InitiatorSPI: 1, NextPayload: PayloadNonce, Version: Version{Major: 2}, ExchangeType: ExchangeSAInit, Length: 28 + 8 + 6 + 4,
}.bytes(),
	0x29, 0x00, 0x00, 0x08, 0xa1, 0xa2, 0xa3, 0xa4, // nonce, then a notify
	0x2b, 0x80, 0x00, 0x06, 0xb1, 0xb2, // notify, critical, then a vendor ID
	0x00, 0x7f, 0x00, 0x04, // vendor ID, empty; reserved bits set
)

func (h Header) bytes() []byte { return h.Append(nil) }

func collect(w Walker) (out []Payload, err error) {
	for w.Next() {
		out = append(out, w.Payload())
	}
	return out, w.Err()
}

func TestWalk(t *testing.T) {
	m := must[Message](t)(Parse(chain, len(chain)))
	got, err := collect(m.Walk())
	if err != nil {
		t.Fatal(err)
	}
	want := []Payload{
		{Type: PayloadNonce, Next: PayloadNotify, Offset: 28, Length: 8, Body: []byte{0xa1, 0xa2, 0xa3, 0xa4}},
		{Type: PayloadNotify, Next: PayloadVendorID, Critical: true, Offset: 36, Length: 6, Body: []byte{0xb1, 0xb2}},
		{Type: PayloadVendorID, Offset: 42, Length: 4, Body: []byte{}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if again := AppendPayload(AppendPayload(nil, PayloadNotify, false, got[0].Body), PayloadVendorID, true, got[1].Body); !bytes.Equal(again, chain[28:42]) {
		t.Errorf("AppendPayload gives %x", again)
	}
}

func TestWalkStopsAtEncrypted(t *testing.T) {
	for _, typ := range []PayloadType{PayloadSK, PayloadSKF} {
		b := build(Header{}, pl{typ, make([]byte, 20)})
		b[28] = byte(PayloadIDi) // the first payload inside
		m := must[Message](t)(Parse(b, len(b)))
		got, err := collect(m.Walk())
		if err != nil || len(got) != 1 || got[0].Type != typ || got[0].Next != PayloadIDi {
			t.Errorf("%v: %+v, %v", typ, got, err)
		}
	}
	b := quickMode()
	m := must[Message](t)(Parse(b, len(b)))
	if got, err := collect(m.Walk()); len(got) != 0 || err != nil {
		t.Errorf("encrypted IKEv1: %+v, %v", got, err)
	}
}

// In IKEv1 46 is no encrypted payload, and the critical bit is reserved.
func TestWalkV1(t *testing.T) {
	b := build(Header{Version: Version{Major: 1}}, pl{46, []byte{1}}, pl{PayloadV1Nonce, []byte{2}})
	b[29] = 0x80
	m := must[Message](t)(Parse(b, len(b)))
	got, err := collect(m.Walk())
	if err != nil || len(got) != 2 || got[0].Critical {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWalkErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(b []byte) []byte
		at     int // offset in the error
		given  int // payloads in front of it
	}{
		"length 0":                 {func(b []byte) []byte { return put16(b, 38, 0) }, 36, 1},
		"length 3":                 {func(b []byte) []byte { return put16(b, 38, 3) }, 36, 1},
		"beyond the message":       {func(b []byte) []byte { return put16(b, 38, 11) }, 36, 1},
		"65535":                    {func(b []byte) []byte { return put16(b, 30, 65535) }, 28, 0},
		"another one is announced": {func(b []byte) []byte { b[42] = 43; return b }, 46, 3},
		"none, but announced":      {func(b []byte) []byte { b[27] = 28; return b }, 28, 0},
		"room for half a header":   {func(b []byte) []byte { b[27] = 44; return b }, 42, 2},
	} {
		b := tt.change(bytes.Clone(chain))
		m := must[Message](t)(Parse(b, len(b)))
		got, err := collect(m.Walk())
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset != tt.at || len(got) != tt.given {
			t.Errorf("%s: %d payloads, %v", name, len(got), err)
		}
	}
}

// A capture that cut the message is no error: the last payload says so.
func TestWalkTruncated(t *testing.T) {
	for n := HeaderLength; n < len(chain); n++ {
		m := must[Message](t)(Parse(chain[:n], len(chain)))
		got, err := collect(m.Walk())
		if err != nil || !m.Truncated {
			t.Fatalf("%d bytes: %v", n, err)
		}
		bytesSeen := 0
		for i, p := range got {
			bytesSeen += 4 + len(p.Body)
			if p.Truncated != (p.Offset+p.Length > n) || p.Truncated && i != len(got)-1 {
				t.Errorf("%d bytes: payload %d: truncated = %v", n, i, p.Truncated)
			}
		}
		if rest := n - HeaderLength - bytesSeen; rest < 0 || rest > 3 {
			t.Errorf("%d bytes: %d of them not shown", n, rest)
		}
	}
	// The same bytes as a whole datagram are malformed.
	for n := HeaderLength; n < len(chain); n++ {
		m := must[Message](t)(Parse(chain[:n], n))
		if _, err := collect(m.Walk()); err == nil && m.Overlong {
			t.Errorf("%d bytes: no error", n)
		}
	}
}

func TestWalkIsBounded(t *testing.T) {
	b := Header{NextPayload: PayloadVendorID, Version: Version{Major: 2}, Length: 65532}.bytes()
	for len(b) < 65532 {
		b = append(b, byte(PayloadVendorID), 0, 0, 4)
	}
	m := must[Message](t)(Parse(b, len(b)))
	got, err := collect(m.Walk())
	if len(got) != maxPayloads || err == nil {
		t.Errorf("%d payloads, %v", len(got), err)
	}
}

func TestWalkPayloads(t *testing.T) {
	got, err := collect(WalkPayloads(chain[28:], PayloadNonce, 2))
	if err != nil || len(got) != 3 || got[2].Offset != 14 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := collect(WalkPayloads(nil, PayloadNone, 2)); len(got) != 0 || err != nil {
		t.Errorf("empty: %+v, %v", got, err)
	}
}

func TestNoAllocationsPerMessage(t *testing.T) {
	for _, b := range [][]byte{saInit(), auth(), mainMode(), quickMode()} {
		sum := 0
		noAllocs(t, "plausible, parse, walk", func() {
			if !Plausible(b, len(b)) || !PlausibleOnPort(b, len(b)) {
				t.Fatal("not plausible")
			}
			m, err := Parse(b, len(b))
			if err != nil {
				t.Fatal(err)
			}
			for w := m.Walk(); w.Next(); {
				sum += len(w.Payload().Body)
			}
			if m.Encrypted() {
				sum++
			}
		})
	}
}

func FuzzWalk(f *testing.F) {
	for _, b := range [][]byte{chain, saInit(), auth(), mainMode(), quickMode()} {
		f.Add(b, 0)
		f.Add(b[:len(b)/2], len(b))
	}
	f.Fuzz(func(t *testing.T, b []byte, wireLen int) {
		m, err := Parse(b, wireLen)
		if err != nil {
			return
		}
		w := m.Walk()
		at := HeaderLength
		for w.Next() {
			p := w.Payload()
			if p.Offset != at || p.Length < 4 || !p.Truncated && len(p.Body) != p.Length-4 {
				t.Fatalf("payload %+v at %d", p, at)
			}
			if p.Truncated && !m.Truncated {
				t.Fatal("a payload is truncated, the message is not")
			}
			at += p.Length
		}
		_ = w.Err()
		_ = m.Encrypted()
		_ = Offer(&m)
		_ = Fingerprint(&m)
	})
}

func BenchmarkWalk(b *testing.B) {
	msg := saInit()
	b.ReportAllocs()
	b.SetBytes(int64(len(msg)))
	for b.Loop() {
		m, _ := Parse(msg, len(msg))
		for w := m.Walk(); w.Next(); {
		}
	}
}
