package reassembly

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
)

// tcpCase is a conversation and the events it must give.
type tcpCase struct {
	name string
	talk func(t *tcpTalk, r *rand.Rand)
	want string
}

func runCases(t *testing.T, cases []tcpCase) {
	for i, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			talk := newTalk(new(wire))
			test.talk(talk, rand.New(rand.NewPCG(8229, uint64(i))))
			checkTCP(t, talk.out, test.want)
		})
	}
}

const spiA, spiB = 0xc1c2c3c4, 0xd1d2d3d4

func espFrame(r *rand.Rand, spi, seq uint32) []byte { return framed(esp(r, spi, seq, 80)) }

func TestTCPStream(t *testing.T) {
	runCases(t, []tcpCase{
		{"whole connection", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)                                                                    // 1-8
			t.say(0, espFrame(r, spiA, 1))                                             // 9
			t.ack(1)                                                                   // 10
			t.say(1, espFrame(r, spiB, 1))                                             // 11
			t.ack(0)                                                                   // 12
			t.say(0, []byte{0, 3, 0xff})                                               // 13
			t.say(0, concat(espFrame(r, spiA, 2), []byte{0, 2}, espFrame(r, spiA, 3))) // 14
			t.close(0)                                                                 // 15
			t.close(1)                                                                 // 16
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> rfc8229 esp c1c2c3c4 1
			11< rfc8229 esp d1d2d3d4 1
			13> rfc8229 keepalive
			14> rfc8229 esp c1c2c3c4 2
			14> rfc8229 esp c1c2c3c4 3 (0)
			15> fin
			16< fin`},
		{"every byte a segment", func(t *tcpTalk, r *rand.Rand) {
			t.open()
			for _, b := range concat(iketcp(), framed(withMarker(ikeInformational(r, 4)))) {
				t.say(0, []byte{b})
				t.ack(1)
			}
		}, `
			14> prefix (0)
			98> rfc8229 ike (48)`},
		{"segments before the verdict, out of order", func(t *tcpTalk, r *rand.Rand) {
			t.open()
			b := concat(iketcp(), ikeFrame(r))
			first := t.skip(0, 4)
			t.say(0, b[4:])
			t.at(0, first, flagPSH, b[:4])
		}, `
			5> prefix (0)
			5> rfc8229 ike (2)
			5> out of order 4 (0)`},
		{"resumed with ESP only", func(t *tcpTalk, r *rand.Rand) {
			t.open()
			t.say(0, iketcp())
			t.say(0, espFrame(r, spiA, 77))
			t.ack(1)
			t.say(1, espFrame(r, spiB, 55))
			t.ack(0)
		}, `
			4> prefix (0)
			5> rfc8229 esp c1c2c3c4 77 (2)
			7< rfc8229 esp d1d2d3d4 55`},
		{"no prefix", func(t *tcpTalk, r *rand.Rand) {
			t.open()
			t.say(0, ikeFrame(r))
			t.close(1)
		}, `
			4> no prefix (0)
			4> rfc8229 ike
			5< fin`},
		{"no SYN, prefix", func(t *tcpTalk, r *rand.Rand) {
			t.say(0, iketcp())
			t.say(0, ikeFrame(r))
			t.say(1, ikeFrame(r))
		}, `
			1> prefix (0)
			2> rfc8229 ike (2)
			3< resync (0)
			3< rfc8229 ike`},
		{"midway, at IKE", func(t *tcpTalk, r *rand.Rand) {
			t.ack(0)
			t.say(0, ikeFrame(r))
			t.say(1, ikeFrame(r))
		}, `
			2> midway (0)
			2> resync (0)
			2> rfc8229 ike
			3< resync (0)
			3< rfc8229 ike`},
		{"midway, in the middle of ESP", func(t *tcpTalk, r *rand.Rand) {
			t.say(0, random(r, 33))
			for i := range uint32(4) {
				t.say(0, espFrame(r, spiA, 900+i))
			}
			t.say(1, espFrame(r, spiB, 7))
			t.ack(0)
		}, `
			1> midway (0)
			4> resync 33 (0)
			4> rfc8229 esp c1c2c3c4 900 (4)
			4> rfc8229 esp c1c2c3c4 901 (0)
			4> rfc8229 esp c1c2c3c4 902 (0)
			5> rfc8229 esp c1c2c3c4 903`},
		{"retransmission, overlap, conflict", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			a, b := espFrame(r, spiA, 1), espFrame(r, spiA, 2)
			t.say(0, a) // 9
			t.ack(1)
			t.w.time += 1e9
			t.at(0, t.seq[0]-uint32(len(a)), flagPSH, a)            // 11
			t.at(0, t.seq[0]-uint32(len(a)), flagPSH, concat(a, b)) // 12
			t.skip(0, len(b))
			t.at(0, t.seq[0]-uint32(len(b)), flagPSH, random(r, len(b))) // 13
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> rfc8229 esp c1c2c3c4 1
			11> retransmission 90
			12> rfc8229 esp c1c2c3c4 2
			12> retransmission 90 (0)
			13> retransmission 90
			13> conflict 15 (0)`},
		{"gap", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			t.say(0, espFrame(r, spiA, 1))
			t.skip(0, 90) // lost: one frame
			for i := range uint32(6) {
				t.say(0, espFrame(r, spiA, 3+i)) // 10-
				t.ack(1)
			}
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> rfc8229 esp c1c2c3c4 1
			18> gap 90 (0)
			18> resync (0)
			18> rfc8229 esp c1c2c3c4 3 (5)
			18> rfc8229 esp c1c2c3c4 4 (0)
			18> rfc8229 esp c1c2c3c4 5 (0)
			18> rfc8229 esp c1c2c3c4 6 (0)
			18> rfc8229 esp c1c2c3c4 7 (0)
			20> rfc8229 esp c1c2c3c4 8`},
		{"probe and zero window", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			t.at(1, t.seq[1], flagACK, nil).TCP.Window = 0 // 9
			t.at(1, t.seq[1], flagACK, nil).TCP.Window = 0 // 10
			t.at(0, t.seq[0]-1, flagACK, nil)              // 11
			t.at(0, t.seq[0]-1, flagACK, []byte{0})        // 12
			t.ack(1)                                       // 13
			t.at(1, t.seq[1], flagACK, nil).TCP.Window = 0 // 14
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9< zero window
			11> probe
			12> probe 1
			14< zero window`},
		{"reset within a message", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			t.say(0, ikeFrame(r)[:30])
			t.at(1, t.seq[1], flagRST, nil)
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			10< rst
			9> partial 30 (0)`},
		{"cut by the snapshot length", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			for i := range uint32(3) {
				cutTo(t.say(0, espFrame(r, spiA, 1+i)), 30)
				t.ack(1)
			}
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> rfc8229 esp c1c2c3c4 1
			11> rfc8229 esp c1c2c3c4 2
			13> rfc8229 esp c1c2c3c4 3`},
		{"a FIN from somebody else", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			t.close(0)
			t.seq[0]--
			t.say(0, ikeFrame(r))
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> fin
			10> resync (0)
			10> rfc8229 ike`},
		{"one direction only", func(t *tcpTalk, r *rand.Rand) {
			t.at(1, t.seq[1]-1, flagSYN|flagACK, nil)
			t.say(1, ikeFrame(r))
			t.say(1, espFrame(r, spiB, 1))
			t.say(1, espFrame(r, spiB, 2))
		}, `
			2< rfc8229 ike
			3< rfc8229 esp d1d2d3d4 1
			4< rfc8229 esp d1d2d3d4 2`},
		{"ports used again", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			t.at(0, t.seq[0], flagRST, nil)
			t.seq = [2]uint32{77000, 88000}
			t.open()
			t.say(0, []byte("GET / HTTP/1.1\r\n"))
			t.say(1, ikeFrame(r)) // nobody reads this
			t.seq = [2]uint32{777000, 888000}
			t.up(r) // 15-22
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> rst
			18> prefix (0)
			19> rfc8229 ike (2)
			21< rfc8229 ike`},
		{"TLS answers", func(t *tcpTalk, r *rand.Rand) {
			t.open()
			t.say(0, iketcp())
			t.say(0, ikeFrame(r))
			t.say(1, []byte{21, 3, 1, 0, 2, 2, 10})
			t.close(1)
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			6< foreign 1
			7< fin`},
		{"HTTP answers", func(t *tcpTalk, r *rand.Rand) {
			t.open()
			t.say(0, iketcp())
			t.say(1, []byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			t.say(1, []byte("more"))
		}, `
			4> prefix (0)
			5< foreign 2`},
		{"SYN-ACK captured before the SYN", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			t.out[0], t.out[1] = t.out[1], t.out[0]
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike`},
		{"SYN-ACKs with different numbers", func(t *tcpTalk, r *rand.Rand) {
			t.at(0, t.seq[0]-1, flagSYN, nil)
			t.at(1, t.seq[1]+5000, flagSYN|flagACK, nil)
			t.at(1, t.seq[1]+9000, flagSYN|flagACK, nil).TCP.Ack = 1
			t.at(1, t.seq[1]-1, flagSYN|flagACK, nil)
			t.say(0, iketcp()) // 5
			t.at(1, t.seq[1]-1, flagSYN|flagACK, nil)
			t.at(1, t.seq[1]+7000, flagSYN|flagACK, nil).TCP.Ack = 1000
			t.at(1, t.seq[1]-1, flagSYN|flagACK, nil).TCP.Ack = 1000
			t.say(0, ikeFrame(r)) // 9
			t.say(1, ikeFrame(r))
		}, `
			5> prefix (0)
			9> rfc8229 ike (2)
			10< rfc8229 ike`},
		{"IP fragments", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			d := t.say(0, espFrame(r, spiA, 1))
			d.Packets, d.Fragments, d.FirstRef, d.FirstTime = 3, 3, 7, d.Time-5
			for i := range uint32(2) {
				d = t.at(1, t.seq[1], flagACK, esp(r, spiB, 1+i, 80))
				d.Packets, d.Fragments, d.FirstRef, d.FirstTime = 2, 2, 7, d.Time-5
			}
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> rfc8229 esp c1c2c3c4 1 (3)
			10< fortinet-esp esp d1d2d3d4 1 (2)
			11< fortinet-esp esp d1d2d3d4 2 (2)
			11< repeat (0)`},
		{"super-segments", func(t *tcpTalk, r *rand.Rand) {
			t.open()
			b := concat(iketcp(), ikeFrame(r))
			for i := range uint32(40) {
				b = append(b, framed(esp(r, spiA, 1+i, 1400))...)
			}
			t.say(0, b)
			t.say(0, b[len(b)-1410:]) // ESP 40 once more, as new bytes
		}, superSegments()},
		{"refused", func(t *tcpTalk, r *rand.Rand) {
			t.at(0, 1, flagSYN, nil)
			t.at(1, 0, flagRST, nil)
			t.at(1, 0, flagRST, nil)
		}, `2< refused (0)`},
		{"opened and closed without a byte", func(t *tcpTalk, r *rand.Rand) {
			t.open()
			t.at(0, t.seq[0], flagFIN|flagACK, nil)
			t.at(1, t.seq[1], flagFIN|flagACK, nil)
		}, `5< unused (0)`},
		{"opened and left without a byte", func(t *tcpTalk, r *rand.Rand) {
			t.open()
		}, `1> unused (0)`},
		{"opened and closed after another protocol", func(t *tcpTalk, r *rand.Rand) {
			t.open()
			t.say(1, []byte("220 mail.example.com ESMTP\r\n"))
			t.at(0, t.seq[0], flagRST, nil)
		}, ``},
		{"SYN sent again", func(t *tcpTalk, r *rand.Rand) {
			t.at(0, t.seq[0]-1, flagSYN, nil)
			t.w.time += 1e9
			t.up(r)
		}, `
			5> prefix (0)
			6> rfc8229 ike (2)
			8< rfc8229 ike`},
	})
}

func superSegments() string {
	s := "4> prefix (0)\n4> rfc8229 ike\n"
	for i := range 40 {
		s += fmt.Sprintf("4> rfc8229 esp c1c2c3c4 %d (0)\n", 1+i)
	}
	return s + "5> rfc8229 esp c1c2c3c4 40"
}

// TestTCPUndecided: segments that could be ESP, and no more of them.
func TestTCPUndecided(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	talk := newTalk(new(wire))
	talk.at(0, 7, flagACK, esp(r, spiA, 1, 80))
	talk.ack(1)
	if got, c := tcpEvents(t, talk.out); len(got) != 0 || c.Counters().UndecidedPackets != 1 || c.Counters().IgnoredPackets != 2 {
		t.Errorf("%q, %+v", got, c.Counters())
	}
}

// TestTCPTaps: copies that the capture made are no retransmissions.
func TestTCPTaps(t *testing.T) {
	const want = `
		7> prefix (0)
		8> copied
		9> rfc8229 ike (2)
		10> copied
		11< rfc8229 ike
		12< copied
		13> rfc8229 esp c1c2c3c4 1
		14> copied
		15> rfc8229 esp c1c2c3c4 2
		16> copied
		18< copied`
	talk := func() []*dissect.Datagram {
		t := newTalk(new(wire))
		r := rand.New(rand.NewPCG(1, 1))
		t.open()
		t.say(0, iketcp())
		t.say(0, ikeFrame(r))
		t.say(1, ikeFrame(r))
		t.say(0, espFrame(r, spiA, 1))
		t.say(0, espFrame(r, spiA, 2))
		t.ack(1)
		return t.out
	}
	for _, test := range []struct {
		name string
		copy func(d *dissect.Datagram)
	}{
		{"other tap", func(d *dissect.Datagram) { d.Tap.Interface = 1 }},
		{"other tap, no identification", func(d *dissect.Datagram) { d.Tap.Direction = capture.DirectionOut; d.HasIPID = false }},
		{"other tap, behind a router", func(d *dissect.Datagram) { d.Tap.Interface = 1; d.TTL-- }},
		{"one mirror port", func(d *dissect.Datagram) { d.TTL-- }},
		{"the same", func(d *dissect.Datagram) {}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var in []*dissect.Datagram
			for i, d := range talk() {
				two := *d
				test.copy(&two)
				d.HasIPID = two.HasIPID
				two.Time += 1000
				d.Ref, two.Ref = capture.FrameRef(0, uint64(2*i+1)), capture.FrameRef(0, uint64(2*i+2))
				in = append(in, d, &two)
			}
			checkTCP(t, in, want)
		})
	}
}
