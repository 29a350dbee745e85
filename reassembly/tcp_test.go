package reassembly

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/internal/testenv"
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
		9> rfc8229 ike (2)
		11< rfc8229 ike
		13> rfc8229 esp c1c2c3c4 1
		15> rfc8229 esp c1c2c3c4 2`
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

// TestTCPForeign: captures without IPsec give nothing but what is told of every
// connection.
func TestTCPForeign(t *testing.T) {
	dir := testenv.Shared(t, "captures")
	files, err := filepath.Glob(filepath.Join(dir, "*.pcap*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures in %s (%v)", dir, err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if strings.HasSuffix(name, ".json") || !strings.HasPrefix(name, "no_") && !strings.HasPrefix(name, "derived_") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			c := feed(t, file, func(e *Event) {
				if e.Kind != KindTransport || e.What > HappeningRefused || e.Packets != 0 {
					t.Errorf("event %s", line(e))
				}
			})
			if n := c.Counters(); n.TCPConnections != 0 || n.IPsecPackets != 0 {
				t.Errorf("%+v", n)
			}
		})
	}
}

// TestTCPIgnored: what other protocols look like, whole or from the middle on.
func TestTCPIgnored(t *testing.T) {
	noise := func(n int) func(r *rand.Rand, i int) []byte {
		return func(r *rand.Rand, _ int) []byte { return random(r, n+r.IntN(8)*4) }
	}
	lengths := func(head func(i, n int) []byte) func(r *rand.Rand, i int) []byte {
		return func(r *rand.Rand, i int) []byte {
			n := 40 + 4*r.IntN(200)
			b := head(i, n)
			return append(b, random(r, n-len(b))...)
		}
	}
	for _, test := range []struct {
		name string
		says func(r *rand.Rand, i int) []byte
	}{
		{"TLS", lengths(func(_, n int) []byte { return []byte{23, 3, 3, byte((n - 5) >> 8), byte(n - 5)} })},
		{"HTTP", func(*rand.Rand, int) []byte { return []byte("GET /something HTTP/1.1\r\nHost: x\r\n\r\n") }},
		{"noise", noise(40)},
		{"noise in full segments", noise(1400)},
		{"length that counts itself (TNS)", lengths(func(_, n int) []byte { return []byte{byte(n >> 8), byte(n), 0, 0, 6, 0, 0, 0} })},
		{"length that counts itself, and a counter", lengths(func(i, n int) []byte {
			return []byte{byte(n >> 8), byte(n), 1, 2, 3, 4, 0, 0, 0, byte(i)}
		})},
		{"length that does not", lengths(func(i, n int) []byte { return []byte{byte((n - 2) >> 8), byte(n - 2), 9, 9, 0, 0, 0, byte(i)} })},
		{"identifier and counter", lengths(func(i, n int) []byte { return []byte{0x51, 0x52, 0x53, 0x54, 0, 0, 0, byte(i)} })},
	} {
		for _, midway := range []bool{false, true} {
			t.Run(fmt.Sprint(test.name, " midway ", midway), func(t *testing.T) {
				eachSeed(t, 50, func(t *testing.T, r *rand.Rand) {
					talk := newTalk(new(wire))
					if !midway {
						talk.open()
					}
					for i := range 40 {
						side := r.IntN(2)
						p := test.says(r, i)
						talk.say(side, p)
						if r.IntN(8) == 0 { // sent again, whole or in part or more of it
							talk.w.time += 1e9
							talk.at(side, talk.seq[side]-uint32(len(p)), flagPSH, p[:1+r.IntN(len(p))])
						}
						if r.IntN(4) == 0 {
							talk.ack(1 - side)
						}
						if r.IntN(20) == 0 {
							talk.at(side, talk.seq[side]-1, flagACK, []byte{0})
						}
					}
					got, c := tcpEvents(t, talk.out)
					if len(got) != 0 || c.Counters().TCPConnections != 0 {
						t.Errorf("%q", got)
					}
				})
			})
		}
	}
}

// TestTCPBounds: whatever comes, memory stays within its limits and every
// packet is counted once.
func TestTCPBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	cfg := Config{MaxConnections: 60, MaxStreams: 20, MaxHeldBytes: 20000, MaxSPIs: 30}
	sum := uint64(0)
	c := NewClassifier(cfg, func(e *Event) { sum += uint64(e.Packets) })
	w := new(wire)
	var talks []*tcpTalk
	total := uint64(0)
	for range 200 {
		talk := newTalk(w)
		talk.ends[0] = at(hostA, uint16(1000+r.IntN(300)))
		talks = append(talks, talk)
	}
	for range 20000 {
		talk := talks[r.IntN(len(talks))]
		talk.out = talk.out[:0]
		side := r.IntN(2)
		switch r.IntN(10) {
		case 0:
			talk.open()
		case 1:
			talk.say(0, iketcp())
		case 2:
			talk.say(side, ikeFrame(r))
		case 3, 4:
			talk.say(side, espFrame(r, uint32(300+r.IntN(4)), r.Uint32N(100)))
		case 5:
			talk.skip(side, 500)
		case 6:
			talk.at(side, talk.seq[side], flagACK, esp(r, spiA, r.Uint32N(100), 400))
		case 7:
			talk.say(side, random(r, 1+r.IntN(1400)))
		case 8:
			talk.close(side)
		case 9:
			talk.at(side, r.Uint32(), flagPSH, random(r, 1+r.IntN(1400)))
		}
		for _, d := range talk.out {
			total++
			c.Datagram(d)
		}
		if c.conns.len() > cfg.MaxConnections || c.live.n > cfg.MaxStreams || c.judged.n > cfg.MaxStreams/4 || c.tcpHeld > cfg.MaxHeldBytes {
			t.Fatalf("%d connections, %d kept, %d bytes held", c.conns.len(), c.live.n, c.tcpHeld)
		}
		held := 0
		for _, l := range []*connList{&c.live, &c.judged} {
			for k := l.oldest; k != nil; k = k.newer {
				held += len(k.hold.buf)
				if len(k.hold.list) > maxHeldSegments {
					t.Fatalf("%d segments held", len(k.hold.list))
				}
			}
		}
		if held != c.tcpHeld {
			t.Fatalf("%d bytes held, %d counted", held, c.tcpHeld)
		}
	}
	c.Finish()
	n := c.Counters()
	if n.IPsecPackets+n.IgnoredPackets != total || n.IPsecPackets != sum || n.Evicted == 0 || n.IgnoredForgotten == 0 || n.TCPConnections == 0 {
		t.Errorf("%d packets, %d in events, %+v", total, sum, n)
	}
}

// TestTCPAllocs: the steady state of any connection needs no new memory.
func TestTCPAllocs(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	w := new(wire)
	c := NewClassifier(Config{MaxConnections: 64}, func(*Event) {})
	feed := func(talk *tcpTalk) *tcpTalk {
		for _, d := range talk.out {
			c.Datagram(d)
		}
		talk.out = nil
		return talk
	}
	stream := newTalk(w)
	stream.up(r)
	stream.say(0, espFrame(r, spiA, 1))
	stream.say(0, espFrame(r, spiA, 2))
	fake := newTalk(w)
	fake.ends[0] = at(hostA, 40001)
	fake.up(r)
	fake.at(0, fake.seq[0], flagACK, esp(r, spiB, 1, 80))
	fake.at(0, fake.seq[0], flagACK, esp(r, spiB, 2, 80))
	web := newTalk(w)
	web.ends[0] = at(hostA, 40002)
	web.open()
	web.say(0, []byte{22, 3, 1, 1, 0, 1, 0, 0, 1})
	feed(stream)
	feed(fake)
	feed(web)
	message, packet, record := espFrame(r, spiA, 3), esp(r, spiB, 3, 80), random(r, 1000)
	d := *web.say(1, record)
	for _, test := range []struct {
		name string
		talk *tcpTalk
		p    []byte
		fake bool
	}{
		{"stream", stream, message, false},
		{"fake segments", fake, packet, true},
		{"ignored", web, record, false},
	} {
		next := func() {
			d.Src, d.Dst = test.talk.ends[0], test.talk.ends[1]
			d.Payload, d.PayloadLength = test.p, len(test.p)
			d.Time += 1000
			d.IPID++
			d.TCP.Seq = test.talk.seq[0]
			if !test.fake {
				test.talk.seq[0] += uint32(len(test.p))
			}
			test.p[9]++
			c.Datagram(&d)
			d.Src, d.Dst = d.Dst, d.Src
			d.Payload, d.PayloadLength = nil, 0
			d.TCP.Seq, d.TCP.Ack = test.talk.seq[1], test.talk.seq[0]
			c.Datagram(&d)
		}
		for range 100 {
			next()
		}
		if n := testing.AllocsPerRun(1000, next); n != 0 {
			t.Errorf("%s: %v allocations", test.name, n)
		}
	}
	// Connections of others that come and go.
	port := uint16(0)
	other := func() {
		port++
		d.Src, d.Dst = netip.AddrPortFrom(hostA, port), at(hostB, 443)
		d.Payload, d.PayloadLength = nil, 0
		d.TCP = dissect.TCPHeader{Seq: 1, Flags: flagSYN}
		c.Datagram(&d)
		d.Payload, d.PayloadLength = record, len(record)
		d.TCP = dissect.TCPHeader{Seq: 2, Flags: flagACK}
		record[0], record[1], record[2], record[3] = 22, 3, 1, 1
		c.Datagram(&d)
	}
	for range 1000 {
		other()
	}
	if n := testing.AllocsPerRun(1000, other); n != 0 {
		t.Errorf("connections of others: %v allocations", n)
	}
}

// TestTCPSplits: however a stream is cut, sent again and reordered, the same
// messages come out.
func TestTCPSplits(t *testing.T) {
	eachSeed(t, 60, func(t *testing.T, r *rand.Rand) {
		var streams [2][]byte
		var want [2][]string
		streams[0] = iketcp()
		for side := range streams {
			for i := range uint32(60) {
				if r.IntN(6) == 0 {
					streams[side] = append(streams[side], ikeFrame(r)...)
					want[side] = append(want[side], "ike")
				} else {
					streams[side] = append(streams[side], framed(esp(r, spiA+uint32(side), 1+i, 4*(6+r.IntN(300))))...)
					want[side] = append(want[side], fmt.Sprintf("esp %d", 1+i))
				}
			}
		}
		talk := newTalk(new(wire))
		talk.open()
		base := talk.seq
		for sent := [2]int{}; sent[0] < len(streams[0]) || sent[1] < len(streams[1]); {
			side := r.IntN(2)
			rest := streams[side][sent[side]:]
			if len(rest) == 0 {
				continue
			}
			n := min(len(rest), 1+r.IntN(1500))
			seq := base[side] + uint32(sent[side])
			p := rest[:n]
			back := 0
			if sent[side] > 0 && r.IntN(20) == 0 {
				back = 1 + r.IntN(min(sent[side], 300))
				p = streams[side][sent[side]-back : sent[side]+n]
			}
			talk.seq[side] = base[side] + uint32(sent[side]+n)
			talk.at(side, seq-uint32(back), flagPSH, p)
			k := len(talk.out)
			switch {
			case r.IntN(15) == 0 && sent[side] > 0 && k > 5 && talk.out[k-2].PayloadLength > 0: // overtaken
				talk.out[k-1], talk.out[k-2] = talk.out[k-2], talk.out[k-1]
			case r.IntN(15) == 0:
				talk.w.time += 1e9
				talk.at(side, seq-uint32(back), flagPSH, p)
			}
			if r.IntN(3) == 0 {
				talk.ack(1 - side)
			}
			sent[side] += n
		}
		var got [2][]string
		c := NewClassifier(Config{}, func(e *Event) {
			if e.Kind != KindMessage {
				return
			}
			side := 0
			if e.Src != talk.ends[0] {
				side = 1
			}
			s := "ike"
			if e.Message == MessageESP {
				s = fmt.Sprintf("esp %d", e.Sequence)
			}
			if e.Transport != TransportTCP {
				s += " " + e.Transport.String()
			}
			got[side] = append(got[side], s)
		})
		for _, d := range talk.out {
			c.Datagram(d)
		}
		c.Finish()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if n := c.Counters(); n.IPsecPackets != uint64(len(talk.out)) {
			t.Errorf("%d packets, %+v", len(talk.out), n)
		}
	})
}

// TestTCPQuote: ICMP errors about connections of ours, or on a port for them.
func TestTCPQuote(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	w := new(wire)
	talk := newTalk(w)
	talk.ends[1] = at(hostB, 443)
	quote := func() {
		d := talk.at(0, talk.seq[0], 0, nil)
		d.Status, d.Quote = dissect.StatusQuote, dissect.Quote{Sender: hostB, Receiver: hostA, Payload: random(r, 8)}
	}
	var got []string
	c := NewClassifier(Config{TCPPorts: []uint16{5500}}, func(e *Event) {
		if e.Kind == KindQuote {
			got = append(got, fmt.Sprint(e.Ref.Number(), " ", e.Dst.Port(), " ", e.Transport, e.QuotedUnknown))
		}
	})
	quote() // 1: nothing is known
	talk.up(r)
	quote() // 10
	talk.ends[1] = at(hostB, 5500)
	quote() // 11
	talk.ends[1] = at(hostB, 4500)
	talk.open()
	talk.say(0, []byte("GET / HTTP/1.1\r\n"))
	quote() // 16: not IPsec, whatever the port
	for _, d := range talk.out {
		c.Datagram(d)
	}
	if diff := cmp.Diff([]string{"10 443 tcp-rfc8229 true", "11 5500 tcp-rfc8229 true"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
