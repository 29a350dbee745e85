package reassembly

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/ikesniff/ikesniff/dissect"
)

// TestTCPBounds: whatever comes, memory stays within its limits and every
// packet is counted once.
func TestTCPBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	cfg := Config{MaxConnections: 60, MaxStreams: 20, MaxHeldBytes: 20000, MaxSPIs: 30, MaxStreamBytes: 1500}
	sum := uint64(0)
	c := NewClassifier(cfg, func(e *Event) { sum += uint64(e.Packets) })
	w := new(wire)
	var talks []*tcpTalk
	total, mostOut := uint64(0), 0
	for range 200 {
		talk := newTalk(w)
		talk.ends[0] = at(hostA, uint16(1000+r.IntN(300)))
		talks = append(talks, talk)
	}
	for range 20000 {
		talk := talks[r.IntN(len(talks))]
		talk.out = talk.out[:0]
		side := r.IntN(2)
		if kind := r.IntN(10); kind == 9 {
			talk.at(side, r.Uint32(), flagPSH, random(r, 1+r.IntN(1400)))
		} else {
			talk.act(r, side, kind)
		}
		for _, d := range talk.out {
			total++
			c.Datagram(d)
		}
		if c.conns.len() > cfg.MaxConnections || c.live.n > cfg.MaxStreams || c.judged.n > cfg.MaxStreams/4 || c.tcpHeld > cfg.MaxHeldBytes {
			t.Fatalf("%d connections, %d kept, %d bytes held", c.conns.len(), c.live.n, c.tcpHeld)
		}
		held, out := 0, 0
		for _, l := range []*connList{&c.live, &c.judged} {
			for k := l.oldest; k != nil; k = k.newer {
				held += len(k.hold.buf)
				out += k.side[0].stream.Held() + k.side[1].stream.Held()
				if len(k.hold.list) > maxHeldSegments {
					t.Fatalf("%d segments held", len(k.hold.list))
				}
			}
		}
		if out != c.streamHeld || out > cfg.MaxStreamBytes {
			t.Fatalf("%d bytes held out of order, %d counted", out, c.streamHeld)
		}
		mostOut = max(mostOut, out)
		if held != c.tcpHeld {
			t.Fatalf("%d bytes held, %d counted", held, c.tcpHeld)
		}
	}
	if mostOut < cfg.MaxStreamBytes*3/4 {
		t.Errorf("at most %d bytes were held out of order", mostOut)
	}
	c.Finish()
	if c.streamHeld != 0 || c.holding.newest != nil || c.holding.oldest != nil {
		t.Errorf("%d bytes are held at the end", c.streamHeld)
	}
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
