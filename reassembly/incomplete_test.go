package reassembly

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/dissect"
)

// TestIncomplete: what never becomes whole is told, if it is IPsec.
func TestIncomplete(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	message := ikeInformational(r, 400)
	type want struct {
		event            bool
		message          MessageKind
		transport        Transport
		unknown          bool
		ipsec, undecided int
	}
	espPacket := esp(r, 0x31415926, 0x99, 400)
	for _, test := range []struct {
		name    string
		proto   uint8
		payload []byte
		begin   int // of the one piece that came
		capture int // bytes of it, 0 for all
		want    want
	}{
		{"IKE on 500", 17, ipPayload(500, 500, message), 0, 0, want{true, MessageIKE, TransportUDP, false, 1, 0}},
		{"IKE with marker", 17, ipPayload(33, 4500, withMarker(message)), 0, 0, want{true, MessageIKE, TransportUDPNATT, false, 1, 0}},
		{"IKE on any port", 17, ipPayload(33, 44, withMarker(message)), 0, 0, want{true, MessageIKE, TransportUDPNATT, false, 1, 0}},
		{"ESP on 4500", 17, ipPayload(4500, 4500, espPacket), 0, 0, want{true, MessageESP, TransportUDPNATT, false, 1, 0}},
		{"ESP on any port", 17, ipPayload(33, 44, espPacket), 0, 0, want{}},
		{"WireGuard on 4500", 17, ipPayload(4500, 4500, append([]byte{4, 0, 0, 0}, random(r, 396)...)), 0, 0, want{}},
		{"only ports on 4500", 17, ipPayload(4500, 4500, espPacket), 0, 8, want{true, MessageIKE, TransportUDPNATT, true, 1, 0}},
		{"only an SPI on 4500", 17, ipPayload(4500, 4500, espPacket), 0, 12, want{true, MessageESP, TransportUDPNATT, false, 1, 0}},
		{"only ports on 500", 17, ipPayload(500, 500, message), 0, 8, want{true, MessageIKE, TransportUDP, true, 1, 0}},
		{"something on 500", 17, ipPayload(500, 500, random(r, 300)), 0, 0, want{}},
		{"second piece of UDP", 17, ipPayload(4500, 4500, espPacket), 80, 0, want{undecided: 1}},
		{"second piece of TCP", 6, random(r, 400), 80, 0, want{}},
		{"ESP", 50, espPacket, 0, 0, want{true, MessageESP, TransportIP, false, 1, 0}},
		{"second piece of ESP", 50, espPacket, 80, 0, want{true, MessageESP, TransportIP, true, 1, 0}},
		{"AH", 51, ah(6, 7, 8, random(r, 200)), 0, 0, want{true, MessageAH, TransportIP, false, 1, 0}},
	} {
		f := newFragmenter()
		f.proto = test.proto
		d := f.piece(test.payload, test.begin, test.begin+80)
		if test.capture > 0 {
			cutTo(d, test.capture)
		}
		_, events, n := fragments(t, Config{}, d)
		var have want
		if len(events) > 0 {
			e := events[0]
			have = want{true, e.Message, e.Transport, e.QuotedUnknown, 0, 0}
			if e.Kind != KindFragment || e.Packets != 1 || e.Fragments != 1 || e.Ref != d.Ref || e.IPLength != 100 {
				t.Errorf("%s: event %+v", test.name, e)
			}
		}
		have.ipsec, have.undecided = int(n.IPsecPackets), int(n.UndecidedPackets)
		if have != test.want || n.IncompleteDatagrams != 1 {
			t.Errorf("%s: %+v, want %+v; counters %+v", test.name, have, test.want, n)
		}
	}
}

// TestFragmentSnaplen: of pieces that the capture cut, the start is told.
func TestFragmentSnaplen(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 13))
	message := withMarker(ikeInformational(r, 3000))
	f := newFragmenter()
	payload := ipPayload(4500, 4500, message)
	a, b := f.piece(payload, 0, 1480), f.piece(payload, 1480, len(payload))
	cutTo(a, 90)
	cutTo(b, 90)
	wholes, _, _ := fragments(t, Config{}, f.stamp([]*dissect.Datagram{b, a})...)
	if len(wholes) != 1 {
		t.Fatalf("%d datagrams", len(wholes))
	}
	w := wholes[0]
	if w.Status != dissect.StatusOK || !w.Truncated || w.PayloadLength != len(message) || !bytes.Equal(w.Payload, message[:82]) || w.Problem != "" {
		t.Errorf("%+v", w)
	}
	if out, _ := run(t, Config{}, &w); len(out) != 1 || out[0].Message != MessageIKE || out[0].Length != len(message)-4 {
		t.Errorf("messages %+v", out)
	}

	// Of the first piece too little for a UDP header.
	f.id++
	a, b = f.piece(payload, 0, 1480), f.piece(payload, 1480, len(payload))
	cutTo(a, 5)
	if wholes, _, _ := fragments(t, Config{}, a, b); len(wholes) != 1 || wholes[0].Status != dissect.StatusOther {
		t.Errorf("%+v", wholes)
	}
}

// TestFragmentTimeout: pieces that are too far apart do not belong together,
// and old ones are told without waiting for the end.
func TestFragmentTimeout(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 16))
	payload := ipPayload(4500, 4500, withMarker(ikeInformational(r, 100)))
	f := newFragmenter()
	a := f.piece(payload, 0, 48)
	b := f.piece(payload, 48, len(payload))
	b.Time = a.Time + int64(31*time.Second)
	if wholes, events, n := fragments(t, Config{}, a, b); len(wholes) != 0 || len(events) != 1 || n.IncompleteDatagrams != 2 {
		t.Errorf("%d datagrams, %d events, %+v", len(wholes), len(events), n)
	}
	b.Time = a.Time + int64(29*time.Second)
	if wholes, _, _ := fragments(t, Config{}, a, b); len(wholes) != 1 {
		t.Errorf("%d datagrams", len(wholes))
	}
	n := 0
	d := NewDefragmenter(Config{}, func(*Event) { n++ })
	d.Add(a)
	d.Advance(a.Time + int64(29*time.Second))
	if n != 0 {
		t.Error("gave up too early")
	}
	d.Advance(a.Time + int64(31*time.Second))
	if n != 1 {
		t.Error("did not give up")
	}
}

// TestRepeatedDatagram: a datagram that the network or the capture doubled
// comes out twice, and pieces of it alone are not called incomplete.
func TestRepeatedDatagram(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 17))
	payload := ipPayload(4500, 4500, withMarker(ikeInformational(r, 100)))
	f := newFragmenter()
	a, b := f.piece(payload, 0, 48), f.piece(payload, 48, len(payload))
	wholes, events, n := fragments(t, Config{}, f.stamp([]*dissect.Datagram{a, b, a, b, b})...)
	if len(wholes) != 2 || len(events) != 0 || n.IncompleteDatagrams != 0 || n.IPsecPackets != 1 || n.Duplicates != 1 {
		t.Errorf("%d datagrams, %d events, %+v", len(wholes), len(events), n)
	}
	// The same identification with other bytes is another datagram.
	other := ipPayload(4500, 4500, withMarker(ikeInformational(r, 100)))
	c := f.piece(other, 0, 48)
	wholes, events, n = fragments(t, Config{}, f.stamp([]*dissect.Datagram{a, b, c})...)
	if len(wholes) != 1 || len(events) != 1 || n.IncompleteDatagrams != 1 {
		t.Errorf("%d datagrams, %d events, %+v", len(wholes), len(events), n)
	}
}
