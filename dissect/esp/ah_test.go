package esp

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var ahPacket = []byte{
	0x32,       // next header: ESP
	0x04,       // payload length: (4+2)*4 = 24 bytes of header
	0x00, 0x00, // reserved
	0x00, 0x00, 0x10, 0x01, // SPI
	0x00, 0x00, 0x00, 0x07, // sequence number
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, // ICV
	0xaa, 0xbb, // payload
}

func TestParseAH(t *testing.T) {
	got, err := ParseAH(ahPacket)
	if err != nil {
		t.Fatal(err)
	}
	want := AH{
		NextHeader: 50, Length: 24, SPI: 0x1001, Seq: 7,
		ICV: ahPacket[12:24], Payload: []byte{0xaa, 0xbb},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got.Truncated() {
		t.Error("a whole header is called truncated")
	}
	if b := got.Append(nil); !bytes.Equal(b, ahPacket) {
		t.Errorf("Append gives %x", b)
	}
}

func TestParseAHPrefixes(t *testing.T) {
	for n := range len(ahPacket) {
		a, err := ParseAH(ahPacket[:n])
		switch {
		case n < MinAHLength:
			if !errors.Is(err, ErrShort) {
				t.Errorf("%d bytes: error %v", n, err)
			}
		case err != nil:
			t.Errorf("%d bytes: %v", n, err)
		case a.Truncated() != (n < 24):
			t.Errorf("%d bytes: truncated = %v", n, a.Truncated())
		case len(a.ICV)+len(a.Payload) != n-MinAHLength:
			t.Errorf("%d bytes: ICV of %d and payload of %d", n, len(a.ICV), len(a.Payload))
		}
	}
}

func TestParseAHLength(t *testing.T) {
	b := bytes.Clone(ahPacket)
	b[1] = 0 // 8 bytes of header
	if _, err := ParseAH(b); !errors.Is(err, ErrAHLength) {
		t.Errorf("error %v", err)
	}
	b[1] = 255 // 1028 bytes, far beyond the packet
	a, err := ParseAH(b)
	if err != nil || a.Length != 1028 || !a.Truncated() || len(a.Payload) != 0 {
		t.Errorf("%+v, %v", a, err)
	}
}

func FuzzAH(f *testing.F) {
	f.Add(ahPacket)
	f.Add(ahPacket[:13])
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ParseAH(b)
		if err != nil {
			return
		}
		got := a.Append(nil)
		want := bytes.Clone(b)
		want[2], want[3] = 0, 0 // reserved bits are not kept
		if !bytes.Equal(got, want) {
			t.Errorf("%x comes back as %x", b, got)
		}
	})
}
