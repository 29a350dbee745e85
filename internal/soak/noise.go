package soak

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// noise makes what is around tunnels: attempts that come to nothing, and
// traffic of other protocols. Every attempt and every connection has addresses
// or ports that none had before.
type noise struct {
	random *rand.Rand
	emit   func(frame []byte)
	n      uint32
	hello  []byte // IKE_SA_INIT
}

func newNoise(random *rand.Rand, emit func([]byte)) *noise {
	return &noise{random: random, emit: emit}
}

// addr is the i-th address of a /8.
func addr(net byte, i uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{net, byte(i >> 16), byte(i >> 8), byte(i)})
}

func (x *noise) ip(src, dst netip.AddrPort, proto uint8, b []byte) {
	x.emit(wire.Ethernet(wire.IP(wire.IPHeader{Src: src.Addr(), Dst: dst.Addr(), Proto: proto, TTL: 57, ID: uint16(x.n)}, b)))
}

// attempt is an IKE_SA_INIT request of a new source, never answered.
func (x *noise) attempt(to netip.Addr) {
	x.n++
	if x.hello == nil {
		t := newTunnel(natT, x.random, nil, to, to)
		h := wire.Header{Version: 0x20, Exchange: wire.ExchangeInit, Flags: wire.FlagInitiator}
		x.hello = wire.Message(h, wire.SA(1, suite), wire.KE(19, t.bytes(64)), wire.Nonce(t.bytes(32)))
	}
	b := append([]byte(nil), x.hello...)
	binary.BigEndian.PutUint64(b, x.random.Uint64()|1<<56)
	src, dst := netip.AddrPortFrom(addr(11, x.n), 500), netip.AddrPortFrom(to, 500)
	x.ip(src, dst, wire.ProtoUDP, wire.UDP(src, dst, b, false))
}

// connection is a whole TCP connection of another protocol: 7 frames.
func (x *noise) connection() {
	x.n++
	ends := [2]netip.AddrPort{netip.AddrPortFrom(addr(12, x.n), uint16(1024+x.n%60000)), netip.AddrPortFrom(addr(13, x.n%50), 443)}
	next := [2]uint32{x.random.Uint32(), x.random.Uint32()}
	send := func(from int, flags uint8, payload []byte) {
		src, dst := ends[from], ends[1-from]
		s := wire.Segment{Seq: next[from], Flags: flags, Window: 0xfaf0, Payload: payload}
		if flags&wire.TCPAck != 0 {
			s.Ack = next[1-from]
		}
		x.ip(src, dst, wire.ProtoTCP, s.Bytes(src, dst))
		next[from] += uint32(len(payload))
		if flags&(wire.TCPSyn|wire.TCPFin) != 0 {
			next[from]++
		}
	}
	send(client, wire.TCPSyn, nil)
	send(server, wire.TCPSyn|wire.TCPAck, nil)
	send(client, wire.TCPAck|wire.TCPPsh, []byte("\x16\x03\x01\x00\x7d\x01\x00\x00\x79\x03\x03 a hello of TLS, which goes on for a while"))
	send(server, wire.TCPAck|wire.TCPPsh, []byte("\x16\x03\x03\x00\x5d\x02\x00\x00\x59\x03\x03 an answer to it, and what follows it"))
	send(client, wire.TCPFin|wire.TCPAck, nil)
	send(server, wire.TCPFin|wire.TCPAck, nil)
	send(client, wire.TCPAck, nil)
}

// query is a question to a name server and its answer: 2 frames. All are
// between the same two addresses.
func (x *noise) query() {
	x.n++
	ends := [2]netip.AddrPort{netip.AddrPortFrom(addr(14, 1), uint16(1024+x.n%60000)), netip.AddrPortFrom(addr(14, 2), 53)}
	b := binary.BigEndian.AppendUint16(nil, uint16(x.n))
	for from, flags := range []uint16{0x0100, 0x8180} {
		q := binary.BigEndian.AppendUint16(append([]byte(nil), b...), flags)
		q = append(q, 0, 1, 0, byte(from), 0, 0, 0, 0, 7)
		q = append(q, "example\x03net\x00\x00\x01\x00\x01"...)
		if from == server {
			q = append(q, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1)
		}
		x.ip(ends[from], ends[1-from], wire.ProtoUDP, wire.UDP(ends[from], ends[1-from], q, false))
	}
}

// quic is a first datagram of QUIC to a new port, of 1200 bytes.
func (x *noise) quic() {
	x.n++
	src, dst := netip.AddrPortFrom(addr(15, x.n%500), uint16(1024+x.n%60000)), netip.AddrPortFrom(addr(15, 1000), 443)
	b := append([]byte{0xc3, 0, 0, 0, 1, 8}, make([]byte, 1194)...)
	binary.BigEndian.PutUint64(b[6:], x.random.Uint64())
	x.ip(src, dst, wire.ProtoUDP, wire.UDP(src, dst, b, false))
}
