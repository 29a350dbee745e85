package reassembly

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
)

// frameOf makes the IPv4 packet of which d could be, without checksums.
func frameOf(d *dissect.Datagram) []byte {
	b := []byte{0x45, 0, 0, 0}
	b = binary.BigEndian.AppendUint16(b, uint16(d.IPID))
	b = append(b, 0, 0, d.TTL, d.Proto, 0, 0)
	b = append(b, d.Src.Addr().AsSlice()...)
	b = append(b, d.Dst.Addr().AsSlice()...)
	ports := func() {
		b = binary.BigEndian.AppendUint16(b, d.Src.Port())
		b = binary.BigEndian.AppendUint16(b, d.Dst.Port())
	}
	switch d.Proto {
	case dissect.ProtoTCP:
		ports()
		b = binary.BigEndian.AppendUint32(b, d.TCP.Seq)
		b = binary.BigEndian.AppendUint32(b, d.TCP.Ack)
		b = append(b, 5<<4, byte(d.TCP.Flags))
		b = binary.BigEndian.AppendUint16(b, d.TCP.Window)
		b = append(b, 0, 0, 0, 0)
	case dissect.ProtoUDP:
		ports()
		b = binary.BigEndian.AppendUint16(b, uint16(8+len(d.Payload)))
		b = append(b, 0, 0)
	}
	b = append(b, d.Payload...)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	return b
}

func packetOf(d *dissect.Datagram) *capture.Packet {
	b := frameOf(d)
	return &capture.Packet{LinkType: capture.LinkRaw, Data: b, OrigLen: len(b), Ref: d.Ref, Time: d.Time, Interface: d.Tap.Interface}
}

// keptEvents is a Classifier and the events that it emitted.
func keptEvents(cfg Config) (*Classifier, *[]Event) {
	list := new([]Event)
	return NewClassifier(cfg, func(e *Event) {
		k := *e
		k.Data = bytes.Clone(e.Data)
		*list = append(*list, k)
	}), list
}

// TestPacketIsDatagram: random traffic gives the same events, whether packets
// are taken by their headers or as datagrams.
func TestPacketIsDatagram(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 51))
		w := new(wire)
		short, shortEvents := keptEvents(Config{})
		plain, plainEvents := keptEvents(Config{})
		var talks []*tcpTalk
		for i := range 4 {
			talk := newTalk(w)
			talk.ends[0] = at(hostA, uint16(1000+i))
			talks = append(talks, talk)
		}
		for range 300 {
			talk := talks[r.IntN(len(talks))]
			talk.out = talk.out[:0]
			side := r.IntN(2)
			switch kind := r.IntN(20); kind {
			case 9:
				talk.ack(side)
			case 10:
				talk.say(side, []byte("GET / HTTP/1.1\r\n\r\n"))
			case 11:
				d := w.udp(talk.ends[side], talk.ends[1-side], esp(r, spiA, r.Uint32N(100), 80))
				if r.IntN(3) == 0 {
					d = w.datagram(dissect.ProtoESP, at(hostA, 0), at(hostB, 0), d.Payload)
				}
				talk.out = append(talk.out, d)
			case 12, 13, 14, 15, 16, 17, 18, 19: // what a flow of NAT traversal has
				talk.out = append(talk.out, w.udp(talk.ends[side], at(hostB, 4500), inNATT(r)))
			default:
				talk.act(r, side, kind)
			}
			for _, d := range talk.out {
				p := packetOf(d)
				if r.IntN(8) == 0 { // cut by a snapshot length
					p.Data = p.Data[:min(len(p.Data), 48+r.IntN(40))]
				}
				var h dissect.Headers
				if !h.Read(p) {
					t.Fatalf("not a usual frame: %x", p.Data)
				}
				short.Packet(&h, p)
				var whole dissect.Datagram
				dissect.NewDecoder().Decode(p, &whole)
				plain.Datagram(&whole)
			}
		}
		short.Finish()
		plain.Finish()
		if len(*shortEvents) != len(*plainEvents) || short.Counters() != plain.Counters() {
			t.Fatalf("seed %d: %d events, %+v; plain %d, %+v", seed, len(*shortEvents), short.Counters(), len(*plainEvents), plain.Counters())
		}
		for i := range *shortEvents {
			if a, b := &(*shortEvents)[i], &(*plainEvents)[i]; !reflect.DeepEqual(a, b) {
				t.Fatalf("seed %d: event %d\n%+v, plain\n%+v", seed, i, *a, *b)
			}
		}
	}
}

// inNATT makes what NAT traversal carries, and what looks like it.
func inNATT(r *rand.Rand) []byte {
	switch r.IntN(9) {
	case 0:
		return withMarker(ikeInformational(r, 40))
	case 1:
		return ikeInformational(r, 40) // without marker
	case 2:
		return withMarker(random(r, 40)) // no IKE behind it
	case 3:
		return []byte{0xff}
	case 4:
		return random(r, r.IntN(12))
	case 5:
		return make([]byte, r.IntN(40))
	case 6:
		return random(r, 20+r.IntN(100))
	}
	return esp(r, spiB, r.Uint32N(1000), 80)
}

// TestPacketAllocs: in the steady state no packet of any transport allocates.
func TestPacketAllocs(t *testing.T) {
	r := rand.New(rand.NewPCG(52, 52))
	w := new(wire)
	c := NewClassifier(Config{}, func(*Event) {})
	stream, fake, web := newTalk(w), newTalk(w), newTalk(w)
	fake.ends[0], web.ends[0] = at(hostA, 40001), at(hostA, 40002)
	stream.up(r)
	stream.say(0, espFrame(r, spiA, 1))
	stream.say(0, espFrame(r, spiA, 2))
	fake.up(r)
	fake.at(0, fake.seq[0], flagACK, esp(r, spiB, 1, 80))
	fake.at(0, fake.seq[0], flagACK, esp(r, spiB, 2, 80))
	web.open()
	web.say(0, []byte("GET / HTTP/1.1\r\n\r\n"))
	for _, talk := range []*tcpTalk{stream, fake, web} {
		for _, d := range talk.out {
			c.Datagram(d)
		}
	}
	c.Datagram(w.udp(at(hostA, 4500), at(hostB, 4500), withMarker(ikeInformational(r, 40))))
	ah := append([]byte{50, 4, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3}, make([]byte, 12)...)
	for _, test := range []struct {
		name      string
		d         *dissect.Datagram
		sequence  int // where it stands in the IP packet
		tcpMoves  int // by how much the TCP sequence number grows
		recognise bool
	}{
		{"stream", stream.at(0, stream.seq[0], flagPSH, espFrame(r, spiA, 3)), 40 + 6, len(espFrame(r, spiA, 3)), true},
		{"fake TCP", fake.at(0, fake.seq[0], flagACK, esp(r, spiB, 3, 80)), 40 + 4, 0, true},
		{"ignored TCP", web.at(0, web.seq[0], flagPSH, random(r, 1000)), 44, 1000, false},
		{"ESP in UDP", w.udp(at(hostA, 4500), at(hostB, 4500), esp(r, spiA, 1, 80)), 28 + 4, 0, true},
		{"raw ESP", w.datagram(dissect.ProtoESP, at(hostA, 0), at(hostB, 0), esp(r, spiA, 1, 80)), 20 + 4, 0, true},
		{"AH", w.datagram(dissect.ProtoAH, at(hostA, 0), at(hostB, 0), append(ah, esp(r, spiA, 1, 80)...)), 20 + 8, 0, true},
		{"DNS", w.udp(at(hostA, 40000), at(hostB, 53), dns(r)[0].payload), 28 + 4, 0, false},
	} {
		p := packetOf(test.d)
		var h dissect.Headers
		next := func() {
			b := p.Data
			binary.BigEndian.PutUint16(b[4:], binary.BigEndian.Uint16(b[4:])+1)
			binary.BigEndian.PutUint32(b[test.sequence:], binary.BigEndian.Uint32(b[test.sequence:])+1)
			if test.tcpMoves > 0 {
				binary.BigEndian.PutUint32(b[24:], binary.BigEndian.Uint32(b[24:])+uint32(test.tcpMoves))
			}
			p.Time += 1000
			if !h.Read(p) {
				t.Fatalf("%s: not a usual frame", test.name)
			}
			c.Packet(&h, p)
		}
		for range 100 {
			next()
		}
		before := c.Counters()
		if n := testing.AllocsPerRun(1000, next); n != 0 {
			t.Errorf("%s: %v allocations", test.name, n)
		}
		if after := c.Counters(); (after.IPsecPackets-before.IPsecPackets > 900) != test.recognise {
			t.Errorf("%s: %d of IPsec, %d ignored", test.name, after.IPsecPackets-before.IPsecPackets, after.IgnoredPackets-before.IgnoredPackets)
		}
	}
}
