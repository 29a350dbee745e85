package reassembly

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"

	"github.com/ikesniff/ikesniff/dissect"
)

// others makes the segments of connections of another protocol, each with other
// endpoints: SYN, SYN-ACK, a TLS record, and an answer.
type others struct {
	w      wire
	d      dissect.Datagram
	record []byte
	n      uint32
}

func newOthers() *others {
	o := &others{record: make([]byte, 100)}
	copy(o.record, []byte{22, 3, 1, 0, 95, 1, 0, 0, 91})
	o.d = *o.w.datagram(dissect.ProtoTCP, at(hostA, 1), at(hostB, 443), nil)
	return o
}

// connection feeds c one more connection.
func (o *others) connection(c *Classifier) {
	o.n++
	client := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(o.n >> 24), byte(o.n >> 16), byte(o.n >> 8)}), 0x4000|uint16(o.n&0xff))
	server := at(hostB, 443)
	segment := func(src, dst netip.AddrPort, flags dissect.TCPFlags, seq uint32, p []byte) {
		d := &o.d
		d.Src, d.Dst = src, dst
		d.Time, d.Ref = o.w.next()
		d.Payload, d.PayloadLength = p, len(p)
		d.TCP = dissect.TCPHeader{Seq: seq, Ack: 1, Flags: flags, Window: 500}
		c.Datagram(d)
	}
	segment(client, server, flagSYN, 0, nil)
	segment(server, client, flagSYN|flagACK, 0, nil)
	segment(client, server, flagPSH, 1, o.record)
	segment(server, client, flagPSH, 1, o.record)
}

// bytesPerConnection is what docs/performance.md says that a connection of
// another protocol takes at most, its place in the index included.
const bytesPerConnection = 240

// TestIgnoredConnectionsTakeOneEntry: ten times as many connections as there is
// room for end within the memory that is stated, and all of them are counted.
func TestIgnoredConnectionsTakeOneEntry(t *testing.T) {
	const limit = 1 << 15
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	o := newOthers()
	before := heap()
	c := NewClassifier(Config{MaxConnections: limit}, func(*Event) {})
	for range 10 * limit {
		o.connection(c)
	}
	taken := heap() - before
	perEntry := float64(taken) / limit
	t.Logf("%.0f bytes a connection", perEntry)
	if perEntry > bytesPerConnection {
		t.Errorf("%.0f bytes a connection", perEntry)
	}
	n := c.Counters()
	if n.IgnoredForgotten != 9*limit || n.Evicted != 0 {
		t.Errorf("%d forgotten, %d evicted", n.IgnoredForgotten, n.Evicted)
	}
	c.Finish()
	e := c.Endpoints()
	if len(e) != 1 || e[0].TLS != 10*limit || c.Counters().IgnoredPackets != 40*limit {
		t.Errorf("%d endpoints, first %+v, %d packets ignored", len(e), e[0], c.Counters().IgnoredPackets)
	}
}

// The benchmarks below run over three decades. What they report must not grow
// with n.

func perItem(b *testing.B, n int, unit string) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), unit)
	b.ReportMetric(0, "ns/op")
}

// BenchmarkConnections: connections of others, remembered and then forgotten.
func BenchmarkConnections(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000, 10_000_000} {
		b.Run(fmt.Sprint("n=", n), func(b *testing.B) {
			for b.Loop() {
				o := newOthers()
				c := NewClassifier(Config{}, func(*Event) {})
				for range n {
					o.connection(c)
				}
				c.Finish()
			}
			perItem(b, n, "ns/connection")
		})
	}
}

// BenchmarkHoles: streams that all hold something behind a hole, beyond what
// they may hold together.
func BenchmarkHoles(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprint("n=", n), func(b *testing.B) {
			r := rand.New(rand.NewPCG(31, 31))
			var talks []*tcpTalk
			w := new(wire)
			for i := range 100 {
				talk := newTalk(w)
				talk.ends[0] = at(hostA, uint16(2000+i))
				talk.up(r)
				talk.skip(0, 100)
				talks = append(talks, talk)
			}
			p := random(r, 1001) // no length of ESP in a fake segment
			for b.Loop() {
				c := NewClassifier(Config{MaxStreamBytes: 50_000}, func(*Event) {})
				for _, talk := range talks {
					for _, d := range talk.out {
						c.Datagram(d)
					}
				}
				d := *talks[0].at(0, 0, flagACK, p)
				talks[0].out = talks[0].out[:len(talks[0].out)-1]
				for i := range n {
					talk := talks[i%len(talks)]
					d.Src, d.Dst = talk.ends[0], talk.ends[1]
					d.IPID++
					d.TCP.Seq = talk.seq[0] + uint32(i/len(talks)*1100)
					c.Datagram(&d)
				}
				if c.Counters().Evicted == 0 {
					b.Fatal("nothing had to go")
				}
			}
			perItem(b, n, "ns/segment")
		})
	}
}

// BenchmarkFragments: the pieces of one datagram in the orders that cost most,
// and pieces of datagrams that never become whole.
func BenchmarkFragments(b *testing.B) {
	for _, order := range []string{"in order", "backwards", "even, then odd", "overlapping", "alone"} {
		for _, n := range []int{64, 640, 6400} {
			b.Run(fmt.Sprint(order, "/n=", n), func(b *testing.B) {
				f := newFragmenter()
				payload := make([]byte, 8*n+8)
				var pieces []*dissect.Datagram
				for i := range n {
					k := i
					switch order {
					case "backwards":
						k = n - 1 - i
					case "even, then odd":
						if k = 2 * i; k >= n {
							k = k - n | 1
						}
					}
					d := f.piece(payload, 8*k, 8*k+8)
					switch order {
					case "overlapping":
						d = f.piece(payload, 8*(k/2), min(8*(k/2)+8*(1+k%2*7), len(payload)-8))
					case "alone":
						f.id++
						d = f.piece(payload, 0, 8)
					}
					d.Time, d.Ref = f.next()
					pieces = append(pieces, d)
				}
				for b.Loop() {
					whole := NewDefragmenter(Config{}, func(*Event) {})
					for _, d := range pieces {
						whole.Add(d)
					}
					whole.Flush()
				}
				perItem(b, n, "ns/fragment")
			})
		}
	}
}

// bytesPerStream is what docs/performance.md says that a connection with IPsec
// in it takes, while no message is in pieces and nothing is held.
const bytesPerStream = 5000

func TestStreamsTakeLittle(t *testing.T) {
	const n = 2000
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	r := rand.New(rand.NewPCG(41, 41))
	var talks []*tcpTalk
	w := new(wire)
	for i := range n {
		talk := newTalk(w)
		talk.ends[0] = at(hostA, uint16(2000+i))
		talk.up(r)
		talk.say(0, espFrame(r, spiA, 1))
		talks = append(talks, talk)
	}
	before := heap()
	c := NewClassifier(Config{}, func(*Event) {})
	for _, talk := range talks {
		for _, d := range talk.out {
			c.Datagram(d)
		}
	}
	perStream := float64(heap()-before) / n
	t.Logf("%.0f bytes a connection", perStream)
	if perStream > bytesPerStream || c.live.n != n {
		t.Errorf("%.0f bytes a connection, %d are live", perStream, c.live.n)
	}
	runtime.KeepAlive(talks)
}
