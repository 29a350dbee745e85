package reassembly

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
