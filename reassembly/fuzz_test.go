package reassembly

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
)

// takeDatagram reads a datagram off fuzzed bytes: five bytes of choices, a
// length, a payload. It is false at the end.
func takeDatagram(b []byte, w *wire, payload func([]byte) []byte) (*dissect.Datagram, []byte, bool) {
	const header = 6
	if len(b) < header {
		return nil, nil, false
	}
	h := b[:header]
	n := min(int(h[5])*4, len(b)-header)
	p := b[header : header+n : header+n]
	hosts := [4]netip.Addr{hostA, hostB, netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")}
	ports := [8]uint16{4500, 500, 443, 40000, 12, 7777, 53, 0}
	protos := [8]uint8{17, 17, 17, 50, 51, 6, 1, 17}
	v6 := int(h[0] & 2)
	src, dst := at(hosts[v6], ports[h[1]&7]), at(hosts[v6+1], ports[h[1]>>3&7])
	if h[0]&1 != 0 {
		src, dst = dst, src
	}
	d := w.datagram(protos[h[2]&7], src, dst, payload(p))
	d.Status = [8]dissect.Status{0, 0, 0, 0, 0, dissect.StatusQuote, dissect.StatusOther, dissect.StatusMalformed}[h[2]>>3&7]
	if d.Status == dissect.StatusQuote {
		d.Quote.Payload, d.Payload, d.PayloadLength = d.Payload, nil, 0
	}
	d.PayloadLength += int(h[3])
	d.Truncated = h[3] > 0
	d.Packets = 1 + int(h[4]&3)
	return d, b[header+n:], true
}

func FuzzClassifier(f *testing.F) {
	r := rand.New(rand.NewPCG(30, 30))
	add := func(ports byte, payloads ...[]byte) {
		var b []byte
		for i, p := range payloads {
			p = p[:min(len(p)&^3, 1020)]
			b = append(b, byte(i&1), ports, 0, 0, 0, byte(len(p)/4))
			b = append(b, p...)
		}
		f.Add(b)
	}
	for _, c := range conversations {
		var p [][]byte
		for _, s := range c(r)[:4] {
			p = append(p, s.payload)
		}
		add(0, p...)
		add(2|3<<3, p...)
	}
	add(0, esp(r, 0x11223344, 1, 40), withMarker(ikeInformational(r, 40)), esp(r, 0x11223344, 2, 40))
	add(9, ikeInformational(r, 40), ikeInformational(r, 80))
	f.Fuzz(func(t *testing.T, b []byte) {
		var w wire
		var in []*dissect.Datagram
		cfg := Config{MaxFlows: 3, MaxSPIs: 3, MaxHeldBytes: 2000, UDPPorts: []uint16{7777}}
		for {
			d, rest, ok := takeDatagram(b, &w, func(p []byte) []byte { return p })
			if !ok {
				break
			}
			in, b = append(in, d), rest
		}
		run(t, cfg, in...)
		// Without evictions, a second run must say the same.
		one, n := run(t, Config{}, in...)
		two, m := run(t, Config{}, in...)
		if n != m || len(one) != len(two) || n.Evicted != 0 {
			t.Errorf("%+v and %+v", n, m)
		}
	})
}

func FuzzDefragmenter(f *testing.F) {
	r := rand.New(rand.NewPCG(31, 31))
	frag := newFragmenter()
	for range 20 {
		var b []byte
		payload := ipPayload(4500, 4500, withMarker(ikeInformational(r, 8*(1+r.IntN(60)))))
		pieces := frag.split(r, payload)
		r.Shuffle(len(pieces), func(i, j int) { pieces[i], pieces[j] = pieces[j], pieces[i] })
		for _, p := range pieces {
			more := byte(0)
			if p.Frag.More {
				more = 1
			}
			n := len(p.Payload) / 4
			b = append(b, 0, byte(p.Frag.Offset/8), more, 0, 0, byte(n))
			b = append(b, p.Payload[:4*n]...)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var w wire
		cfg := Config{MaxFragmented: 3, MaxFragmentBytes: 4000}
		d := NewDefragmenter(cfg, func(e *Event) { checkEvent(t, e) })
		var in, out uint64
		for len(b) >= 6 {
			h := b[:6]
			n := min(int(h[5])*4, len(b)-6)
			p := b[6 : 6+n : 6+n]
			b = b[6+n:]
			w.time += int64(h[4]>>4) * 1e9
			src, dst := hostA, hostB
			if h[0]&1 != 0 {
				src, dst = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
			}
			x := w.datagram([4]uint8{17, 50, 4, 41}[h[0]>>1&3], at(src, 0), at(dst, 0), p)
			x.Status = dissect.StatusFragment
			x.Frag = dissect.Fragment{Offset: 8 * (int(h[1]) + int(h[2]>>2)<<7), More: h[2]&1 != 0}
			x.PayloadLength += int(h[3])
			x.Truncated = h[3] > 0
			x.IPID = uint32(h[4] & 3)
			x.Ref = capture.FrameRef(0, in+1)
			in++
			if g := d.Add(x); g != nil {
				out += uint64(g.Packets)
				if g.Status == dissect.StatusOK && len(g.Payload) > g.PayloadLength {
					t.Errorf("%d bytes of %d", len(g.Payload), g.PayloadLength)
				}
				if g.Status == dissect.StatusOK && !g.Truncated && len(g.Payload) < g.PayloadLength {
					t.Errorf("%d bytes of %d and not truncated", len(g.Payload), g.PayloadLength)
				}
			}
			if len(d.index) > cfg.MaxFragmented || d.bytes > cfg.MaxFragmentBytes {
				t.Fatalf("%d datagrams, %d bytes", len(d.index), d.bytes)
			}
		}
		d.Flush()
		if n := d.Counters(); out+n.IPsecPackets+n.IgnoredPackets != in || d.bytes != 0 || len(d.index) != 0 {
			t.Errorf("%d packets in, %d out, %+v; %d bytes left", in, out, n, d.bytes)
		}
	})
}
