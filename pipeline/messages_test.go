package pipeline

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// udpESP is an IPv4 packet with ESP in UDP between port 5000 and another.
func udpESP(port uint16, spi, seq uint32) []byte {
	const body = 64
	b := []byte{0x45, 0, 0, 20 + 8 + 8 + body, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}
	b = binary.BigEndian.AppendUint16(b, 5000)
	b = binary.BigEndian.AppendUint16(b, port)
	b = append(b, 0, 8+8+body, 0, 0)
	b = binary.BigEndian.AppendUint32(b, spi)
	b = binary.BigEndian.AppendUint32(b, seq)
	x := seq * 2654435761
	for range body {
		x = x*1664525 + 1013904223
		b = append(b, byte(x>>24))
	}
	return b
}

func rawPackets(data ...[]byte) []capture.Packet {
	var out []capture.Packet
	for i, d := range data {
		out = append(out, capture.Packet{
			Ref: capture.FrameRef(0, uint64(i+1)), Time: int64(i) * 1e9,
			LinkType: capture.LinkRaw, Data: d, OrigLen: len(d),
		})
	}
	return out
}

func listed(t *testing.T, opt Options, p []capture.Packet) (frames []uint64) {
	t.Helper()
	s, err := Messages(t.Context(), &source{packets: p}, opt, func(e *reassembly.Event) {
		frames = append(frames, e.Ref.Number())
		if len(e.Data) != e.Length {
			t.Errorf("frame %d: %d bytes of %d", e.Ref.Number(), len(e.Data), e.Length)
		}
		if got := binary.BigEndian.Uint32(e.Data[4:]); got != e.Sequence {
			t.Errorf("frame %d: data of number %d, want %d", e.Ref.Number(), got, e.Sequence)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Head.Totals.ESPPackets; got != uint64(len(frames)) {
		t.Errorf("%d messages listed, %d counted", len(frames), got)
	}
	if s.Head.Totals.Packets != uint64(len(p)) || !s.Head.Complete {
		t.Errorf("totals %+v", s.Head.Totals)
	}
	return frames
}

// TestMessagesInOrder: ESP on a port of its own is held back until three
// packets of it came; raw ESP between them waits for it.
func TestMessagesInOrder(t *testing.T) {
	raw := func(seq uint32) []byte { return rawESP("192.0.2.7", "192.0.2.8", 0x1000, seq) }
	got := listed(t, Options{}, rawPackets(
		raw(1), udpESP(4600, 0xc16ed423, 1), raw(2), udpESP(4600, 0xc16ed423, 2), raw(3),
		udpESP(4600, 0xc16ed423, 3), raw(4)))
	if want := []uint64{1, 2, 3, 4, 5, 6, 7}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

// TestMessagesDoNotWaitForEver: what is held back for too long comes late,
// and nothing is lost.
func TestMessagesDoNotWaitForEver(t *testing.T) {
	data := [][]byte{udpESP(4600, 0xc16ed423, 1)}
	for i := range uint32(3 * orderPackets) {
		data = append(data, rawESP("192.0.2.7", "192.0.2.8", 0x1000, i+1))
	}
	data = append(data, udpESP(4600, 0xc16ed423, 2), udpESP(4600, 0xc16ed423, 3))
	got := listed(t, Options{}, rawPackets(data...))
	if len(got) != len(data) {
		t.Fatalf("%d of %d messages", len(got), len(data))
	}
	late := slices.Index(got, 1)
	if late == 0 {
		t.Error("the first message came first: nothing was held back")
	}
	got = slices.Delete(got, late, late+1)
	if !slices.IsSorted(got) {
		t.Error("the others are out of order")
	}
}

// TestOrderBounds: bytes that wait are bounded, too.
func TestOrderBounds(t *testing.T) {
	given := 0
	o := order{sink: func(*reassembly.Event) { given++ }}
	o.next(true)
	const size = 64 << 10
	for i := range 1000 {
		o.put(&reassembly.Event{Ref: capture.FrameRef(0, uint64(i+1)), Data: make([]byte, size)})
		o.next(true)
		if o.bytes > orderBytes {
			t.Fatalf("%d bytes wait", o.bytes)
		}
	}
	if given != 1000-orderBytes/size {
		t.Errorf("%d given away", given)
	}
	o.next(false)
	if given != 1000 || o.bytes != 0 || len(o.wait) != 0 {
		t.Errorf("%d given away, %d bytes left", given, o.bytes)
	}
}

// TestMessagesDoNotAllocate: while nothing is held back, events are lent on.
func TestMessagesDoNotAllocate(t *testing.T) {
	l := &lister{order: order{sink: func(*reassembly.Event) {}}}
	l.worker.classifier = reassembly.NewClassifier(reassembly.Config{}, l.take)
	p := rawPackets(rawESP("192.0.2.7", "192.0.2.8", 0x1000, 1))[0]
	decode := dissect.NewDecoder()
	var d dissect.Datagram
	n := testing.AllocsPerRun(1000, func() {
		decode.Decode(&p, &d)
		l.datagram(&d)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestMessagesOfIncompleteDatagrams: a datagram of which only the first fragment
// came is handed over, too, at the end.
func TestMessagesOfIncompleteDatagrams(t *testing.T) {
	const total, piece = 600, 64                                                                 // bytes of IKE, and of the IP payload that came
	b := []byte{0x45, 0, 0, 20 + piece, 0, 9, 0x20, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2} // more fragments
	b = append(b, 1, 244, 1, 244, (8+total)>>8, (8+total)&0xff, 0, 0)                            // UDP 500 to 500
	h := ike.Header{InitiatorSPI: 0x1122334455667788, ResponderSPI: 0x99aabbccddeeff00, Version: ike.Version{Major: 2},
		ExchangeType: ike.ExchangeAuth, Flags: ike.FlagInitiator, MessageID: 1, NextPayload: ike.PayloadSK, Length: total}
	b = append(h.Append(b), 35, 0, (total-28)>>8, (total-28)&0xff)
	b = append(b, make([]byte, 20+piece-len(b))...)
	var got []reassembly.Event
	s, err := Messages(t.Context(), &source{packets: rawPackets(b)}, Options{}, func(e *reassembly.Event) { got = append(got, *e) })
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Kind != reassembly.KindFragment || got[0].Message != reassembly.MessageIKE || got[0].Ref.Number() != 1 {
		t.Errorf("%+v", got)
	}
	if n := s.Head.Totals.IKEMessages; n != 0 {
		t.Errorf("%d messages are counted", n)
	}
}
