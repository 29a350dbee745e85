package ike

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// v1saBody offers AES-256 with a life in TLV form, and 3DES with two lives.
var v1saBody = []byte{
	0x00, 0x00, 0x00, 0x01, // DOI: IPsec
	0x00, 0x00, 0x00, 0x01, // situation: identity only
	0x00, 0x00, 0x00, 0x5c, // the only proposal, length 92
	0x01, 0x01, 0x00, 0x02, // number 1, ISAKMP, no SPI, 2 transforms
	0x03, 0x00, 0x00, 0x28, 0x01, 0x01, 0x00, 0x00, // transform 1, KEY_IKE, length 40
	0x80, 0x01, 0x00, 0x07, // encryption AES-CBC
	0x80, 0x0e, 0x01, 0x00, // 256 bits
	0x80, 0x02, 0x00, 0x04, // hash SHA2-256
	0x80, 0x03, 0xfd, 0xe9, // XAUTHInitPreShared
	0x80, 0x04, 0x00, 0x0e, // group 14
	0x80, 0x0b, 0x00, 0x01, // life in seconds:
	0x00, 0x0c, 0x00, 0x04, 0x00, 0x01, 0x51, 0x80, // 86400, TLV
	0x00, 0x00, 0x00, 0x2c, 0x02, 0x01, 0x00, 0x00, // transform 2, length 44
	0x80, 0x01, 0x00, 0x05, // 3DES-CBC
	0x80, 0x02, 0x00, 0x01, // MD5
	0x80, 0x03, 0x00, 0x01, // pre-shared key
	0x80, 0x04, 0x00, 0x04, // group 4
	0x80, 0x0b, 0x00, 0x02, // life in kilobytes:
	0x00, 0x0c, 0x00, 0x04, 0x00, 0x00, 0x10, 0x00, // 4096
	0x80, 0x0b, 0x00, 0x01, // life in seconds:
	0x80, 0x0c, 0x70, 0x80, // 28800, TV
}

func flattenV1(s V1SA) (out []V1Phase1) {
	for i := s.Proposals(); i.Next(); {
		for j := i.Proposal().Transforms(); j.Next(); {
			out = append(out, j.Transform().Phase1())
		}
	}
	return out
}

func TestParseV1SA(t *testing.T) {
	sa, err := ParseV1SA(v1saBody)
	if err != nil {
		t.Fatal(err)
	}
	if sa.DOI != DOIIPsec || sa.Situation != 1 {
		t.Errorf("DOI %d, situation %d", sa.DOI, sa.Situation)
	}
	want := []V1Phase1{
		{Encryption: 7, KeyLength: 256, Hash: 4, Authentication: 65001, Group: 14, LifetimeSeconds: 86400},
		{Encryption: 5, Hash: 1, Authentication: 1, Group: 4, LifetimeSeconds: 28800, LifetimeKilobytes: 4096},
	}
	if d := cmp.Diff(want, flattenV1(sa)); d != "" {
		t.Error(d)
	}
	if b := sa.Append(nil); !bytes.Equal(b, v1saBody) {
		t.Errorf("Append gives\n%x, want\n%x", b, v1saBody)
	}
}

func TestParseV1SAPrefixes(t *testing.T) {
	prefixesFail(t, v1saBody, len(v1saBody), ParseV1SA)
	for n := range v1saBody {
		if sa, _ := ParseV1SA(v1saBody[:n]); len(flattenV1(sa)) != 0 {
			t.Errorf("%d bytes hold a proposal", n)
		}
	}
}

func TestParseV1SAErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		at, off int
		v       byte
	}{
		"no situation":           {7, 4, 0},
		"unknown situation":      {7, 4, 8},
		"labels beyond the end":  {7, 8, 2},
		"proposal length":        {11, 8, 0x5d},
		"SPI beyond":             {14, 14, 0x60},
		"number of transforms":   {15, 15, 3},
		"transform length":       {19, 16, 7},
		"first byte of another":  {16, 16, 2},
		"length of an attribute": {51, 48, 0x09},
	} {
		b := bytes.Clone(v1saBody)
		b[tt.at] = tt.v
		_, err := ParseV1SA(b)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset != tt.off {
			t.Errorf("%s: %v, want byte %d", name, err, tt.off)
		}
	}
}

func TestV1SAWithoutAllocations(t *testing.T) {
	var sum uint64
	noAllocs(t, "V1SA", func() {
		sa, err := ParseV1SA(v1saBody)
		if err != nil {
			t.Fatal(err)
		}
		for i := sa.Proposals(); i.Next(); {
			for j := i.Proposal().Transforms(); j.Next(); {
				sum += j.Transform().Phase1().LifetimeSeconds
			}
		}
	})
}

func FuzzV1SA(f *testing.F) {
	f.Add(v1saBody)
	f.Add(v1saBody[:20])
	f.Fuzz(func(t *testing.T, b []byte) {
		sa, err := ParseV1SA(b)
		first := flattenV1(sa)
		if err != nil {
			return
		}
		again := sa.Append(nil)
		second, err := ParseV1SA(again)
		if err != nil || len(again) != len(b) {
			t.Fatalf("%x comes back as %x: %v", b, again, err)
		}
		if d := cmp.Diff(first, flattenV1(second)); d != "" {
			t.Error(d)
		}
	})
}
