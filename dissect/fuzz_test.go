package dissect

import (
	"bytes"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// checkInvariants decodes b and checks what holds for any bytes.
func checkInvariants(t *testing.T, link capture.LinkType, b []byte, origLen int) {
	t.Helper()
	p := capture.Packet{LinkType: link, Data: b, OrigLen: origLen}
	var d Datagram
	dec := NewDecoder()
	dec.Decode(&p, &d)

	for name, part := range map[string][]byte{"payload": d.Payload, "quote": d.Quote.Payload, "options": d.TCP.Options} {
		if len(part) > 0 && !within(part, b) {
			t.Fatalf("%s lies outside the frame", name)
		}
	}
	if d.PayloadLength < len(d.Payload) {
		t.Fatalf("payload of %d bytes, %d on the wire", len(d.Payload), d.PayloadLength)
	}
	if d.PayloadLength > len(d.Payload) && !d.Truncated {
		t.Fatalf("payload of %d bytes, %d on the wire, not truncated", len(d.Payload), d.PayloadLength)
	}
	if d.PayloadLength > max(0x40000, origLen) {
		t.Fatalf("payload of %d bytes", d.PayloadLength)
	}
	switch d.Status {
	case StatusOK:
		switch d.Proto {
		case ProtoUDP, ProtoTCP:
		case ProtoESP, ProtoAH:
			if len(d.Payload) < 8 {
				t.Fatalf("status OK with a header of %d bytes", len(d.Payload))
			}
			fallthrough
		default:
			if d.Src.Port() != 0 || d.Dst.Port() != 0 {
				t.Fatalf("ports in protocol %d: %v %v", d.Proto, d.Src, d.Dst)
			}
			if d.Proto != ProtoESP && d.Proto != ProtoAH {
				t.Fatalf("status OK for protocol %d", d.Proto)
			}
		}
	case StatusFragment:
		if d.Frag == (Fragment{}) {
			t.Fatal("fragment without a place")
		}
	case StatusQuote:
		if !d.Quote.Sender.IsValid() || !d.Quote.Receiver.IsValid() {
			t.Fatal("quote without addresses")
		}
	case StatusMalformed:
		if d.Problem == "" {
			t.Fatal("malformed without a problem")
		}
	case StatusOther:
	default:
		t.Fatalf("status %d", d.Status)
	}
	if d.Status <= StatusQuote {
		if !d.Src.Addr().IsValid() || !d.Dst.Addr().IsValid() || d.Src.Addr().Is4() != d.Dst.Addr().Is4() {
			t.Fatalf("addresses %v %v", d.Src, d.Dst)
		}
	} else if d.Payload != nil {
		t.Fatalf("status %d with a payload", d.Status)
	}

	// The same again, into a Datagram and a Decoder that were used.
	used := d
	dec.Decode(&p, &used)
	if diff := sameDatagram(&d, &used); diff != "" {
		t.Fatal(diff)
	}
	// Verifying checksums changes nothing but their states.
	(&Decoder{VerifyChecksums: true}).Decode(&p, &used)
	used.IPChecksum, used.Checksum = d.IPChecksum, d.Checksum
	if diff := sameDatagram(&d, &used); diff != "" {
		t.Fatal(diff)
	}
	// Whatever the payload of a fragment is, it can be gone on with.
	if d.Status == StatusFragment {
		dec.Resume(&d, bytes.Clone(d.Payload))
	}
}

func within(part, whole []byte) bool {
	for i := range whole {
		if &whole[i] == &part[0] {
			return len(part) <= len(whole)-i
		}
	}
	return false
}

func FuzzDecode(f *testing.F) {
	for _, c := range allFrames() {
		f.Add(uint16(c.link), c.data, len(c.data))
		f.Add(uint16(c.link), c.data[:len(c.data)*3/4], len(c.data))
	}
	for _, c := range quoteCases {
		f.Add(uint16(capture.LinkRaw), c.data, len(c.data))
	}
	f.Fuzz(func(t *testing.T, link uint16, b []byte, origLen int) {
		checkInvariants(t, capture.LinkType(link), b, origLen&0xffffff)
	})
}
