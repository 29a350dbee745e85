package flows

import (
	"encoding/binary"
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// notifyV1 is a notification payload of IKEv1 about ISAKMP.
func notifyV1(t ike.V1NotifyType, spi, data []byte) []byte {
	b := []byte{0, 0, 0, 1, 1, byte(len(spi))}
	b = binary.BigEndian.AppendUint16(b, uint16(t))
	return payload(ike.PayloadV1Notify, append(append(b, spi...), data...)...)
}

func TestClearNotifies(t *testing.T) {
	p := udp500(client, gateway)
	informational := ike.Header{InitiatorSPI: first.i, ResponderSPI: first.r, ExchangeType: ike.ExchangeInformational, MessageID: 7, Flags: ike.FlagResponse}
	v1 := ike.Header{InitiatorSPI: first.i, ResponderSPI: first.r, ExchangeType: ike.ExchangeV1Informational, MessageID: 7}
	tests := []struct {
		name      string
		make      func(w *world)
		typ       uint16
		text, spi string
		from      string
		count     int
	}{
		{"INVALID_KE_PAYLOAD, twice", func(w *world) {
			w.initRequest(p, first)
			for range 2 {
				w.send(p.back(), ike.Header{InitiatorSPI: first.i, ExchangeType: ike.ExchangeSAInit, Flags: ike.FlagResponse},
					notify(ike.NotifyInvalidKEPayload, 0, 20))
				w.wait(second)
			}
		}, 17, "INVALID_KE_PAYLOAD", "", "responder", 2},
		{"INVALID_SPI within the SA", func(w *world) {
			w.up(p, p, first)
			w.send(p.back(), informational, notify(ike.NotifyInvalidSPI, 0xc0, 1, 2, 3))
		}, 11, "INVALID_SPI", "c0010203", "responder", 1},
		{"a status in an informational exchange", func(w *world) {
			w.up(p, p, first)
			w.send(p.back(), informational, notify(16384))
		}, 16384, "INITIAL_CONTACT", "", "responder", 1},
		{"PAYLOAD-MALFORMED of IKEv1", func(w *world) {
			w.mainMode(p, first, 5)
			w.v1(p.back(), v1, notifyV1(ike.V1NotifyPayloadMalformed, make([]byte, 16), nil))
		}, 16, "PAYLOAD-MALFORMED", "", "responder", 1},
		{"INVALID-SPI of IKEv1", func(w *world) {
			w.mainMode(p, first, 6)
			w.v1(p, v1, notifyV1(11, []byte{0xc0, 1, 2, 3}, nil))
		}, 11, "INVALID-SPI", "c0010203", "initiator", 1},
		// Look-alikes.
		{"what belongs to IKE_SA_INIT", func(w *world) {
			w.send(p, ike.Header{InitiatorSPI: first.i, ExchangeType: ike.ExchangeSAInit, Flags: ike.FlagInitiator},
				saBody(), notify(ike.NotifyFragmentationSupported), notify(ike.NotifyNATDetectionSourceIP, make([]byte, 20)...))
		}, 0, "", "", "", 0},
		{"protected", func(w *world) { w.up(p, p, first) }, 0, "", "", "", 0},
	}
	for _, c := range tests {
		w := newWorld()
		c.make(w)
		l := onlyFacts(t, w).IKE[0].ClearNotifies
		if c.count == 0 {
			if len(l) != 0 {
				t.Errorf("%s: %+v", c.name, l)
			}
			continue
		}
		if len(l) != 1 || l[0].Type != c.typ || l[0].Name != c.text || l[0].SPI != c.spi || l[0].From != c.from || l[0].Count != c.count {
			t.Errorf("%s: %+v", c.name, l)
		}
	}
}

func TestClearNotifiesAreBounded(t *testing.T) {
	w := newWorld()
	p := udp500(client, gateway)
	w.up(p, p, first)
	for i := range 100 {
		w.send(p, ike.Header{InitiatorSPI: first.i, ResponderSPI: first.r, ExchangeType: ike.ExchangeInformational, MessageID: uint32(i), Flags: ike.FlagInitiator},
			notify(ike.NotifyInvalidSPI, 0xc0, 1, 2, byte(i)))
	}
	if n := len(onlyFacts(t, w).IKE[0].ClearNotifies); n != maxClearNotifies {
		t.Errorf("%d kept", n)
	}
}

func TestAbilities(t *testing.T) {
	p := udp500(client, gateway)
	h := ike.Header{InitiatorSPI: first.i, ExchangeType: ike.ExchangeSAInit, Flags: ike.FlagInitiator}
	r := ike.Header{InitiatorSPI: first.i, ResponderSPI: first.r, ExchangeType: ike.ExchangeSAInit, Flags: ike.FlagResponse}
	fragments := notify(ike.NotifyFragmentationSupported)
	source := notify(ike.NotifyNATDetectionSourceIP, make([]byte, 20)...)
	tests := []struct {
		name               string
		make               func(w *world)
		request, response  bool
		fragmentation, nat [2]bool
	}{
		{"all on both sides", func(w *world) {
			w.send(p, h, saBody(), fragments, source)
			w.send(p.back(), r, saBody(), fragments, source)
		}, true, true, [2]bool{true, true}, [2]bool{true, true}},
		{"the responder has none", func(w *world) {
			w.send(p, h, saBody(), fragments, source)
			w.send(p.back(), r, saBody())
		}, true, true, [2]bool{true, false}, [2]bool{true, false}},
		{"a cookie tells nothing of the responder", func(w *world) {
			w.send(p, h, saBody(), fragments)
			w.send(p.back(), r, notify(ike.NotifyCookie, 1, 2, 3, 4))
		}, true, false, [2]bool{true, false}, [2]bool{}},
		{"the response was cut by the capture", func(w *world) {
			w.send(p, h, saBody(), fragments)
			e := w.send(p.back(), r, saBody(), source)
			e.Data, e.Truncated = e.Data[:len(e.Data)-8], true
		}, true, false, [2]bool{true, false}, [2]bool{}},
		{"midway", func(w *world) { w.exchange(p, first, ike.ExchangeInformational, 5) }, false, false, [2]bool{}, [2]bool{}},
		{"IKEv1", func(w *world) { w.mainMode(p, first, 2) }, true, true, [2]bool{true, false}, [2]bool{true, true}},
	}
	for _, c := range tests {
		w := newWorld()
		c.make(w)
		f := onlyFacts(t, w).IKE[0]
		if f.RequestRead != c.request || f.ResponseRead != c.response || f.FragmentationBy != c.fragmentation || f.NATTBy != c.nat {
			t.Errorf("%s: read %v %v, fragmentation %v, NAT traversal %v", c.name, f.RequestRead, f.ResponseRead, f.FragmentationBy, f.NATTBy)
		}
	}
}
