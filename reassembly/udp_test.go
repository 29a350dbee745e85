package reassembly

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/dissect"
)

// TestUDPRules has one row for each rule about what counts, where and how sure.
func TestUDPRules(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const spi, other = 0x9f31c2d4, 0x1b20f6a7
	var (
		message = ikeInformational(r, 48)
		badIKE  = append([]byte(nil), message...)
	)
	badIKE[27]++ // its length no longer fits

	type step struct {
		src, dst uint16
		payload  []byte
	}
	const ike, e, ka = MessageIKE, MessageESP, MessageKeepalive
	type want struct {
		frame   int
		message MessageKind
		tr      Transport
		conf    Confidence
	}
	const low, medium, high = ConfidenceLow, ConfidenceMedium, ConfidenceHigh
	const udp, natt = TransportUDP, TransportUDPNATT
	seq := func(s uint32) []byte { return esp(r, spi, s, 64) }
	ff := []byte{0xff}
	for _, test := range []struct {
		name      string
		hints     []uint16
		in        []step
		want      []want
		undecided uint64
	}{
		{name: "IKE on 500", in: []step{{500, 500, message}}, want: []want{{1, ike, udp, high}}},
		{name: "IKE on any port", in: []step{{40000, 443, message}}, want: []want{{1, ike, udp, high}}},
		{name: "IKE with marker on any port", in: []step{{40000, 443, withMarker(message)}}, want: []want{{1, ike, natt, high}}},
		{name: "IKE behind a NAT below 500", in: []step{{4500, 12, withMarker(message)}}, want: []want{{1, ike, natt, high}}},
		{name: "IKE without marker on 4500", in: []step{{4500, 4500, message}}, want: []want{{1, ike, udp, high}}},
		{name: "broken IKE on 500", in: []step{{500, 500, badIKE}}, want: []want{{1, ike, udp, high}}},
		{name: "broken IKE on 4500", in: []step{{4500, 4500, withMarker(badIKE)}}, want: []want{{1, ike, natt, high}}},
		{name: "broken IKE elsewhere", in: []step{{4000, 4001, withMarker(badIKE)}}},
		{name: "broken IKE on a hinted port", hints: []uint16{4001}, in: []step{{4000, 4001, withMarker(badIKE)}}, want: []want{{1, ike, natt, high}}},
		{name: "broken IKE on a known flow", in: []step{{4000, 4001, withMarker(message)}, {4001, 4000, withMarker(badIKE)}},
			want: []want{{1, ike, natt, high}, {2, ike, natt, high}}},
		{name: "marker without IKE", in: []step{{4500, 4500, withMarker(random(r, 60))}}},
		{name: "empty", in: []step{{4500, 4500, nil}, {500, 500, nil}}},

		{name: "one ESP on 4500", in: []step{{4500, 4500, seq(1)}}, want: []want{{1, e, natt, low}}},
		{name: "one ESP on a hinted port", hints: []uint16{4001}, in: []step{{4001, 6000, seq(1)}}, want: []want{{1, e, natt, low}}},
		{name: "one ESP elsewhere", in: []step{{4000, 4001, seq(1)}}, undecided: 1},
		{name: "two ESP elsewhere", in: []step{{4000, 4001, seq(1)}, {4000, 4001, seq(2)}}, undecided: 2},
		{name: "three ESP elsewhere", in: []step{{4000, 4001, seq(1)}, {4000, 4001, seq(2)}, {4000, 4001, seq(3)}, {4001, 4000, esp(r, other, 77, 40)}},
			want: []want{{1, e, natt, medium}, {2, e, natt, medium}, {3, e, natt, medium}, {4, e, natt, high}}},
		{name: "three ESP elsewhere in big steps", in: []step{{4000, 4001, seq(1)}, {4000, 4001, seq(900)}, {4000, 4001, seq(1900)}}, undecided: 3},
		{name: "three ESP on 4500", in: []step{{4500, 4500, seq(7)}, {4500, 4500, esp(r, other, 9, 64)}, {4500, 4500, seq(8)}, {4500, 4500, seq(9)}},
			want: []want{{1, e, natt, medium}, {2, e, natt, medium}, {3, e, natt, medium}, {4, e, natt, high}}},
		{name: "other port of the pair", in: []step{{4000, 4001, seq(1)}, {4000, 4002, seq(2)}, {4000, 4003, seq(3)}}, undecided: 3},

		{name: "ESP after IKE with marker", in: []step{{4000, 443, withMarker(message)}, {443, 4000, seq(1)}},
			want: []want{{1, ike, natt, high}, {2, e, natt, high}}},
		{name: "ESP after IKE without marker", in: []step{{4000, 443, message}, {443, 4000, seq(1)}},
			want: []want{{1, ike, udp, high}}, undecided: 1},
		{name: "IKE with marker after ESP", in: []step{{4000, 443, seq(1)}, {4000, 443, ff}, {443, 4000, withMarker(message)}},
			want: []want{{1, e, natt, high}, {2, ka, natt, high}, {3, ike, natt, high}}},
		{name: "known flow takes SPIs that nobody chooses", in: []step{{4500, 4500, withMarker(message)}, {4500, 4500, esp(r, 0x04000000, 1, 64)}},
			want: []want{{1, ike, natt, high}, {2, e, natt, high}}},
		{name: "rebinding, same SPI", in: []step{{4500, 4500, withMarker(message)}, {4500, 4500, seq(1)}, {31000, 4500, seq(2)}, {31000, 4001, seq(3)}},
			want: []want{{1, ike, natt, high}, {2, e, natt, high}, {3, e, natt, high}, {4, e, natt, high}}},
		{name: "rebinding, other SPI", in: []step{{4500, 4500, withMarker(message)}, {4500, 4500, seq(1)}, {31000, 4001, esp(r, other, 1, 64)}},
			want: []want{{1, ike, natt, high}, {2, e, natt, high}}, undecided: 1},
		{name: "foreign flow, then IKE with marker", in: []step{{4500, 4500, esp(r, 0x01000000, 1, 64)}, {4500, 4500, seq(1)}, {4500, 4500, withMarker(message)}, {4500, 4500, seq(2)}},
			want: []want{{3, ike, natt, high}, {4, e, natt, high}}},

		{name: "keepalive on 4500", in: []step{{4500, 4500, ff}}, want: []want{{1, ka, natt, medium}}},
		{name: "keepalive on a known flow", in: []step{{1000, 2000, withMarker(message)}, {2000, 1000, ff}},
			want: []want{{1, ike, natt, high}, {2, ka, natt, high}}},
		{name: "keepalive elsewhere", in: []step{{1000, 2000, ff}}, undecided: 1},
		{name: "one byte, not ff", in: []step{{4500, 4500, []byte{0xfe}}}},

		{name: "length not a multiple of 4", in: []step{{4500, 4500, esp(r, spi, 1, 65)}}},
		{name: "too short for ESP", in: []step{{4500, 4500, seq(1)[:8]}, {4500, 4500, seq(1)[:6]}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var w wire
			var in []*dissect.Datagram
			for i, s := range test.in {
				src, dst := hostA, hostB
				if i > 0 && s.src == test.in[0].dst && s.src != test.in[0].src {
					src, dst = dst, src // an answer
				}
				in = append(in, w.udp(at(src, s.src), at(dst, s.dst), s.payload))
			}
			out, n := run(t, Config{UDPPorts: test.hints}, in...)
			var have []want
			for _, g := range out {
				have = append(have, want{int(g.Ref.Number()), g.Message, g.Transport, g.Confidence})
			}
			if diff := cmp.Diff(test.want, have, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
			if n.UndecidedPackets != test.undecided {
				t.Errorf("%d undecided, want %d", n.UndecidedPackets, test.undecided)
			}
		})
	}
}

// TestRawESPKnowsSPI: an SPI seen as an IP protocol counts in UDP at once.
func TestRawESPKnowsSPI(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var w wire
	out, _ := run(t, Config{},
		w.datagram(dissect.ProtoESP, at(hostA, 0), at(hostB, 0), esp(r, 0x11223344, 5, 32)),
		w.udp(at(hostA, 7000), at(hostB, 7001), esp(r, 0x11223344, 6, 32)),
		w.udp(at(hostB, 7000), at(hostA, 7009), esp(r, 0x11223344, 7, 32))) // the other direction is another SA
	want := []got{
		{1 << 0, MessageESP, TransportIP, ConfidenceHigh, 0x11223344, 40},
		{2, MessageESP, TransportUDPNATT, ConfidenceHigh, 0x11223344, 40},
	}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// TestSnaplen: a header is enough, less is not.
func TestSnaplen(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	natt := func(w *wire, b []byte, n int) *dissect.Datagram {
		return cutTo(w.udp(at(hostA, 4500), at(hostB, 4500), b), n)
	}
	var w wire
	out, n := run(t, Config{},
		natt(&w, withMarker(ikeInformational(r, 200)), 32),
		natt(&w, esp(r, 0x99887766, 1, 100), 8),
		natt(&w, withMarker(ikeInformational(r, 200)), 31),
		natt(&w, esp(r, 0x99887766, 2, 100), 7),
		natt(&w, esp(r, 0x99887766, 3, 100), 0))
	if refs(out) != "1 2 " || out[0].Length != 28+4+200 || out[1].Length != 108 {
		t.Errorf("messages %+v", out)
	}
	// The third has its marker, so it is IKE on a flow of IPsec: not told which,
	// but it must not go unnoticed.
	if n.UndecidedPackets != 3 {
		t.Errorf("%d undecided, want 3", n.UndecidedPackets)
	}
}
