package main

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// Sizes of what follows the header of ESP, each as often as it stands here:
// multiples of four, as RFC 4303 2.4 wants it.
var (
	mixed     = []int{1300, 500, 1300, 92, 1300, 500, 1300, 92, 1300, 500}
	smallOnes = []int{64, 72, 80, 88, 96}
)

const perKind = 16

// How a tunnel travels.
const (
	natT = iota
	rawESP
	rfc8229
	fakeTCP
	kinds
)

// tunnel makes the frames of one tunnel.
type tunnel struct {
	kind    int
	ends    [2]netip.AddrPort
	spi     [2]uint64
	esp     [2]uint32   // SPIs
	seq     [2]uint32   // ESP
	stream  [2]uint32   // TCP
	frames  [2][][]byte // what is sent again and again, with other numbers
	at      int         // of the next frame
	esps    int         // where ESP begins
	ipID    uint16
	invents *rand.Rand
}

func newTunnels(sizes []int) (list []*tunnel) {
	random := rand.New(rand.NewPCG(1, 2))
	for n := range kinds * perKind {
		u := &tunnel{kind: n % kinds, at: n, invents: random}
		for side := range 2 {
			u.spi[side] = random.Uint64() | 1<<56
			u.esp[side] = random.Uint32() | 0xc0000000
			u.stream[side] = random.Uint32()
		}
		port := [][2]uint16{natT: {uint16(20000 + n), 4500}, rawESP: {500, 500}, rfc8229: {uint16(20000 + n), 4500}, fakeTCP: {uint16(20000 + n), 4500}}[u.kind]
		u.ends[0] = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(n), 1}), port[0])
		u.ends[1] = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 2, 0, 1}), port[1])
		u.prepare(sizes)
		list = append(list, u)
	}
	return list
}

func (u *tunnel) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(u.invents.Uint32())
	}
	return b
}

const ethernet, ipv4 = 14, 20

// prepare makes the data frames of both sides.
func (u *tunnel) prepare(sizes []int) {
	u.esps = ethernet + ipv4 + [...]int{natT: 8, rawESP: 0, rfc8229: 22, fakeTCP: 20}[u.kind]
	for side := range 2 {
		src, dst := u.ends[side], u.ends[1-side]
		for _, size := range sizes {
			b := wire.ESP(u.esp[side], 0, u.bytes(size))
			proto := uint8(wire.ProtoTCP)
			switch u.kind {
			case natT:
				proto, b = wire.ProtoUDP, wire.UDP(src, dst, b, false)
			case rawESP:
				proto = wire.ProtoESP
			case rfc8229:
				b = wire.TCP(src, dst, 0, 0, wire.TCPAck|wire.TCPPsh, framed(b))
			case fakeTCP:
				b = wire.TCP(src, dst, 0, 0, wire.TCPAck, b)
			}
			u.frames[side] = append(u.frames[side], wire.Ethernet(wire.IP(wire.IPHeader{Src: src.Addr(), Dst: dst.Addr(), Proto: proto, TTL: 60}, b)))
		}
	}
}

func framed(message []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(2+len(message))), message...)
}

// next appends the next data frame to b: from both sides in turns. Checksums of
// TCP are left as they are.
func (u *tunnel) next(b []byte) []byte {
	side := u.at % 2
	f := u.frames[side][u.at/2%len(u.frames[side])]
	u.at++
	b = append(b, f...)
	u.ipID++
	u.seq[side]++
	be := binary.BigEndian
	be.PutUint16(b[ethernet+4:], u.ipID)
	be.PutUint16(b[ethernet+10:], checksum(b[ethernet:ethernet+ipv4]))
	be.PutUint32(b[u.esps+4:], u.seq[side])
	if u.kind == rfc8229 || u.kind == fakeTCP {
		tcp := b[ethernet+ipv4:]
		be.PutUint32(tcp[4:], u.stream[side])
		be.PutUint32(tcp[8:], u.stream[1-side])
		if u.kind == rfc8229 {
			u.stream[side] += uint32(len(tcp) - 20)
		}
	}
	return b
}

// checksum is that of an IPv4 header whose own field is passed over.
func checksum(header []byte) uint16 {
	var s uint32
	for i := 0; i < len(header); i += 2 {
		if i != 10 {
			s += uint32(binary.BigEndian.Uint16(header[i:]))
		}
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return ^uint16(s)
}

// negotiation are the frames with which the tunnel comes up.
func (u *tunnel) negotiation() (frames [][]byte) {
	packet := func(side int, proto uint8, b []byte) {
		frames = append(frames, wire.Ethernet(wire.IP(wire.IPHeader{Src: u.ends[side].Addr(), Dst: u.ends[1-side].Addr(), Proto: proto, TTL: 60}, b)))
	}
	segment := func(side int, flags uint8, payload []byte) {
		ack := u.stream[1-side]
		if flags&wire.TCPAck == 0 {
			ack = 0
		}
		packet(side, wire.ProtoTCP, wire.TCP(u.ends[side], u.ends[1-side], u.stream[side], ack, flags, payload))
		u.stream[side] += uint32(len(payload)) + uint32(flags&wire.TCPSyn)/wire.TCPSyn
	}
	inTCP := u.kind == rfc8229 || u.kind == fakeTCP
	if inTCP {
		segment(0, wire.TCPSyn, nil)
		segment(1, wire.TCPSyn|wire.TCPAck, nil)
		segment(0, wire.TCPAck, nil)
		segment(0, wire.TCPAck|wire.TCPPsh, []byte("IKETCP"))
	}
	send := func(side int, exchange uint8, id uint32, p ...wire.Payload) {
		h := wire.Header{InitiatorSPI: u.spi[0], ResponderSPI: u.spi[1], Version: 0x20, Exchange: exchange, MessageID: id, Flags: wire.FlagInitiator}
		if side == 1 {
			h.Flags = wire.FlagResponse
		} else if exchange == wire.ExchangeInit {
			h.ResponderSPI = 0
		}
		m := wire.Message(h, p...)
		if u.kind != rawESP {
			m = wire.Marked(m)
		}
		if inTCP {
			segment(side, wire.TCPAck|wire.TCPPsh, framed(m))
			return
		}
		packet(side, wire.ProtoUDP, wire.UDP(u.ends[side], u.ends[1-side], m, true))
	}
	suite := []wire.Transform{wire.AES256CBC, wire.PRFSHA256, wire.HMACSHA256, wire.ECP256}
	for side := range 2 {
		send(side, wire.ExchangeInit, 0, wire.SA(1, suite), wire.KE(19, u.bytes(64)), wire.Nonce(u.bytes(32)))
	}
	for side := range 2 {
		send(side, wire.ExchangeAuth, 1, wire.Payload{Type: wire.PayloadSK, Inner: wire.PayloadIDi, Body: u.bytes(256)})
	}
	return frames
}
