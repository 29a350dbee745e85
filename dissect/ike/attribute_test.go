package ike

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func attributesOf(b []byte) (out []Attribute, problem string) {
	a := Attributes{b: b}
	for a.Next() {
		out = append(out, a.Attribute())
	}
	return out, a.problem
}

func TestAttributes(t *testing.T) {
	b := []byte{
		0x80, 0x0e, 0x01, 0x00, // key length 256, short
		0x00, 0x0c, 0x00, 0x03, 0x01, 0x51, 0x80, // life duration 86400 in 3 bytes
		0x40, 0x01, 0x00, 0x00, // private, empty
	}
	got, problem := attributesOf(b)
	want := []Attribute{
		{Type: 14, Short: true, Value: []byte{1, 0}},
		{Type: 12, Value: []byte{1, 0x51, 0x80}},
		{Type: 0x4001, Value: []byte{}},
	}
	if d := cmp.Diff(want, got); d != "" || problem != "" {
		t.Error(d, problem)
	}
	var again []byte
	for _, a := range got {
		again = a.Append(again)
	}
	if !bytes.Equal(again, b) {
		t.Errorf("Append gives %x", again)
	}
	for n := range b {
		whole := n == 0 || n == 4 || n == 11
		if _, problem := attributesOf(b[:n]); (problem == "") != whole {
			t.Errorf("%d bytes: problem %q", n, problem)
		}
	}
}

func TestAttributeUint(t *testing.T) {
	for _, tt := range []struct {
		b    []byte
		want uint64
		ok   bool
	}{
		{nil, 0, false},
		{[]byte{0}, 0, true},
		{[]byte{1, 0}, 256, true},
		{[]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 1<<64 - 1, true},
		{[]byte{0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 1<<64 - 1, true},
		{[]byte{1, 0, 0, 0, 0, 0, 0, 0, 0}, 0, false},
	} {
		if v, ok := (Attribute{Value: tt.b}).Uint(); v != tt.want || ok != tt.ok {
			t.Errorf("%x: %d, %v", tt.b, v, ok)
		}
	}
}
