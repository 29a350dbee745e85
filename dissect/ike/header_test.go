package ike

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var headerBytes = []byte{
	0x1d, 0x38, 0x27, 0xfc, 0x60, 0x4e, 0x04, 0xcb, // initiator SPI
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0a, // responder SPI
	0x2e,                   // next payload: SK
	0x21,                   // version 2.1
	0x25,                   // INFORMATIONAL
	0x28,                   // response, from the initiator
	0x00, 0x00, 0x00, 0x07, // message ID
	0x00, 0x01, 0x00, 0x50, // length
}

func TestParseHeader(t *testing.T) {
	got, err := ParseHeader(append(headerBytes, 0xff))
	if err != nil {
		t.Fatal(err)
	}
	want := Header{
		InitiatorSPI: 0x1d3827fc604e04cb, ResponderSPI: 10, NextPayload: PayloadSK, Version: Version{2, 1},
		ExchangeType: ExchangeInformational, Flags: FlagInitiator | FlagResponse, MessageID: 7, Length: 0x10050,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if !got.V2() || got.V1() || !got.IsResponse() || !got.FromInitiator() {
		t.Error("the accessors contradict the flags")
	}
	if b := got.Append(nil); !bytes.Equal(b, headerBytes) {
		t.Errorf("Append gives %x", b)
	}
	if s := got.Version.String(); s != "2.1" {
		t.Errorf("version %q", s)
	}
}

func TestV1FlagsAreNotThoseOfV2(t *testing.T) {
	h := Header{Version: Version{Major: 1}, Flags: 0xff}
	if h.IsResponse() || h.FromInitiator() {
		t.Error("IKEv1 has no flag for responses or the initiator")
	}
}

func TestParseHeaderPrefixes(t *testing.T) {
	prefixesFail(t, headerBytes, HeaderLength, ParseHeader)
}

func TestSPI(t *testing.T) {
	for v, want := range map[SPI]string{
		0:                  "0000000000000000",
		0xAB:               "00000000000000ab",
		0x9702480b582147c9: "9702480b582147c9",
	} {
		if got := v.String(); got != want {
			t.Errorf("%#x prints as %q, want %q", uint64(v), got, want)
		}
		if v.IsZero() != (v == 0) {
			t.Errorf("IsZero of %v", v)
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add(headerBytes)
	f.Add(headerBytes[:27])
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseHeader(b)
		if err != nil {
			return
		}
		if got := h.Append(nil); !bytes.Equal(got, b[:HeaderLength]) {
			t.Errorf("%x comes back as %x", b[:HeaderLength], got)
		}
	})
}
