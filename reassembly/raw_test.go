package reassembly

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/dissect"
)

// ah makes an AH header with an ICV of 12 bytes around payload.
func ah(next uint8, spi, seq uint32, payload []byte) []byte {
	b := []byte{next, (12+12)/4 - 2, 0, 0}
	b = binary.BigEndian.AppendUint32(b, spi)
	b = binary.BigEndian.AppendUint32(b, seq)
	b = append(b, make([]byte, 12)...)
	return append(b, payload...)
}

func TestRaw(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	ip := func(proto uint8, p []byte) func(*wire) *dissect.Datagram {
		return func(w *wire) *dissect.Datagram { return w.datagram(proto, at(hostA, 0), at(hostB, 0), p) }
	}
	const espProto, ahProto = dissect.ProtoESP, dissect.ProtoAH
	inner := esp(r, 0x22222222, 9, 40)
	for _, test := range []struct {
		name      string
		in        func(*wire) *dissect.Datagram
		want      []got
		undecided uint64
	}{
		{name: "ESP", in: ip(espProto, esp(r, 0x01000000, 1, 20)),
			want: []got{{1, MessageESP, TransportIP, ConfidenceHigh, 0x01000000, 28}}},
		{name: "ESP, reserved SPI", in: ip(espProto, esp(r, 255, 1, 20)),
			want: []got{{1, MessageESP, TransportIP, ConfidenceHigh, 255, 28}}},
		{name: "ESP, SPI 0", in: ip(espProto, esp(r, 0, 1, 20))},
		{name: "ESP, header alone", in: ip(espProto, esp(r, 7, 1, 0)),
			want: []got{{1, MessageESP, TransportIP, ConfidenceHigh, 7, 8}}},
		{name: "ESP, too short", in: ip(espProto, esp(r, 7, 1, 0)[:7])},
		{name: "ESP, cut", in: func(w *wire) *dissect.Datagram { return cutTo(ip(espProto, esp(r, 7, 1, 99))(w), 8) },
			want: []got{{1, MessageESP, TransportIP, ConfidenceHigh, 7, 107}}},
		{name: "ESP, cut in its header", in: func(w *wire) *dissect.Datagram { return cutTo(ip(espProto, esp(r, 7, 1, 99))(w), 7) }, undecided: 1},
		{name: "AH", in: ip(ahProto, ah(dissect.ProtoTCP, 0x11111111, 3, random(r, 30))),
			want: []got{{1, MessageAH, TransportIP, ConfidenceHigh, 0x11111111, 54}}},
		{name: "AH, SPI 0", in: ip(ahProto, ah(dissect.ProtoTCP, 0, 3, random(r, 30)))},
		{name: "AH around ESP", in: ip(ahProto, ah(espProto, 0x11111111, 3, inner)),
			want: []got{{1, MessageAH, TransportIP, ConfidenceHigh, 0x11111111, 72}, {1, MessageESP, TransportIP, ConfidenceHigh, 0x22222222, 48}}},
		{name: "AH around ESP, cut", in: func(w *wire) *dissect.Datagram {
			return cutTo(ip(ahProto, ah(espProto, 0x11111111, 3, inner))(w), 24+8)
		}, want: []got{{1, MessageAH, TransportIP, ConfidenceHigh, 0x11111111, 72}, {1, MessageESP, TransportIP, ConfidenceHigh, 0x22222222, 48}}},
		{name: "AH around ESP, cut in the inner header", in: func(w *wire) *dissect.Datagram {
			return cutTo(ip(ahProto, ah(espProto, 0x11111111, 3, inner))(w), 24+7)
		}, want: []got{{1, MessageAH, TransportIP, ConfidenceHigh, 0x11111111, 72}}},
		{name: "AH that claims to be short", in: ip(ahProto, append([]byte{espProto, 0}, ah(espProto, 0x11111111, 3, inner)[2:]...)),
			want: []got{{1, MessageAH, TransportIP, ConfidenceHigh, 0x11111111, 72}}},
		{name: "AH that claims to be long", in: ip(ahProto, append([]byte{espProto, 255}, ah(espProto, 0x11111111, 3, inner)[2:]...)),
			want: []got{{1, MessageAH, TransportIP, ConfidenceHigh, 0x11111111, 72}}},
		{name: "TCP", in: ip(dissect.ProtoTCP, random(r, 40))},
		{name: "other protocol", in: ip(89, random(r, 40))},
		{name: "malformed", in: func(w *wire) *dissect.Datagram {
			d := ip(espProto, esp(r, 7, 1, 40))(w)
			d.Status = dissect.StatusMalformed
			return d
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var w wire
			out, n := run(t, Config{}, test.in(&w))
			if diff := cmp.Diff(test.want, out); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
			if n.UndecidedPackets != test.undecided {
				t.Errorf("%d undecided", n.UndecidedPackets)
			}
		})
	}
}

// TestEventFields: an event tells all of its datagram, held or not.
func TestEventFields(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	p := esp(r, 0xabcdef01, 0x1234, 40)
	d := dissect.Datagram{
		Status: dissect.StatusOK, Ref: 9, Time: 900, FirstRef: 7, FirstTime: 700, Fragments: 2, Packets: 3,
		Tap: dissect.Tap{Interface: 2, Direction: 1, Index: 5}, Src: at(hostB, 4500), Dst: at(hostA, 1024),
		Proto: dissect.ProtoUDP, TTL: 61, IPID: 77, HasIPID: true, IPLength: 333, Encap: dissect.EncapVLAN,
		Payload: p[:20], PayloadLength: 48, Truncated: true,
	}
	want := Event{
		Kind: KindMessage, Message: MessageESP, Transport: TransportUDPNATT,
		Time: 900, Ref: 9, FirstTime: 700, FirstRef: 7, Tap: d.Tap, Src: d.Src, Dst: d.Dst, Encap: d.Encap,
		SPI: 0xabcdef01, Sequence: 0x1234, Data: p[:20], Length: 48, Truncated: true,
		Packets: 3, IPLength: 333, Fragments: 2, TTL: 61, IPID: 77, HasIPID: true,
	}
	compare := func(conf Confidence, prepare func(c *Classifier)) {
		t.Helper()
		n := 0
		c := NewClassifier(Config{}, func(e *Event) {
			if e.Message != MessageESP {
				return
			}
			n++
			want.Confidence = conf
			if diff := cmp.Diff(want, *e, cmp.Comparer(func(a, b dissect.Quote) bool { return a.Sender == b.Sender }), comparePorts); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
		})
		prepare(c)
		c.Datagram(&d)
		c.Finish()
		if n != 1 {
			t.Errorf("%d events", n)
		}
	}
	compare(ConfidenceLow, func(*Classifier) {})
	compare(ConfidenceHigh, func(c *Classifier) {
		var w wire
		c.Datagram(w.udp(d.Dst, d.Src, withMarker(ikeInformational(r, 40))))
	})
}
