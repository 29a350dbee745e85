package capgen

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/file"
	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// trace is a capture in the making: a clock, a source of bytes that depends on
// the capture's name only, and the frames so far.
type trace struct {
	now    time.Time
	random *rand.ChaCha8
	frames []frame

	// link makes a frame of an IP packet. Interface and direction are what
	// later frames get.
	link      func(ip []byte) []byte
	iface     int
	direction uint32
	snaplen   int // 0: whole frames

	// hidden is set while what happens is not captured; unseen senders never are.
	hidden bool
	unseen map[netip.Addr]bool

	hosts map[netip.Addr]*host

	// encode makes the file; nil for a pcap with Ethernet frames.
	encode func(frames []file.Frame) []byte
	expect Expect
	tshark []string
	broken []int // frames that are malformed on purpose
}

// host is a sender of IP packets, as seen where the capture is taken.
type host struct {
	ttl uint8
	id  uint16
}

// frame is a captured frame and what it carries.
type frame struct {
	file.Frame
	carries func(*counts) // nil: nothing of interest
	copied  bool          // shows a packet again
	inTCP   bool          // carries it where tshark does not look
}

// run builds one scenario.
func run(b builder) Scenario {
	seed := sha256.Sum256([]byte(b.name))
	t := &trace{
		random: rand.NewChaCha8(seed),
		link:   func(ip []byte) []byte { return wire.Ethernet(ip) },
		hosts:  map[netip.Addr]*host{},
		unseen: map[netip.Addr]bool{},
	}
	minutes := binary.BigEndian.Uint16(seed[:]) // spread over six weeks
	t.now = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC).
		Add(time.Duration(minutes)*time.Minute + time.Duration(seed[2])*3917*time.Microsecond)
	b.build(t)
	slices.SortStableFunc(t.frames, func(x, y frame) int { return int(x.Time - y.Time) })
	return t.finish(b)
}

func (t *trace) finish(b builder) Scenario {
	seen, all := newCounts(), newCounts()
	var frames []file.Frame
	for _, f := range t.frames {
		frames = append(frames, f.Frame)
		if f.copied {
			t.expect.Copies++
		}
		if f.carries == nil {
			continue
		}
		if !f.inTCP {
			f.carries(&all)
		}
		if !f.copied {
			f.carries(&seen)
		}
	}
	e := t.expect
	e.Frames, e.IKE, e.Keepalives, e.ESP, e.AH = len(frames), seen.ike, seen.keepalives, seen.esp, seen.ah
	e.Codes, e.Info = sorted(e.Codes), sorted(e.Info)
	if t.encode == nil {
		t.encode = func(f []file.Frame) []byte { return file.Pcap(1, 262144, f) }
	}
	return Scenario{Name: b.name, Expect: e, TsharkArgs: t.tshark, file: t.encode(frames), build: functionName(b.build), wire: all, cut: t.snaplen > 0, broken: t.broken}
}

func sorted(s []string) []string {
	m := map[string]bool{}
	for _, x := range s {
		m[x] = true
	}
	return append([]string{}, slices.Sorted(maps.Keys(m))...)
}

// tunnels, warns and informs state what is expected of the report.
func (t *trace) tunnels(n int)           { t.expect.Tunnels = n }
func (t *trace) warns(codes ...string)   { t.expect.Codes = append(t.expect.Codes, codes...) }
func (t *trace) informs(codes ...string) { t.expect.Info = append(t.expect.Info, codes...) }

// breaks states that the next frame is malformed on purpose.
func (t *trace) breaks() { t.broken = append(t.broken, len(t.frames)+1) }

// wait moves the clock.
func (t *trace) wait(d time.Duration) { t.now = t.now.Add(d) }

// bytes returns n pseudorandom bytes.
func (t *trace) bytes(n int) []byte {
	b := make([]byte, n)
	t.random.Read(b)
	return b
}

// below returns a pseudorandom number below n.
func (t *trace) below(n int) int { return int(t.random.Uint64() % uint64(n)) }

// spi returns a pseudorandom IKE SPI, espSPI one of ESP or AH.
func (t *trace) spi() uint64    { return t.random.Uint64() | 1<<56 }
func (t *trace) espSPI() uint32 { return uint32(t.random.Uint64()) | 0xc0000000 }

// host returns the state of the sender with an address. A new one is three hops
// away.
func (t *trace) host(a netip.Addr) *host {
	h := t.hosts[a]
	if h == nil {
		h = &host{ttl: 61, id: uint16(t.random.Uint64())}
		t.hosts[a] = h
	}
	return h
}

// header of the next IP packet of a sender.
func (t *trace) header(src, dst netip.Addr, proto uint8) wire.IPHeader {
	h := t.host(src)
	h.id++
	return wire.IPHeader{Src: src, Dst: dst, Proto: proto, TTL: h.ttl, ID: h.id}
}

// ip captures a packet with an IP payload, and returns the packet.
func (t *trace) ip(src, dst netip.Addr, proto uint8, payload []byte, carries func(*counts)) []byte {
	p := wire.IP(t.header(src, dst, proto), payload)
	t.capture(p, carries)
	return p
}

// udp captures a UDP datagram, and returns the packet.
func (t *trace) udp(src, dst netip.AddrPort, payload []byte, carries func(*counts)) []byte {
	return t.ip(src.Addr(), dst.Addr(), wire.ProtoUDP, wire.UDP(src, dst, payload, true), carries)
}

// capture records an IP packet as a frame. 25 microseconds pass.
func (t *trace) capture(ip []byte, carries func(*counts)) {
	if src, _ := wire.Addresses(ip); t.hidden || t.unseen[src] {
		t.wait(25 * time.Microsecond)
		return
	}
	data := t.link(ip)
	f := file.Frame{Time: t.now.UnixNano(), Data: data, Wire: len(data), Interface: t.iface, Direction: t.direction}
	if t.snaplen > 0 && len(data) > t.snaplen {
		f.Data = data[:t.snaplen]
	}
	t.frames = append(t.frames, frame{Frame: f, carries: carries})
	t.wait(25 * time.Microsecond)
}

// behind lets things happen that the capture does not show.
func (t *trace) behind(f func()) {
	t.hidden = true
	f()
	t.hidden = false
}

// delay moves the last frame to a later time.
func (t *trace) delay(d time.Duration) { t.frames[len(t.frames)-1].Time += int64(d) }

// at moves the clock to a time of day of the capture's first day.
func (t *trace) at(clock string) {
	day := t.now.Truncate(24 * time.Hour)
	c, err := time.Parse("15:04:05.999999", clock)
	if err != nil {
		panic(err)
	}
	t.now = day.Add(c.Sub(c.Truncate(24 * time.Hour)))
}

// What a frame carries.
func carriesIKE(c *counts)       { c.ike++ }
func carriesKeepalive(c *counts) { c.keepalives++ }
func carriesESP(spi uint32) func(*counts) {
	return func(c *counts) { c.esp[fmt.Sprintf("%08x", spi)]++ }
}
func carriesAH(spi uint32) func(*counts) {
	return func(c *counts) { c.ah[fmt.Sprintf("%08x", spi)]++ }
}
