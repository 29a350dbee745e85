package tcpframe

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ikesniff/ikesniff/reassembly/tcpstream"
)

// checker is a Handler that holds a Framer to its promises.
type checker struct {
	t    testing.TB
	wire int // bytes of messages, of which missing were not captured
	cut  int
	lost int
	part int
}

func (c *checker) Prefix()             { c.wire += len(prefix) }
func (c *checker) NoPrefix()           {}
func (c *checker) FramingError(string) {}
func (c *checker) Resync(n int) {
	if n < 0 {
		c.t.Fatalf("%d bytes skipped", n)
	}
}
func (c *checker) Partial(n int) {
	if n <= 0 || c.part > 0 {
		c.t.Fatalf("partial message of %d bytes", n)
	}
	c.part = n
}
func (c *checker) Lost(n int) { c.lost += n }

func (c *checker) Message(m *Message) {
	c.wire += 2 + m.Length
	c.cut += m.Length - len(m.Data)
	switch {
	case m.Length < 0 || m.Length > maxFrame-2 || len(m.Data) > m.Length:
		c.t.Fatalf("%d bytes of %d", len(m.Data), m.Length)
	case m.Truncated == false && len(m.Data) != m.Length:
		c.t.Fatalf("%d bytes of %d, and not truncated", len(m.Data), m.Length)
	case m.Segments < 1 || m.First.Ref > m.Last.Ref:
		c.t.Fatalf("%d segments from %v to %v", m.Segments, m.First, m.Last)
	case m.Kind == KindESP && (m.SPI == 0 || len(m.Data) < 8):
		c.t.Fatalf("ESP %08x of %d bytes", m.SPI, len(m.Data))
	case m.Kind != KindESP && (m.SPI != 0 || m.Seq != 0):
		c.t.Fatalf("%v with an SPI", m.Kind)
	case m.Kind == KindIKE:
		c.wire += markerSize
	}
}

// Any stream, cut in pieces and torn by holes as the second argument says, is
// accounted for to the byte, and does no harm.
func FuzzFramer(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 1))
	good := traffic(r, 30).bytes
	f.Add(cat([]byte("IKETCP"), good), []byte{}, true, false)
	f.Add(good, []byte{10, 20, 30}, false, false)
	f.Add(good, []byte{200, 0x80, 17, 0x81, 40, 0xc0, 3}, false, true)
	f.Add(cat([]byte{0, 1}, good), []byte{1}, false, false)
	f.Add(cat([]byte("IKET"), good), []byte{1}, true, false)
	f.Add(cat(noise(100, 1), good), []byte{100, 0xff}, true, true)
	f.Add(hostile(3000), []byte{77}, false, true)
	f.Add(cat(frame(noise(50, 1)...), frame(noise(60, 2)...), frame(noise(70, 3)...), good), []byte{}, false, false)
	f.Fuzz(func(t *testing.T, b, cuts []byte, originator, midway bool) {
		k := known{esp: []uint32{0xc0ffee01}, ike: [][2]uint64{{0x1111222233334444, 0x5555666677778888}}}
		c := &checker{t: t}
		fr := New(originator, midway, k)
		captured, holes := 0, false
		for i := 0; len(b) > 0; i++ {
			// Low bits: how long the piece is; the top ones: that it is missing.
			cut := byte(0x7f)
			if len(cuts) > 0 {
				cut = cuts[i%len(cuts)]
			}
			n := min(1+int(cut&0x3f)*(1+i%5), len(b))
			switch {
			case len(cuts) > 0 && cut&0x80 != 0:
				fr.Hole(n, tcpstream.HoleReason(cut>>6&1), c)
				holes = true
			default:
				fr.Bytes(b[:n], packet(i+1), c)
				captured += n
			}
			b = b[n:]
		}
		fr.Finish(c)
		if sum := c.wire + c.part + int(fr.Skipped()); !holes && sum != captured {
			t.Fatalf("%d bytes of %d are accounted for", sum, captured)
		}
		if sum := c.wire - c.cut + int(fr.Skipped()); sum > captured {
			t.Fatalf("%d bytes of %d", sum, captured)
		}
	})
}

// Judges agree with themselves however the stream is cut, and never read
// beyond it.
func FuzzJudge(f *testing.F) {
	for _, o := range others() {
		f.Add(slices.Concat(o.segments...), 64)
	}
	f.Add(cat([]byte("IKETCP"), ikeFrame(1, 2, 3, 48)), 1)
	f.Add(ikeFrame(1, 2, 3, 48), 33)
	f.Fuzz(func(t *testing.T, b []byte, size int) {
		for _, originator := range []bool{true, false} {
			last := VerdictNeedMore
			for n := range min(len(b), 2*JudgeBytes) + 1 {
				v := Judge(b[:n], originator)
				if last != VerdictNeedMore && last != VerdictMaybe && v != last {
					t.Fatalf("%v after %d bytes, %v before", v, n, last)
				}
				if n >= JudgeBytes && v == VerdictNeedMore {
					t.Fatalf("no verdict after %d bytes", n)
				}
				last = v
			}
		}
		m := NewMidway(nil)
		for piece := range slices.Chunk(b, max(1, size&0x7ff)) {
			m.Bytes(piece)
		}
		if v := m.Finish(); v == VerdictNeedMore || v == VerdictFramed && m.Start() > uint64(len(b)) {
			t.Fatalf("%v at %d", v, m.Start())
		}
	})
}
