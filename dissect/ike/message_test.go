package ike

import (
	"encoding/binary"
	"testing"
)

func TestParseLengths(t *testing.T) {
	whole := saInit()
	n := len(whole)
	for _, tt := range []struct {
		name                string
		captured            int
		wireLen             int
		length              uint32
		truncated, overlong bool
		trailing, bytes     int
	}{
		{"exact", n, n, uint32(n), false, false, 0, n},
		{"cut by the capture", 100, n, uint32(n), true, false, 0, 100},
		{"header only captured", 28, n, uint32(n), true, false, 0, 28},
		{"trailing bytes", n, n, uint32(n) - 10, false, false, 10, n - 10},
		{"trailing bytes, cut in front of them", n - 20, n, uint32(n) - 10, true, false, 10, n - 20},
		{"trailing bytes, cut among them", n - 5, n, uint32(n) - 10, false, false, 10, n - 10},
		{"stated length too great", n, n, uint32(n) + 1, false, true, 0, n},
		{"stated length enormous", n, n, 0xffffffff, false, true, 0, n},
		{"stated length enormous, cut", 50, n, 0xffffffff, true, true, 0, 50},
		{"header alone", 28, 28, 28, false, false, 0, 28},
		{"wire length below what there is", n, 0, uint32(n), false, false, 0, n},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := append([]byte{}, whole[:tt.captured]...)
			binary.BigEndian.PutUint32(b[24:], tt.length)
			m, err := Parse(b, tt.wireLen)
			if err != nil {
				t.Fatal(err)
			}
			if m.Truncated != tt.truncated || m.Overlong != tt.overlong || m.Trailing != tt.trailing || len(m.Bytes()) != tt.bytes {
				t.Errorf("truncated %v, overlong %v, trailing %d, bytes %d", m.Truncated, m.Overlong, m.Trailing, len(m.Bytes()))
			}
			if len(m.Body()) != tt.bytes-HeaderLength {
				t.Errorf("body of %d bytes", len(m.Body()))
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for name, change := range map[string]func(b []byte){
		"length 0":        func(b []byte) { binary.BigEndian.PutUint32(b[24:], 0) },
		"length 27":       func(b []byte) { binary.BigEndian.PutUint32(b[24:], 27) },
		"major version 0": func(b []byte) { b[17] = 0x02 },
		"major version 3": func(b []byte) { b[17] = 0x30 },
	} {
		b := saInit()
		change(b)
		m, err := Parse(b, len(b))
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if m.InitiatorSPI != 0x9702480b582147c9 {
			t.Errorf("%s: the header is lost", name)
		}
		if w := m.Walk(); w.Next() || m.Body() != nil {
			t.Errorf("%s: there are payloads", name)
		}
	}
}

func TestParsePrefixes(t *testing.T) {
	b := saInit()
	prefixesFail(t, b, HeaderLength, func(b []byte) (Message, error) { return Parse(b, len(b)) })
}

func TestEncrypted(t *testing.T) {
	for name, tt := range map[string]struct {
		b    []byte
		want bool
	}{
		"IKE_SA_INIT": {saInit(), false},
		"IKE_AUTH":    {auth(), true},
		"SKF": {build(Header{ExchangeType: ExchangeAuth},
			pl{PayloadSKF, []byte{0, 1, 0, 2, 9, 9}}), true},
		"a clear payload in front of SK": {build(Header{ExchangeType: ExchangeAuth},
			pl{PayloadNotify, []byte{0, 0, 0x40, 0}}, pl{PayloadSK, make([]byte, 40)}), true},
		"main mode":  {mainMode(), false},
		"quick mode": {quickMode(), true},
	} {
		m, err := Parse(tt.b, len(tt.b))
		if err != nil {
			t.Fatal(err)
		}
		if m.Encrypted() != tt.want {
			t.Errorf("%s: Encrypted = %v", name, !tt.want)
		}
	}
}
