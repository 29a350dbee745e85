package esp

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var espPacket = []byte{
	0xc1, 0x6e, 0xd4, 0x23, // SPI
	0x00, 0x00, 0x02, 0x8f, // sequence number 655
	1, 2, 3, 4, 5, // body
}

func TestParseESP(t *testing.T) {
	got, err := ParseESP(espPacket)
	if err != nil {
		t.Fatal(err)
	}
	want := ESP{SPI: 0xc16ed423, Seq: 655, Body: []byte{1, 2, 3, 4, 5}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if b := got.Append(nil); !bytes.Equal(b, espPacket) {
		t.Errorf("Append gives %x", b)
	}
}

func TestParseESPPrefixes(t *testing.T) {
	for n := range len(espPacket) {
		e, err := ParseESP(espPacket[:n])
		if n < HeaderLength {
			if !errors.Is(err, ErrShort) {
				t.Errorf("%d bytes: error %v", n, err)
			}
		} else if err != nil || len(e.Body) != n-HeaderLength {
			t.Errorf("%d bytes: body of %d, error %v", n, len(e.Body), err)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		_, _ = ParseESP(espPacket)
		_, _ = ParseAH(ahPacket)
	}); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzESP(f *testing.F) {
	f.Add(espPacket)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseESP(b)
		if err != nil {
			return
		}
		if got := e.Append(nil); !bytes.Equal(got, b) {
			t.Errorf("%x comes back as %x", b, got)
		}
	})
}

func BenchmarkParseESP(b *testing.B) {
	for b.Loop() {
		_, _ = ParseESP(espPacket)
	}
}
