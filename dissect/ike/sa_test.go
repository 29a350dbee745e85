package ike

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// saBody offers AES-256-CBC or ChaCha20 for IKE, then ESP with an SPI.
var saBody = []byte{
	// proposal 1
	0x02, 0x00, 0x00, 0x3c, // more, reserved, length 60
	0x01, 0x01, 0x00, 0x06, // number 1, IKE, no SPI, 6 transforms
	0x03, 0x00, 0x00, 0x0c, 0x01, 0x00, 0x00, 0x0c, 0x80, 0x0e, 0x01, 0x00, // ENCR AES_CBC, 256 bits
	0x03, 0x00, 0x00, 0x08, 0x01, 0x00, 0x00, 0x1c, // ENCR CHACHA20_POLY1305
	0x03, 0x00, 0x00, 0x08, 0x02, 0x00, 0x00, 0x05, // PRF HMAC_SHA2_256
	0x03, 0x00, 0x00, 0x08, 0x03, 0x00, 0x00, 0x0c, // INTEG HMAC_SHA2_256_128
	0x03, 0x00, 0x00, 0x08, 0x04, 0x00, 0x00, 0x1f, // KE Curve25519
	0x00, 0x00, 0x00, 0x08, 0x06, 0x00, 0x00, 0x24, // ADDKE1 ML-KEM-768
	// proposal 2
	0x00, 0x00, 0x00, 0x20, // last, reserved, length 32
	0x02, 0x03, 0x04, 0x02, // number 2, ESP, SPI of 4 bytes, 2 transforms
	0xc1, 0x6e, 0xd4, 0x23, // SPI
	0x03, 0x00, 0x00, 0x0c, 0x01, 0x00, 0x00, 0x14, 0x80, 0x0e, 0x00, 0x80, // ENCR AES_GCM_16, 128 bits
	0x00, 0x00, 0x00, 0x08, 0x05, 0x00, 0x00, 0x01, // ESN
}

type flatTransform struct {
	Type TransformType
	ID   uint16
	Key  uint16
	Name string
}

type flatProposal struct {
	Number     uint8
	Protocol   ProtocolID
	SPI        []byte
	Transforms []flatTransform
}

func flatten(s SA) (out []flatProposal) {
	for i := s.Proposals(); i.Next(); {
		p := i.Proposal()
		f := flatProposal{p.Number, p.Protocol, bytes.Clone(p.SPI), nil}
		for j := p.Transforms(); j.Next(); {
			t := j.Transform()
			f.Transforms = append(f.Transforms, flatTransform{t.Type, t.ID, t.KeyLength(), t.Name()})
		}
		out = append(out, f)
	}
	return out
}

func TestParseSA(t *testing.T) {
	sa, err := ParseSA(saBody)
	if err != nil {
		t.Fatal(err)
	}
	want := []flatProposal{
		{1, ProtocolIKE, []byte{}, []flatTransform{
			{TransformEncryption, 12, 256, "AES_CBC_256"},
			{TransformEncryption, 28, 0, "CHACHA20_POLY1305"},
			{TransformPRF, 5, 0, "PRF_HMAC_SHA2_256"},
			{TransformIntegrity, 12, 0, "HMAC_SHA2_256_128"},
			{TransformKeyExchange, 31, 0, "CURVE_25519"},
			{TransformAddKE1, 36, 0, "ML_KEM_768"},
		}},
		{2, ProtocolESP, []byte{0xc1, 0x6e, 0xd4, 0x23}, []flatTransform{
			{TransformEncryption, 20, 128, "AES_GCM_16_128"},
			{TransformESN, 1, 0, "EXT_SEQ"},
		}},
	}
	if d := cmp.Diff(want, flatten(sa)); d != "" {
		t.Error(d)
	}
	if b := sa.Append(nil); !bytes.Equal(b, saBody) {
		t.Errorf("Append gives\n%x, want\n%x", b, saBody)
	}
}

func TestParseSAPrefixes(t *testing.T) {
	prefixesFail(t, saBody, len(saBody), ParseSA)
	for n := range saBody {
		sa, _ := ParseSA(saBody[:n])
		want := 0
		if n >= 60 {
			want = 1
		}
		if got := len(flatten(sa)); got != want {
			t.Errorf("%d bytes hold %d proposals, want %d", n, got, want)
		}
	}
}

func TestParseSAErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		at   int
		v    byte
		off  int // in the error
		kept int // proposals that can still be read
	}{
		"proposal length 7":              {3, 7, 0, 0},
		"proposal length beyond":         {63, 0x21, 60, 1},
		"proposal says last, is not":     {0, 0, 60, 1},
		"proposal says more, is last":    {60, 2, 92, 2},
		"first byte is nonsense":         {60, 9, 60, 1},
		"SPI beyond":                     {66, 0x20, 66, 1},
		"wrong number of transforms":     {7, 5, 7, 1},
		"transform length 0":             {11, 0, 8, 0},
		"transform length beyond":        {87, 0x09, 84, 1},
		"transform says last, is not":    {8, 0, 20, 0},
		"transform says more, is last":   {52, 3, 60, 0},
		"transform of another kind":      {20, 2, 20, 0},
		"attribute length beyond":        {16, 0, 16, 0},
		"attribute cut by its container": {11, 0x0a, 16, 0},
	} {
		b := bytes.Clone(saBody)
		b[tt.at] = tt.v
		sa, err := ParseSA(b)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%s: error %v", name, err)
			continue
		}
		if got := len(flatten(sa)); got != tt.kept || syntax.Offset != tt.off {
			t.Errorf("%s: %d proposals kept, want %d; %v, want byte %d", name, got, tt.kept, err, tt.off)
		}
	}
}

// The lengths and counts that a message states cost no memory.
func TestHostileSA(t *testing.T) {
	big := bytes.Repeat([]byte{2, 0, 0, 8, 1, 1, 0, 0}, 8000) // 8000 empty proposals, no end
	one := append([]byte{0, 0, 0xff, 0xf8, 1, 1, 0, 255}, bytes.Repeat([]byte{3, 0, 0, 8, 1, 0, 0xff, 0xff}, 8190)...)
	for _, b := range [][]byte{big, one, bytes.Repeat([]byte{0xff}, 60000)} {
		if n := allocated(func() { _, _ = ParseSA(b) }); n > 4<<10 {
			t.Errorf("ParseSA allocates %d bytes", n)
		}
		msg := build(Header{InitiatorSPI: 1, ExchangeType: ExchangeSAInit}, pl{PayloadSA, b[:min(len(b), 65000)]})
		m := must[Message](t)(Parse(msg, len(msg)))
		if n := allocated(func() { Offer(&m) }); n > 256<<10 {
			t.Errorf("Offer allocates %d bytes", n)
		}
	}
}

func TestSAWithoutAllocations(t *testing.T) {
	n := 0
	noAllocs(t, "SA", func() {
		sa, err := ParseSA(saBody)
		if err != nil {
			t.Fatal(err)
		}
		for i := sa.Proposals(); i.Next(); {
			for j := i.Proposal().Transforms(); j.Next(); {
				n += int(j.Transform().KeyLength())
			}
		}
	})
}

func FuzzSA(f *testing.F) {
	f.Add(saBody)
	f.Add(saBody[:60])
	f.Fuzz(func(t *testing.T, b []byte) {
		sa, err := ParseSA(b)
		if err != nil {
			flatten(sa)
			return
		}
		again := sa.Append(nil)
		if len(again) != len(b) {
			t.Fatalf("%x comes back as %x", b, again)
		}
		second, err := ParseSA(again)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(flatten(sa), flatten(second)); d != "" {
			t.Error(d)
		}
	})
}

func BenchmarkSA(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sa, _ := ParseSA(saBody)
		for i := sa.Proposals(); i.Next(); {
			for j := i.Proposal().Transforms(); j.Next(); {
				_ = j.Transform()
			}
		}
	}
}
