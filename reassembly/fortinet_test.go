package reassembly

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// wrapped is an ESP packet in one of the places where it may stand.
func wrapped(shape int, p []byte) []byte {
	switch shape {
	case 1:
		return framed(p) // a length that counts itself
	case 2:
		return concat(be16(len(p)), p)
	case 3:
		return concat([]byte{0, 0, 0, 1}, p)
	}
	return p
}

// TestFortinetShapes: every place of the SPI, every kind of sequence numbers,
// with IKE beside it that must be read all the same.
func TestFortinetShapes(t *testing.T) {
	for shape, shapeName := range []string{"bare", "length that counts itself", "length", "four bytes"} {
		for _, numbers := range []string{"frozen", "current", "foreign"} {
			for _, other := range []bool{false, true} {
				t.Run(fmt.Sprint(shapeName, ", ", numbers, ", both ways ", other), func(t *testing.T) {
					r := rand.New(rand.NewPCG(uint64(shape), 1))
					talk := newTalk(new(wire))
					talk.up(r) // 1-8
					fixed := talk.seq
					if numbers == "foreign" {
						fixed = [2]uint32{r.Uint32(), r.Uint32()}
					}
					want := "4> prefix (0)\n5> rfc8229 ike (2)\n7< rfc8229 ike\n"
					frame := 8
					var used [2]map[uint32]bool
					send := func(side int, spi, seq uint32) {
						at := fixed[side]
						if numbers == "current" {
							at = talk.seq[side]
						}
						talk.at(side, at, flagACK, wrapped(shape, esp(r, spi, seq, 4*(6+r.IntN(300)))))
						frame++
						way := "><"[side : side+1]
						want += fmt.Sprintf("%d%s fortinet-esp esp %x %d\n", frame, way, spi, seq)
						if used[side] == nil {
							used[side] = map[uint32]bool{}
						}
						if used[side][at] {
							want += fmt.Sprintf("%d%s repeat (0)\n", frame, way)
						}
						used[side][at] = true
					}
					seq := uint32(0)
					for round := range 4 {
						spi := uint32(spiA + round/2) // a rekey in the middle
						if round == 2 {
							seq = 0
						}
						for range 10 {
							seq++
							send(0, spi, seq)
						}
						if other {
							// Fake segments of the other direction; the first one waits
							// for the second, so both come at once.
							send(1, spiB, uint32(round*2+1))
							send(1, spiB, uint32(round*2+2))
						}
						talk.say(0, ikeFrame(r))
						talk.ack(1)
						talk.say(1, ikeFrame(r))
						want += fmt.Sprintf("%d> rfc8229 ike\n%d< rfc8229 ike\n", frame+1, frame+3)
						frame += 3
					}
					talk.close(0)
					want += fmt.Sprintf("%d> fin\n", frame+1)
					checkTCP(t, talk.out, want)
				})
			}
		}
	}
}

func TestFortinet(t *testing.T) {
	fakes := func(t *tcpTalk, r *rand.Rand, side int, at uint32, spi uint32, seqs ...uint32) {
		for _, s := range seqs {
			t.at(side, at, flagACK, esp(r, spi, s, 80))
		}
	}
	runCases(t, []tcpCase{
		{"no handshake, no IKE", func(t *tcpTalk, r *rand.Rand) {
			fakes(t, r, 0, 0, spiA, 41, 42, 43)
			fakes(t, r, 1, 77, spiB, 9, 10)
		}, `
			1> midway (0)
			1> fortinet-esp esp c1c2c3c4 41
			2> fortinet-esp esp c1c2c3c4 42
			2> repeat (0)
			3> fortinet-esp esp c1c2c3c4 43
			3> repeat (0)
			4< fortinet-esp esp d1d2d3d4 9
			5< fortinet-esp esp d1d2d3d4 10
			5< repeat (0)`},
		{"handshake, no IKE", func(t *tcpTalk, r *rand.Rand) {
			t.open()
			fakes(t, r, 0, t.seq[0], spiA, 1, 2)
			t.at(1, t.seq[1], flagPSH, esp(r, spiB, 1, 80))
		}, `
			4> fortinet-esp esp c1c2c3c4 1
			5> fortinet-esp esp c1c2c3c4 2
			5> repeat (0)
			6< fortinet-esp esp d1d2d3d4 1`},
		{"ESP reordered and repeated by the network", func(t *tcpTalk, r *rand.Rand) {
			fakes(t, r, 0, 5, spiA, 7, 6)
			t.w.time += 1e9
			fakes(t, r, 0, 5, spiA, 8)
		}, `
			1> midway (0)
			1> fortinet-esp esp c1c2c3c4 7
			2> fortinet-esp esp c1c2c3c4 6
			2> repeat (0)
			3> fortinet-esp esp c1c2c3c4 8
			3> repeat (0)`},
		{"the SPI is known from UDP", func(t *tcpTalk, r *rand.Rand) {
			udp := t.w.udp(t.ends[0], at(hostB, 4500), withMarker(ikeInformational(r, 40)))
			t.out = append(t.out, udp, t.w.udp(t.ends[0], at(hostB, 4500), esp(r, spiA, 3, 80)))
			fakes(t, r, 0, 5, spiA, 4)
		}, `
			1> udp-nat-t ike
			2> udp-nat-t esp c1c2c3c4 3
			3> midway (0)
			3> fortinet-esp esp c1c2c3c4 4`},
		{"on the UDP ports of an IKE SA, one segment", func(t *tcpTalk, r *rand.Rand) {
			t.out = append(t.out, t.w.udp(t.ends[0], t.ends[1], withMarker(ikeInformational(r, 40))))
			fakes(t, r, 0, 5, spiA, 1)
		}, `
			1> udp-nat-t ike
			2> midway (0)
			2> fortinet-esp esp c1c2c3c4 1`},
		{"one a sequence number, the rest dropped on the way", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			fakes(t, r, 0, t.seq[0], spiA, 1)
			fakes(t, r, 1, t.seq[1], spiB, 1)
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> fortinet-esp esp c1c2c3c4 1
			10< fortinet-esp esp d1d2d3d4 1`},
		{"IKE in the place of a fake segment", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			t.at(0, t.seq[0], flagACK, framed(esp(r, spiA, 1, 80)))
			t.say(0, ikeFrame(r))
			t.ack(1)
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> fortinet-esp esp c1c2c3c4 1
			10> rfc8229 ike`},
		{"IKE in the place of a frame that was read", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			t.at(0, t.seq[0], flagACK, framed(esp(r, spiA, 1, 80)))
			t.w.time += 10e9
			t.say(1, ikeFrame(r)) // long after: the first must have been stream
			t.say(0, ikeFrame(r))
			t.at(0, t.seq[0], flagACK, framed(esp(r, spiA, 2, 80)))
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> rfc8229 esp c1c2c3c4 1
			10< rfc8229 ike
			11> rfc8229 ike
			12> fortinet-esp esp c1c2c3c4 2`},
		{"keepalives", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			fakes(t, r, 0, t.seq[0], spiA, 1, 2)
			t.at(0, t.seq[0], flagACK, []byte{0xff})
			t.at(0, t.seq[0], flagACK, []byte{0, 3, 0xff})
			t.at(1, t.seq[1], flagACK, []byte{0xff})
			fakes(t, r, 0, t.seq[0], spiA, 3)
			t.at(0, t.seq[0]-1, flagACK, []byte{0xff}) // TCP's own
			t.say(0, ikeFrame(r))
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> fortinet-esp esp c1c2c3c4 1
			10> fortinet-esp esp c1c2c3c4 2
			10> repeat (0)
			11> fortinet-esp keepalive
			11> repeat (0)
			12> fortinet-esp keepalive
			12> repeat (0)
			13< fortinet-esp keepalive
			14> fortinet-esp esp c1c2c3c4 3
			14> repeat (0)
			15> probe 1
			16> rfc8229 ike`},
		{"IKE in several segments among fake ones", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			fakes(t, r, 0, t.seq[0], spiA, 1, 2)
			b := framed(withMarker(ikeInformational(r, 3000)))
			for len(b) > 0 {
				n := min(len(b), 1000)
				t.say(0, b[:n])
				fakes(t, r, 0, t.seq[0], spiA, uint32(3000-len(b)))
				b = b[n:]
			}
			t.ack(1)
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> fortinet-esp esp c1c2c3c4 1
			10> fortinet-esp esp c1c2c3c4 2
			10> repeat (0)
			12> fortinet-esp esp c1c2c3c4 4294967258
			14> fortinet-esp esp c1c2c3c4 962
			16> fortinet-esp esp c1c2c3c4 1962
			17> rfc8229 ike (4)
			18> fortinet-esp esp c1c2c3c4 2962`},
		{"cut by the snapshot length", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			cutTo(t.at(0, t.seq[0], flagACK, esp(r, spiA, 1, 800)), 20)
			cutTo(t.at(0, t.seq[0], flagACK, esp(r, spiA, 2, 800)), 20)
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> fortinet-esp esp c1c2c3c4 1
			10> fortinet-esp esp c1c2c3c4 2
			10> repeat (0)`},
		{"the first was taken for a frame of the stream", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			fake := func(seq uint32) { t.at(0, t.seq[0], flagACK, framed(esp(r, spiA, seq, 80))) }
			fake(1)
			t.w.time += 6e9
			t.say(1, ikeFrame(r))
			fake(2)
			fake(3)
			t.say(0, ikeFrame(r)) // where the stream stands
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> rfc8229 esp c1c2c3c4 1
			10< rfc8229 ike
			11> fortinet-esp esp c1c2c3c4 2
			12> fortinet-esp esp c1c2c3c4 3
			12> repeat (0)
			13> rfc8229 ike`},
		{"window zero is nobody's", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			for i := range uint32(2) {
				t.at(0, t.seq[0], flagACK, esp(r, spiA, 1+i, 80)).TCP.Window = 0
			}
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> fortinet-esp esp c1c2c3c4 1
			10> fortinet-esp esp c1c2c3c4 2
			10> repeat (0)`},
	})
}

// TestFortinetNot: what looks like fake segments and is none.
func TestFortinetNot(t *testing.T) {
	runCases(t, []tcpCase{
		{"retransmission before the peer answers", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			p := espFrame(r, spiA, 1)
			for range 4 {
				t.at(0, t.seq[0], flagPSH, p)
				t.w.time += 1e9
			}
			t.skip(0, len(p))
			t.ack(1)
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> rfc8229 esp c1c2c3c4 1
			10> retransmission 90
			11> retransmission 90
			12> retransmission 90`},
		{"retransmission with more behind it", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			p := concat(espFrame(r, spiA, 1), espFrame(r, spiA, 2), espFrame(r, spiA, 3))
			t.at(0, t.seq[0], flagPSH, p[:90])
			t.at(0, t.seq[0], flagPSH, p[:180])
			t.at(0, t.seq[0], flagPSH, p)
			t.skip(0, len(p))
			t.ack(1)
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			9> rfc8229 esp c1c2c3c4 1
			10> rfc8229 esp c1c2c3c4 2
			10> retransmission 90 (0)
			11> rfc8229 esp c1c2c3c4 3
			11> retransmission 180 (0)`},
		{"length fields in the segment before", func(t *tcpTalk, r *rand.Rand) {
			t.up(r)
			var b []byte
			for i := range uint32(5) {
				b = append(b, espFrame(r, spiA, 1+i)...)
			}
			t.say(0, b[:2])
			for i := range 5 {
				t.say(0, b[2+90*i:min(92+90*i, len(b))])
			}
			t.w.time += 1e9
			t.at(0, t.seq[0]-88-90, flagPSH, b[2+90*3:92+90*3])
			t.at(0, t.seq[0]-88-180, flagPSH, b[2+90*2:92+90*2])
		}, `
			4> prefix (0)
			5> rfc8229 ike (2)
			7< rfc8229 ike
			10> rfc8229 esp c1c2c3c4 1 (2)
			11> rfc8229 esp c1c2c3c4 2
			12> rfc8229 esp c1c2c3c4 3
			13> rfc8229 esp c1c2c3c4 4
			14> rfc8229 esp c1c2c3c4 5
			15> retransmission 90
			16> retransmission 90`},
		{"plain TCP with other bytes in the same place", func(t *tcpTalk, r *rand.Rand) {
			t.open()
			t.at(0, t.seq[0], flagPSH, []byte("AAAABBBBCCCCDDDDEEEEFFFF"))
			t.at(0, t.seq[0], flagPSH, []byte("AAAABBBCCCCCDDDDEEEEFFFF"))
		}, ``},
		{"the same noise again and again", func(t *tcpTalk, r *rand.Rand) {
			p := esp(r, spiA, 1, 80)
			for range 12 {
				t.w.time += 1e9
				t.at(0, t.seq[0], flagPSH, p)
			}
		}, ``},
		{"counter in a stream", func(t *tcpTalk, r *rand.Rand) {
			for i := range uint32(30) {
				t.say(0, esp(r, spiA, i, 80))
			}
		}, ``},
		{"SYN and SYN-ACK with data like ESP", func(t *tcpTalk, r *rand.Rand) {
			for i := range uint32(3) {
				t.at(1, t.seq[1]+i, flagSYN|flagACK, esp(r, spiA, i+1, 80))
			}
		}, ``},
	})
}

// BenchmarkFortinet: a frame costs the same however many had its sequence
// number.
func BenchmarkFortinet(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprint(n, " on one sequence number"), func(b *testing.B) {
			r := rand.New(rand.NewPCG(9, 9))
			for b.Loop() {
				talk := newTalk(new(wire))
				talk.up(r)
				c := NewClassifier(Config{}, func(*Event) {})
				for _, d := range talk.out {
					c.Datagram(d)
				}
				p := esp(r, spiA, 0, 1400)
				d := *talk.at(0, talk.seq[0], flagACK, p)
				for i := range n {
					be.PutUint32(p[4:], uint32(i+1))
					d.IPID++
					c.Datagram(&d)
				}
				if got := c.Counters().IPsecPackets; got < uint64(n) {
					b.Fatal(got)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/frame")
		})
	}
}

func BenchmarkTCP(b *testing.B) {
	r := rand.New(rand.NewPCG(10, 10))
	b.Run("stream", func(b *testing.B) {
		talk := newTalk(new(wire))
		talk.up(r)
		c := NewClassifier(Config{}, func(*Event) {})
		for _, d := range talk.out {
			c.Datagram(d)
		}
		p := framed(esp(r, spiA, 0, 1396))
		d := *talk.at(0, talk.seq[0], flagACK, p)
		for i := uint32(1); b.Loop(); i++ {
			be.PutUint32(p[6:], i)
			d.IPID++
			c.Datagram(&d)
			d.TCP.Seq += uint32(len(p))
		}
	})
	b.Run("ignored", func(b *testing.B) {
		talk := newTalk(new(wire))
		talk.open()
		talk.say(0, []byte("GET / HTTP/1.1\r\n"))
		c := NewClassifier(Config{}, func(*Event) {})
		for _, d := range talk.out {
			c.Datagram(d)
		}
		d := talk.say(1, random(r, 1400))
		for b.Loop() {
			c.Datagram(d)
		}
	})
}

// BenchmarkFortinetHostile: segments that could all be fake, and never show it.
func BenchmarkFortinetHostile(b *testing.B) {
	for _, up := range []bool{true, false} {
		for _, n := range []int{1000, 100_000} {
			b.Run(fmt.Sprint("known ", up, ", ", n, " segments"), func(b *testing.B) {
				r := rand.New(rand.NewPCG(12, 12))
				for b.Loop() {
					talk := newTalk(new(wire))
					if up {
						talk.up(r)
					}
					c := NewClassifier(Config{}, func(*Event) {})
					for _, d := range talk.out {
						c.Datagram(d)
					}
					p := esp(r, 0, 1, 80)
					d := *talk.at(0, talk.seq[0]-5000, flagACK, p)
					for i := range n {
						be.PutUint32(p, 0x10101010+uint32(i)*7)
						d.IPID++
						d.TCP.Seq ^= 1
						c.Datagram(&d)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/segment")
			})
		}
	}
}
