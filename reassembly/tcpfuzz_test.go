package reassembly

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/ikesniff/ikesniff/dissect"
)

// FuzzTCP makes segments of any bytes: nothing may panic, every packet counts
// once, and nothing is kept in the end. Each segment is made of
//
//	| connection and side (1) | flags (1) | sequence (4) | length (1) | payload |
//
// in which a low sequence number is an offset into the stream.
func FuzzTCP(f *testing.F) {
	seed := func(ds []*dissect.Datagram) {
		var b []byte
		for _, d := range ds {
			side := byte(0)
			if d.Src.Addr() == hostB {
				side = 1
			}
			n := min(len(d.Payload), 255)
			b = append(b, side, byte(d.TCP.Flags))
			b = binary.BigEndian.AppendUint32(b, d.TCP.Seq)
			b = append(b, byte(n))
			b = append(b, d.Payload[:n]...)
		}
		f.Add(b)
	}
	r := rand.New(rand.NewPCG(7, 7))
	talk := newTalk(new(wire))
	talk.up(r)
	talk.say(0, espFrame(r, spiA, 1))
	talk.at(1, talk.seq[1], flagACK, esp(r, spiB, 1, 80))
	talk.at(1, talk.seq[1], flagACK, esp(r, spiB, 2, 80))
	talk.say(1, ikeFrame(r))
	talk.close(0)
	seed(talk.out)
	talk = newTalk(new(wire))
	talk.say(0, ciscoIKESegment(r, 1))
	talk.say(0, ciscoESPSegment(r, spiA, 1))
	seed(talk.out)
	talk = newTalk(new(wire))
	talk.say(0, random(r, 21))
	for i := range uint32(4) {
		talk.say(0, espFrame(r, spiA, i))
	}
	seed(talk.out)

	f.Fuzz(func(t *testing.T, b []byte) {
		w := new(wire)
		var in []*dissect.Datagram
		for len(b) >= 7 && len(in) < 400 {
			talk := newTalk(w)
			talk.ends[0] = at(hostA, 40000+uint16(b[0]>>6))
			side := int(b[0] & 1)
			seq := binary.BigEndian.Uint32(b[2:])
			n := min(int(b[6]), len(b)-7)
			d := talk.at(side, seq, dissect.TCPFlags(b[1]), b[7:7+n])
			d.TCP.Ack = seq ^ uint32(b[0]&0x3e)<<8
			if b[0]&2 != 0 {
				d.PayloadLength += 10
			}
			if b[0]&4 != 0 {
				d.Tap.Interface = 1
			}
			w.time += int64(b[0]&0x38) << 26
			in = append(in, d)
			b = b[7+n:]
		}
		tcpEvents(t, in)
	})
}
