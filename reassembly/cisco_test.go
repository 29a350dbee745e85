package reassembly

import (
	"math/rand/v2"
	"testing"
)

// ciscoTail is a trailer.
//
//	| 0 (4) | sequence (2) | direction (2) | magic (5) | protocol | magic (2) |
func ciscoTail(seq int, direction int, protocol byte) []byte {
	return concat([]byte{0, 0, 0, 0}, be16(seq), be16(direction), []byte{0x21, 0x45, 0x6c, 0x69, 0x10, protocol, 0x01, 0x00})
}

func ciscoIKESegment(r *rand.Rand, seq int) []byte {
	m := ikeInformational(r, 40)
	return concat(be16(500), be16(500), be16(8+len(m)), be16(0), m, ciscoTail(seq, 0x4000, 0x11))
}

func ciscoESPSegment(r *rand.Rand, spi, seq uint32) []byte {
	return concat(esp(r, spi, seq, 80), ciscoTail(int(seq), 0, 0x32))
}

func TestCisco(t *testing.T) {
	runCases(t, []tcpCase{
		{"IKE and ESP", func(t *tcpTalk, r *rand.Rand) {
			t.ends[1] = at(hostB, 10000)
			t.open()
			t.say(0, ciscoIKESegment(r, 1))
			t.say(1, ciscoIKESegment(r, 1))
			t.say(0, ciscoESPSegment(r, spiA, 1))
			t.say(1, ciscoESPSegment(r, spiB, 1))
			t.say(1, random(r, 50))
			t.ack(0)
			t.close(0)
		}, `
			4> cisco ike
			5< cisco ike
			6> cisco esp c1c2c3c4 1
			7< cisco esp d1d2d3d4 1
			10> fin`},
		{"ESP from the middle on, another port", func(t *tcpTalk, r *rand.Rand) {
			for i := range uint32(4) {
				t.say(0, ciscoESPSegment(r, spiA, 70+i))
			}
		}, `
			1> midway (0)
			1> cisco esp c1c2c3c4 70
			2> cisco esp c1c2c3c4 71
			3> cisco esp c1c2c3c4 72
			4> cisco esp c1c2c3c4 73`},
		{"HTTP on its port", func(t *tcpTalk, r *rand.Rand) {
			t.ends[1] = at(hostB, 10000)
			t.open()
			t.say(0, []byte("GET / HTTP/1.1\r\n\r\n"))
			t.say(1, []byte("HTTP/1.1 200 OK\r\n\r\n"))
		}, ``},
		{"a trailer and noise", func(t *tcpTalk, r *rand.Rand) {
			t.ends[1] = at(hostB, 10000)
			t.open()
			for i := range 20 {
				t.say(i&1, concat(random(r, 84), ciscoTail(i, 0, 0x32)))
			}
		}, ``},
		{"UDP header without IKE", func(t *tcpTalk, r *rand.Rand) {
			t.open()
			for i := range 20 {
				t.say(i&1, concat(be16(500), be16(500), random(r, 76), ciscoTail(i, 0, 0x11)))
			}
		}, ``},
	})
}

// TestCiscoPrefixes: a segment cut anywhere is no message.
func TestCiscoPrefixes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, p := range [][]byte{ciscoIKESegment(r, 1), ciscoESPSegment(r, spiA, 1)} {
		if !ciscoShape(p, len(p)) {
			t.Fatal("not recognised")
		}
		for n := range len(p) {
			if ciscoIKE(p[:n], len(p)) != nil || ciscoESP(p[:n], len(p)) != nil || ciscoIKE(p[:n], n) != nil {
				t.Errorf("%d bytes recognised", n)
			}
		}
	}
}
