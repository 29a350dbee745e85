package reassembly

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"

	"github.com/ikesniff/ikesniff/dissect"
)

// ipPayload is a UDP datagram, header included.
func ipPayload(src, dst uint16, payload []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, src)
	b = binary.BigEndian.AppendUint16(b, dst)
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(payload)))
	return append(append(b, 0, 0), payload...)
}

// fragmenter makes fragments of one IP packet after another.
type fragmenter struct {
	wire
	src, dst netip.Addr
	proto    uint8
	id       uint32
}

func newFragmenter() *fragmenter {
	return &fragmenter{src: hostA, dst: hostB, proto: dissect.ProtoUDP, id: 1}
}

// piece makes the fragment that holds payload from begin to end.
func (f *fragmenter) piece(payload []byte, begin, end int) *dissect.Datagram {
	d := f.datagram(f.proto, at(f.src, 0), at(f.dst, 0), payload[begin:end])
	d.Status = dissect.StatusFragment
	d.IPID = f.id
	d.IPLength = 20 + end - begin
	d.Frag = dissect.Fragment{Offset: begin, More: end < len(payload)}
	return d
}

// split cuts payload at random places.
func (f *fragmenter) split(r *rand.Rand, payload []byte) []*dissect.Datagram {
	var out []*dissect.Datagram
	for begin := 0; begin < len(payload); {
		end := min(begin+8*(1+r.IntN(60)), len(payload))
		out = append(out, f.piece(payload, begin, end))
		begin = end
	}
	return out
}

// stamp gives datagrams Refs and times in the order they have now.
func (f *fragmenter) stamp(ds []*dissect.Datagram) []*dissect.Datagram {
	out := make([]*dissect.Datagram, len(ds))
	for i, d := range ds {
		c := *d
		c.Time, c.Ref = f.next()
		out[i] = &c
	}
	return out
}

// TestDefragment: pieces of random size, in random order, some twice, give the
// same datagram.
func TestDefragment(t *testing.T) {
	eachSeed(t, 300, func(t *testing.T, r *rand.Rand) {
		f := newFragmenter()
		if r.IntN(2) == 0 {
			f.src, f.dst = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
		}
		message := withMarker(ikeInformational(r, 8+r.IntN(5000)))
		pieces := f.split(r, ipPayload(4500, 4500, message))
		distinct, frames := len(pieces), len(pieces)
		var copies []*dissect.Datagram
		for _, p := range pieces {
			if r.IntN(3) == 0 {
				copies = append(copies, p)
			}
		}
		all := append(pieces, copies...)
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		all = f.stamp(all)

		d := NewDefragmenter(Config{}, func(e *Event) { t.Errorf("event %+v", e) })
		length, wholes, packets := 0, 0, 0
		var first *dissect.Datagram
		for _, p := range all {
			if first == nil {
				first = p
			}
			length += p.IPLength
			packets++
			w := d.Add(p)
			if w == nil {
				continue
			}
			wholes++
			if wholes > 1 {
				packets, length = 0, 0
				continue // enough copies for another one
			}
			if w.Status != dissect.StatusOK || w.Src != at(f.src, 4500) || w.Dst != at(f.dst, 4500) ||
				!bytes.Equal(w.Payload, message) || w.PayloadLength != len(message) || w.Truncated || w.Frag != (dissect.Fragment{}) {
				t.Errorf("datagram %+v", w)
			}
			if w.Packets != packets || w.IPLength != length || w.Fragments != distinct ||
				w.Ref != p.Ref || w.Time != p.Time || w.FirstRef != first.Ref || w.FirstTime != first.Time {
				t.Errorf("packets %d of %d, length %d of %d, %d fragments of %d, %v to %v",
					w.Packets, packets, w.IPLength, length, w.Fragments, distinct, w.FirstRef, w.Ref)
			}
			packets, length = 0, 0
		}
		d.Flush()
		n := d.Counters()
		if wholes == 0 || n.IncompleteDatagrams != 0 || n.Conflicts != 0 || n.Hostile != 0 {
			t.Errorf("%d datagrams of %d frames and %d copies, %+v", wholes, frames, len(copies), n)
		}
		if n.IPsecPackets != uint64(packets) || d.bytes != 0 || len(d.index) != 0 {
			t.Errorf("late copies %d, counted %+v; %d bytes, %d datagrams left", packets, n, d.bytes, len(d.index))
		}
	})
}

// fragments runs datagrams through a Defragmenter and checks that all packets
// are counted.
func fragments(t *testing.T, cfg Config, ds ...*dissect.Datagram) (wholes []dissect.Datagram, events []Event, n FragmentCounters) {
	t.Helper()
	d := NewDefragmenter(cfg, func(e *Event) {
		checkEvent(t, e)
		c := *e
		c.Data = bytes.Clone(e.Data)
		events = append(events, c)
	})
	var in, out uint64
	for _, x := range ds {
		in += uint64(x.Packets)
		if w := d.Add(x); w != nil {
			out += uint64(w.Packets)
			c := *w
			c.Payload = bytes.Clone(w.Payload)
			wholes = append(wholes, c)
		}
	}
	d.Flush()
	n = d.Counters()
	if out+n.IPsecPackets+n.IgnoredPackets != in || n.UndecidedPackets > n.IgnoredPackets {
		t.Errorf("%d packets in, %d out, %+v", in, out, n)
	}
	if d.bytes != 0 || len(d.index) != 0 || d.waiting.oldest != nil || d.done.oldest != nil {
		t.Errorf("after Flush: %d bytes, %d datagrams", d.bytes, len(d.index))
	}
	return wholes, events, n
}

func TestDefragmentKeepsApart(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	payload := ipPayload(4500, 4500, withMarker(ikeInformational(r, 100)))
	change := map[string]func(*dissect.Datagram){
		"source":      func(d *dissect.Datagram) { d.Src = at(netip.MustParseAddr("192.0.2.9"), 0) },
		"protocol":    func(d *dissect.Datagram) { d.Proto = dissect.ProtoESP },
		"ID":          func(d *dissect.Datagram) { d.IPID++ },
		"interface":   func(d *dissect.Datagram) { d.Tap.Interface++ },
		"direction":   func(d *dissect.Datagram) { d.Tap.Direction++ },
		"VLAN":        func(d *dissect.Datagram) { d.VLAN++ },
		"wrapping":    func(d *dissect.Datagram) { d.Encap |= dissect.EncapVLAN },
		"destination": func(d *dissect.Datagram) { d.Dst = at(netip.MustParseAddr("192.0.2.9"), 0) },
	}
	for name, f := range change {
		frag := newFragmenter()
		a, b := frag.piece(payload, 0, 48), frag.piece(payload, 48, len(payload))
		f(b)
		if wholes, _, _ := fragments(t, Config{}, a, b); len(wholes) != 0 {
			t.Errorf("pieces with another %s were joined", name)
		}
	}
}

func TestOverlaps(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	message := withMarker(ikeInformational(r, 100))
	payload := ipPayload(4500, 4500, message)
	other := bytes.Clone(payload)
	for i := range other[40:] {
		other[40+i] ^= 0xff
	}
	n := len(payload)
	v6 := func() *fragmenter {
		f := newFragmenter()
		f.src, f.dst = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
		return f
	}
	type counted struct{ whole, conflicts, duplicates, hostile int }
	for _, test := range []struct {
		name   string
		pieces func(f *fragmenter) []*dissect.Datagram
		v4, v6 counted
	}{
		{"copy", func(f *fragmenter) []*dissect.Datagram {
			return []*dissect.Datagram{f.piece(payload, 0, 48), f.piece(payload, 0, 48), f.piece(payload, 48, n)}
		}, counted{1, 0, 1, 0}, counted{1, 0, 1, 0}},
		{"other bytes in the same place", func(f *fragmenter) []*dissect.Datagram {
			return []*dissect.Datagram{f.piece(payload, 40, 80), f.piece(other, 40, 80), f.piece(payload, 0, 40), f.piece(payload, 80, n)}
		}, counted{1, 1, 0, 0}, counted{0, 1, 0, 0}},
		{"partly the same", func(f *fragmenter) []*dissect.Datagram {
			return []*dissect.Datagram{f.piece(payload, 0, 64), f.piece(payload, 48, n)}
		}, counted{1, 0, 0, 0}, counted{0, 1, 0, 0}},
		{"partly other bytes", func(f *fragmenter) []*dissect.Datagram {
			return []*dissect.Datagram{f.piece(payload, 0, 64), f.piece(other, 48, 64), f.piece(payload, 64, n)}
		}, counted{1, 1, 0, 0}, counted{0, 1, 0, 0}},
		{"around what is there", func(f *fragmenter) []*dissect.Datagram {
			return []*dissect.Datagram{f.piece(payload, 48, 64), f.piece(payload, 16, 24), f.piece(payload, 0, n)}
		}, counted{1, 0, 0, 0}, counted{0, 1, 0, 0}},
		{"two ends", func(f *fragmenter) []*dissect.Datagram {
			return []*dissect.Datagram{f.piece(payload[:64], 48, 64), f.piece(payload, 48, n), f.piece(payload, 0, 48)}
		}, counted{1, 1, 0, 0}, counted{0, 1, 0, 0}},
		{"behind the end", func(f *fragmenter) []*dissect.Datagram {
			return []*dissect.Datagram{f.piece(payload[:64], 48, 64), f.piece(payload, 64, 80), f.piece(payload, 0, 48)}
		}, counted{1, 1, 0, 0}, counted{0, 1, 0, 0}},
		{"end before what is there", func(f *fragmenter) []*dissect.Datagram {
			return []*dissect.Datagram{f.piece(payload, 80, 96), f.piece(payload[:64], 48, 64), f.piece(payload, 0, 48)}
		}, counted{0, 1, 0, 0}, counted{0, 1, 0, 0}},
		{"length no multiple of 8", func(f *fragmenter) []*dissect.Datagram {
			return []*dissect.Datagram{f.piece(payload, 0, 47), f.piece(payload, 47, n)}
		}, counted{0, 0, 0, 1}, counted{0, 0, 0, 1}},
		{"empty", func(f *fragmenter) []*dissect.Datagram {
			return []*dissect.Datagram{f.piece(payload, 8, 8), f.piece(payload, 0, 48), f.piece(payload, 48, n)}
		}, counted{0, 0, 0, 1}, counted{0, 0, 0, 1}},
		{"behind the longest datagram", func(f *fragmenter) []*dissect.Datagram {
			d := f.piece(payload, 0, 48)
			d.Frag.Offset = 65528
			return []*dissect.Datagram{d}
		}, counted{0, 0, 0, 1}, counted{0, 0, 0, 1}},
	} {
		for i, f := range []*fragmenter{newFragmenter(), v6()} {
			want := []counted{test.v4, test.v6}[i]
			wholes, _, c := fragments(t, Config{}, test.pieces(f)...)
			if have := (counted{len(wholes), int(c.Conflicts), int(c.Duplicates), int(c.Hostile)}); have != want {
				t.Errorf("%s, version %d: %+v, want %+v", test.name, 4+2*i, have, want)
			}
			if len(wholes) == 1 && !bytes.HasPrefix(message, wholes[0].Payload) {
				t.Errorf("%s, version %d: other bytes than came first", test.name, 4+2*i)
			}
		}
	}
}

// TestFragmentedESP: ESP cut into IP fragments is one message.
func TestFragmentedESP(t *testing.T) {
	r := rand.New(rand.NewPCG(14, 14))
	f := newFragmenter()
	f.proto = dissect.ProtoESP
	payload := esp(r, 0x1000, 1, 1492)
	wholes, _, _ := fragments(t, Config{}, f.piece(payload, 0, 1480), f.piece(payload, 1480, 1500))
	if len(wholes) != 1 {
		t.Fatalf("%d datagrams", len(wholes))
	}
	n := 0
	c := NewClassifier(Config{}, func(e *Event) {
		n++
		if e.Message != MessageESP || e.Fragments != 2 || e.Packets != 2 || e.Length != 1500 || e.IPLength != 1540 || e.FirstRef != 1 || e.Ref != 2 {
			t.Errorf("event %+v", e)
		}
	})
	c.Datagram(&wholes[0])
	if n != 1 {
		t.Errorf("%d events", n)
	}
}

// TestNestedFragments: fragments of a tunnel that itself carries fragments.
func TestNestedFragments(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 15))
	message := withMarker(ikeInformational(r, 600))
	inner := ipPayload(4500, 4500, message)
	f := newFragmenter()
	f.proto = dissect.ProtoIPIP
	var in []*dissect.Datagram
	for begin := 0; begin < len(inner); begin += 328 {
		end := min(begin+328, len(inner))
		h := []byte{0x45, 0, 0, 0, 0, 42, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}
		binary.BigEndian.PutUint16(h[2:], uint16(20+end-begin))
		place := begin / 8
		if end < len(inner) {
			place |= 0x2000
		}
		binary.BigEndian.PutUint16(h[6:], uint16(place))
		packet := append(h, inner[begin:end]...)
		in = append(in, f.piece(packet, 0, 40), f.piece(packet, 40, len(packet)))
		f.id++
	}
	wholes, _, n := fragments(t, Config{}, in...)
	if len(wholes) != 1 || !bytes.Equal(wholes[0].Payload, message) || wholes[0].Packets != len(in) ||
		wholes[0].FirstRef != 1 || wholes[0].Src.String() != "10.0.0.1:4500" {
		t.Errorf("%+v, %+v", wholes, n)
	}
}

// TestFragmentMemory: a flood of fragments that never fit stays within bounds.
func TestFragmentMemory(t *testing.T) {
	r := rand.New(rand.NewPCG(18, 18))
	cfg := Config{MaxFragmented: 100, MaxFragmentBytes: 1 << 20}
	d := NewDefragmenter(cfg, func(*Event) {})
	f := newFragmenter()
	big := random(r, 60000)
	in := uint64(0)
	for i := range 20000 {
		f.id = r.Uint32N(1 << 10)
		begin := 8 * r.IntN(7000)
		p := f.piece(big, begin, begin+8*(1+r.IntN(400)))
		if i%2 == 0 {
			p = f.piece(big, begin, begin+8)
		}
		if d.Add(p) == nil {
			in++
		}
		if len(d.index) > cfg.MaxFragmented || d.bytes > cfg.MaxFragmentBytes {
			t.Fatalf("%d datagrams, %d bytes", len(d.index), d.bytes)
		}
	}
	d.Flush()
	n := d.Counters()
	if n.IPsecPackets+n.IgnoredPackets != in || n.Evicted == 0 || d.bytes != 0 {
		t.Errorf("%d packets in, %d bytes left, %+v", in, d.bytes, n)
	}
}

// TestManyPieces: pieces of 8 bytes in the worst order cost no more than a few.
func TestManyPieces(t *testing.T) {
	f := newFragmenter()
	payload := make([]byte, 65528)
	d := NewDefragmenter(Config{}, func(*Event) {})
	for begin := len(payload) - 8; begin >= 0; begin -= 16 {
		p := f.piece(payload, begin, begin+8)
		p.Time = 0 // all within the timeout
		d.Add(p)
	}
	for _, p := range d.index {
		if len(p.list) > maxPieces {
			t.Errorf("%d pieces", len(p.list))
		}
	}
	d.Flush()
	if n := d.Counters(); n.Hostile != 1 || n.IncompleteDatagrams != 1 {
		t.Errorf("%+v", n)
	}
}

// TestDefragmenterAllocs: fragments that become whole need no new memory.
func TestDefragmenterAllocs(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 19))
	f := newFragmenter()
	payload := ipPayload(4500, 4500, withMarker(ikeInformational(r, 2000)))
	a, b := f.piece(payload, 0, 1480), f.piece(payload, 1480, len(payload))
	cfg := Config{MaxFragmented: 64}
	d := NewDefragmenter(cfg, func(*Event) {})
	send := func() {
		f.id++
		a.IPID, b.IPID = f.id, f.id
		a.Time, b.Time = a.Time+1e6, b.Time+1e6
		d.Add(a)
		if d.Add(b) == nil {
			t.Fatal("not whole")
		}
	}
	for range 500 {
		send()
	}
	runtime.GC()
	if n := testing.AllocsPerRun(1000, send); n != 0 {
		t.Errorf("%v allocations a datagram", n)
	}
}
