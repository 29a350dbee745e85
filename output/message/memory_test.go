package message

import (
	"bytes"
	"encoding/json"
	"strconv"
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

func TestMemoryIsBounded(t *testing.T) {
	var m memory[int]
	for i := range 3 * maxRemembered {
		key := []byte(strconv.Itoa(i))
		m.put(key, i, 0)
		if v, ok := m.get(key); !ok || v != i {
			t.Fatalf("%d is forgotten at once", i)
		}
		if len(m.known) > maxRemembered {
			t.Fatalf("%d values", len(m.known))
		}
	}
	m = memory[int]{}
	for i := range 1000 {
		m.put([]byte(strconv.Itoa(i)), i, maxRememberedOne-8)
		if m.bytes > maxRememberedBytes {
			t.Fatalf("%d bytes", m.bytes)
		}
	}
	m.put([]byte("large"), 1, maxRememberedOne)
	if _, ok := m.get([]byte("large")); ok {
		t.Error("a large value is remembered")
	}
}

// What is written from memory is what is written the first time, wherever a
// payload lies and whatever came between.
func TestTreeFromMemory(t *testing.T) {
	sa := payload{ike.PayloadSA, saGCM}
	vendor := payload{ike.PayloadVendorID, []byte("maker 1.0")}
	broken := payload{ike.PayloadSA, saGCM[:len(saGCM)-1]}
	h := ike.Header{InitiatorSPI: 1, Version: ike.Version{Major: 2}, ExchangeType: ike.ExchangeSAInit, Flags: ike.FlagInitiator}
	v1 := ike.Header{InitiatorSPI: 1, Version: ike.Version{Major: 1}, ExchangeType: ike.ExchangeV1Main}
	var used jsonTree
	for range 3 {
		for i, b := range [][]byte{
			message(h, sa, vendor), message(h, vendor, sa), message(h, vendor, vendor, broken), message(h, broken),
			message(v1, payload{ike.PayloadV1VendorID, []byte("maker 1.0")}), message(h, sa), message(h, sa, vendor)[:60],
		} {
			var s summary
			s.m, _ = ike.Parse(b, max(len(b), 80))
			got := used.append(nil, &s)
			if want := new(jsonTree).append(nil, &s); !bytes.Equal(got, want) {
				t.Errorf("message %d:\n%s\nwant\n%s", i, got, want)
			}
			if text := append(append([]byte(`{"x":0`), got...), '}'); !json.Valid(text) {
				t.Errorf("message %d: no JSON: %s", i, text)
			}
		}
	}
	if len(used.known.known) == 0 {
		t.Error("nothing is remembered")
	}
}

func TestPlain(t *testing.T) {
	for n := range 20 {
		s := bytes.Repeat([]byte("~ Az09"), 4)[:n]
		if !plain(s) {
			t.Errorf("%q is not plain", s)
		}
		for i := range s {
			for c := range 256 {
				b := bytes.Clone(s)
				b[i] = byte(c)
				want := c >= ' ' && c <= '~' && c != '"' && c != '\\'
				if plain(b) != want {
					t.Errorf("%q: plain is not %v", b, want)
				}
			}
		}
	}
}
