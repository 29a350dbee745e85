package flows

import (
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

func TestMalformed(t *testing.T) {
	p := udp500(client, gateway)
	request := func(w *world, change func(e *reassembly.Event)) {
		w.initRequest(p, first)
		change(&w.events[len(w.events)-1])
	}
	tests := []struct {
		name string
		make func(w *world)
		text string // "" for none
		at   int
	}{
		{"a payload beyond the message", func(w *world) {
			request(w, func(e *reassembly.Event) { e.Data[28+2] = 0xff })
		}, "payload chain: payload reaches beyond the message", 28},
		{"a payload shorter than its header", func(w *world) {
			request(w, func(e *reassembly.Event) { e.Data[28+2], e.Data[28+3] = 0, 3 })
		}, "payload chain: payload length is less than that of its header", 28},
		{"a chain that goes on behind the end", func(w *world) {
			request(w, func(e *reassembly.Event) { e.Data[len(e.Data)-36] = 41 })
		}, "payload chain: no room for the payload that is announced", 28 + 48 + 72 + 36},
		{"a header longer than the datagram", func(w *world) {
			request(w, func(e *reassembly.Event) { e.Data[26] = 9 })
		}, "header: length reaches beyond the datagram", 24},
		{"a header shorter than itself", func(w *world) {
			request(w, func(e *reassembly.Event) { e.Data[26], e.Data[27] = 0, 20 })
		}, "header: length is less than that of the header", 24},
		{"a notify whose SPI is too long", func(w *world) {
			w.initRequest(p, first)
			w.send(p.back(), ike.Header{InitiatorSPI: first.i, ExchangeType: ike.ExchangeSAInit, Flags: ike.FlagResponse},
				payload(ike.PayloadNotify, 1, 9, 0, 14))
		}, "notify: SPI reaches beyond the payload", 28 + 4 + 1},
		// Look-alikes.
		{"cut by the capture", func(w *world) {
			request(w, func(e *reassembly.Event) { e.Data, e.Truncated = e.Data[:60], true })
		}, "", 0},
		{"reserved bits", func(w *world) {
			request(w, func(e *reassembly.Event) { e.Data[28+1] = 0x7f })
		}, "", 0},
		{"what is protected", func(w *world) { w.up(p, p, first) }, "", 0},
		{"encrypted messages of IKEv1", func(w *world) { w.mainMode(p, first, 6) }, "", 0},
		{"bytes behind the message", func(w *world) {
			request(w, func(e *reassembly.Event) { e.Data = append(e.Data, 0, 0, 0, 0); e.Length += 4 })
		}, "", 0},
	}
	for _, c := range tests {
		w := newWorld()
		c.make(w)
		m := onlyFacts(t, w).IKE[0].Malformed
		if c.text == "" {
			if m.Count != 0 {
				t.Errorf("%s: %+v", c.name, m)
			}
			continue
		}
		if m.Count != 1 || m.Text != c.text || m.Offset != c.at || m.First != m.Last {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
}

func TestOtherVersion(t *testing.T) {
	p := udp500(client, gateway)
	w := newWorld()
	w.initRequest(p, first)
	h := ike.Header{InitiatorSPI: first.i, ResponderSPI: first.r, ExchangeType: ike.ExchangeV1Informational, MessageID: 1}
	for i := range uint32(2) {
		h.MessageID = i + 1
		w.v1(p.back(), h, notifyV1(ike.V1NotifyInvalidMajorVersion, nil, nil))
		w.wait(second)
	}
	f := onlyFacts(t, w).IKE[0]
	if v := f.OtherVersion; v == nil || v.Major != 1 || v.From != "responder" || v.Count != 2 || v.First.Ref.Frame != 2 {
		t.Errorf("%+v", v)
	}
	if l := f.ClearNotifies; len(l) != 1 || l[0].Name != "INVALID-MAJOR-VERSION" || l[0].Count != 2 {
		t.Errorf("%+v", l)
	}
	w = newWorld()
	w.up(p, p, first)
	if v := onlyFacts(t, w).IKE[0].OtherVersion; v != nil {
		t.Errorf("%+v of a tunnel with one version", v)
	}
}
