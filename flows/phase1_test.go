package flows

import (
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// v1 puts an IKEv1 message with these payloads from p.i to p.r. What repeats
// one must be given the same bytes.
func (w *world) v1(p peers, h ike.Header, payloads ...[]byte) *reassembly.Event {
	e := w.send(p, h, payloads...)
	e.Data[17] = 0x10 // version 1.0
	return e
}

// encryptedV1 puts an encrypted one whose content is told by its seed.
func (w *world) encryptedV1(p peers, h ike.Header, n int, seed byte) *reassembly.Event {
	h.Flags |= ike.FlagEncryption
	b := make([]byte, n)
	for i := range b {
		b[i] = seed + byte(i)*7
	}
	e := w.v1(p, h)
	e.Data = append(e.Data, b...)
	e.Data[16], e.Data[27] = byte(ike.PayloadV1Hash), byte(len(e.Data))
	e.Length = len(e.Data)
	e.IPLength = 28 + e.Length
	return e
}

// repeat is the last event once more, as its sender sends it again.
func (w *world) repeat(e *reassembly.Event) *reassembly.Event { return w.put(*e) }

// saV1 is one phase 1 transform: AES-CBC-256, SHA2-256, pre-shared key, group 14.
func saV1() []byte {
	t := []byte{
		0, 0, 0, 36, 1, 1, 0, 0,
		0x80, 1, 0, 7, 0x80, 14, 1, 0, 0x80, 2, 0, 4, 0x80, 3, 0, 1, 0x80, 4, 0, 14,
		0x80, 11, 0, 1, 0x80, 12, 0x70, 0x80,
	}
	b := []byte{0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, byte(8 + len(t)), 1, 1, 0, 1}
	return append(payload(ike.PayloadV1SA, b...), t...)
}

var (
	rfc3947       = []byte{0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f}
	fragmentation = []byte{0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3, 0x80, 0, 0, 0}
)

// mainMode puts the first messages of main mode, up to the sixth.
func (w *world) mainMode(p peers, s sa, messages int) {
	h := ike.Header{InitiatorSPI: s.i, ResponderSPI: s.r, ExchangeType: ike.ExchangeV1Main}
	for n := range messages {
		from, x := p, h
		if n%2 == 1 {
			from = p.back()
		}
		switch n {
		case 0:
			x.ResponderSPI = 0
			w.v1(from, x, saV1(), payload(ike.PayloadV1VendorID, rfc3947...), payload(ike.PayloadV1VendorID, fragmentation...))
		case 1:
			w.v1(from, x, saV1(), payload(ike.PayloadV1VendorID, rfc3947...))
		case 2, 3:
			w.v1(from, x, payload(ike.PayloadV1KE, w.noise(256)...), payload(ike.PayloadV1Nonce, w.noise(32)...))
		default:
			w.encryptedV1(from, x, 64, byte(n))
		}
	}
}

func TestPhase1(t *testing.T) {
	p := udp500(client, gateway)
	tests := []struct {
		name           string
		make           func(w *world)
		from, to, sent int
		by             string
		encrypted      bool
	}{
		{"first message", func(w *world) { w.mainMode(p, first, 1) }, 1, 0, 1, "initiator", false},
		{"first message again and again", func(w *world) {
			w.mainMode(p, first, 1)
			for range 4 {
				w.wait(5 * second)
				w.repeat(&w.events[0])
			}
		}, 1, 0, 5, "initiator", false},
		{"fifth again", func(w *world) {
			w.mainMode(p, first, 5)
			w.wait(5 * second)
			w.repeat(&w.events[4])
		}, 3, 2, 2, "initiator", true},
		{"fourth again, for the third came again", func(w *world) {
			w.mainMode(p, first, 4)
			for range 2 {
				w.wait(5 * second)
				w.repeat(&w.events[2])
				w.repeat(&w.events[3])
			}
		}, 2, 2, 3, "responder", false},
		{"complete", func(w *world) { w.mainMode(p, first, 6) }, 3, 3, 1, "responder", true},
	}
	for _, c := range tests {
		w := newWorld()
		c.make(w)
		f := onlyFacts(t, w).IKE[0].Phase1
		if f.FromInitiator != c.from || f.FromResponder != c.to || f.LastSendings != c.sent || f.LastBy != c.by || f.Last.Encrypted != c.encrypted {
			t.Errorf("%s: %+v", c.name, f)
		}
		if f.LastRepeat.Time.Before(f.Last.Time) || f.Last.Length == 0 {
			t.Errorf("%s: last %+v, repeated %v", c.name, f.Last, f.LastRepeat)
		}
	}
}

// The first message repeated and then the fifth are two repeats.
func TestRepeatsByMessage(t *testing.T) {
	w := newWorld()
	p := udp500(client, gateway)
	w.mainMode(p, first, 1)
	for range 2 {
		w.wait(5 * second)
		w.repeat(&w.events[0])
	}
	again := newWorld()
	again.now, again.frame, again.ipid = w.now, w.frame, w.ipid
	again.mainMode(p, first, 5)
	w.events = append(w.events, again.events[1:]...)
	w.now, w.frame, w.ipid = again.now, again.frame, again.ipid
	fifth := w.events[len(w.events)-1]
	for range 3 {
		w.wait(5 * second)
		w.repeat(&fifth)
		w.repeat(&again.events[3]) // the responder's fourth is no answer
	}
	r := onlyFacts(t, w).IKE[0].Repeats
	if len(r) != 2 || r[0].Total != 3 || r[1].Total != 4 || r[0].Answered == nil || r[1].Answered != nil {
		t.Fatalf("repeats %+v", r)
	}
	if r[0].Answered.Ref.Frame != again.events[1].Ref.Number() {
		t.Errorf("answered in frame %d", r[0].Answered.Ref.Frame)
	}
}

func TestPhase1SeenTwice(t *testing.T) {
	w := newWorld()
	inside, outside := udp500("10.0.0.2", gateway), udp500(client, gateway)
	w.mainMode(inside, first, 5)
	n := len(w.events)
	for i := range n {
		e := w.events[i]
		at := e.Time + 1e5
		e = *w.put(e)
		e.Time, e.FirstTime, e.IPID = at, at, w.events[i].IPID
		if i%2 == 0 {
			e.Src = outside.i
		} else {
			e.Dst = outside.i
		}
		w.events[len(w.events)-1] = e
	}
	f := onlyFacts(t, w).IKE[0].Phase1
	if f.FromInitiator != 3 || f.FromResponder != 2 || f.LastSendings != 1 {
		t.Errorf("%+v", f)
	}
}
