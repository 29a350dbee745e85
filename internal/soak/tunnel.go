package soak

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// kind is how a tunnel travels.
type kind int

const (
	natT    kind = iota // UDP 500, then 4500
	rawESP              // UDP 500, ESP in IP
	rfc8229             // TCP 4500
	fakeTCP             // IKE as in rfc8229, ESP in segments with one number
	kinds
)

// transports are the report's names of what a kind uses.
func (k kind) transports() []string {
	return [...][]string{{"udp", "udp-nat-t"}, {"udp", "ip"}, {"tcp-rfc8229"}, {"tcp-rfc8229", "tcp-fortinet-esp"}}[k]
}

// A side sends: the client of a tunnel or its server.
const (
	client = 0
	server = 1
)

// tunnel makes the frames of one tunnel, and counts them.
type tunnel struct {
	kind   kind
	random *rand.Rand
	emit   func(frame []byte)
	end    [2]netip.AddrPort // as the capture shows them
	spi    [2]uint64         // of the IKE SA
	child  [2]childSA
	nextID [2]uint32
	next   [2]uint32 // TCP: number of the next byte of each stream
	frozen [2]uint32 // number that fake segments have
	ipID   uint16

	ike     [2]uint64         // messages sent since the last start, by side
	packets map[uint32]uint64 // ESP packets sent, by SPI in use
	made    int               // SPIs, of IKE and of ESP, at each address
}

type childSA struct{ spi, seq uint32 }

func newTunnel(k kind, random *rand.Rand, emit func([]byte), from, to netip.Addr) *tunnel {
	t := &tunnel{kind: k, random: random, emit: emit, packets: map[uint32]uint64{}}
	t.end = [2]netip.AddrPort{netip.AddrPortFrom(from, 0), netip.AddrPortFrom(to, 0)}
	return t
}

func (t *tunnel) bytes(n int) []byte {
	b := make([]byte, (n+7)/8*8)
	for i := 0; i < n; i += 8 {
		binary.LittleEndian.PutUint64(b[i:], t.random.Uint64())
	}
	return b[:n]
}

func (t *tunnel) port() uint16 { return uint16(20000 + t.random.IntN(40000)) }

// start negotiates the tunnel from a client's address, as for the first time.
func (t *tunnel) start(from netip.Addr) {
	t.spi = [2]uint64{t.random.Uint64() | 1<<56, t.random.Uint64() | 1<<56}
	t.nextID, t.ike = [2]uint32{}, [2]uint64{}
	t.made++
	switch t.kind {
	case rfc8229, fakeTCP:
		t.end = [2]netip.AddrPort{netip.AddrPortFrom(from, t.port()), netip.AddrPortFrom(t.end[server].Addr(), 4500)}
		t.connect()
	case natT:
		t.end = [2]netip.AddrPort{netip.AddrPortFrom(from, t.port()), netip.AddrPortFrom(t.end[server].Addr(), 500)}
	case rawESP:
		t.end = [2]netip.AddrPort{netip.AddrPortFrom(from, 500), netip.AddrPortFrom(t.end[server].Addr(), 500)}
	}
	t.negotiate()
	if t.kind == natT {
		t.end = [2]netip.AddrPort{netip.AddrPortFrom(from, t.port()), netip.AddrPortFrom(t.end[server].Addr(), 4500)}
	}
	t.exchange(client, wire.ExchangeAuth, wire.PayloadIDi, 236, 188)
	t.newChild()
	t.frozen = t.next
}

// move goes on from another address: NAT traversal allows it, and so does raw
// ESP with MOBIKE. The stream of TCP has to begin anew.
func (t *tunnel) move(to netip.Addr) {
	t.made += 3
	switch t.kind {
	case natT:
		t.end[client] = netip.AddrPortFrom(to, t.port())
		t.liveness(client)
	case rawESP:
		t.end[client] = netip.AddrPortFrom(to, 500)
		t.liveness(client)
	default:
		t.end[client] = netip.AddrPortFrom(to, t.port())
		t.connect()
		t.liveness(client)
		t.frozen = t.next
	}
}

// rekey makes new Child SAs.
func (t *tunnel) rekey() {
	t.exchange(client, wire.ExchangeCreateChild, wire.PayloadNotify, 228, 204)
	t.newChild()
}

func (t *tunnel) newChild() {
	clear(t.packets)
	t.made += 2
	for i := range t.child {
		t.child[i] = childSA{spi: uint32(t.random.Uint64()) | 0xc0000000}
	}
}

func (t *tunnel) liveness(from int) { t.exchange(from, wire.ExchangeInformational, 0, 0, 0) }

// esp sends one data packet.
func (t *tunnel) esp(from, size int) {
	c := &t.child[from]
	c.seq++
	t.packets[c.spi]++
	b := wire.ESP(c.spi, c.seq, t.bytes(8+(size+2+3)/4*4+16))
	src, dst := t.end[from], t.end[1-from]
	switch t.kind {
	case natT:
		t.ip(src, dst, wire.ProtoUDP, wire.UDP(src, dst, b, false))
	case rawESP:
		t.ip(src, dst, wire.ProtoESP, b)
	case rfc8229:
		t.stream(from, b)
	case fakeTCP:
		t.segment(from, t.frozen[from], wire.TCPAck, b)
	}
}

// talk sends n packets each way.
func (t *tunnel) talk(n int) {
	for range n {
		t.esp(client, 40+t.random.IntN(400))
		t.esp(server, 40+t.random.IntN(400))
	}
}

func (t *tunnel) message(from int, exchange uint8, response bool, id uint32, p ...wire.Payload) {
	h := wire.Header{InitiatorSPI: t.spi[0], ResponderSPI: t.spi[1], Version: 0x20, Exchange: exchange, MessageID: id}
	if from == client {
		h.Flags |= wire.FlagInitiator
	}
	if response {
		h.Flags |= wire.FlagResponse
	}
	if exchange == wire.ExchangeInit && !response {
		h.ResponderSPI = 0
	}
	t.ike[from]++
	b := wire.Message(h, p...)
	src, dst := t.end[from], t.end[1-from]
	switch {
	case t.kind == rfc8229 || t.kind == fakeTCP:
		t.stream(from, wire.Marked(b))
	case src.Port() == 500 || dst.Port() == 500:
		t.ip(src, dst, wire.ProtoUDP, wire.UDP(src, dst, b, true))
	default:
		t.ip(src, dst, wire.ProtoUDP, wire.UDP(src, dst, wire.Marked(b), true))
	}
}

var suite = []wire.Transform{wire.AES256CBC, wire.PRFSHA256, wire.HMACSHA256, wire.ECP256}

// negotiate is the IKE_SA_INIT exchange.
func (t *tunnel) negotiate() {
	own := t.end[client]
	if t.kind == natT {
		own = netip.MustParseAddrPort("192.0.2.10:500")
	}
	for side := range 2 {
		p := []wire.Payload{wire.SA(1, suite), wire.KE(19, t.bytes(64)), wire.Nonce(t.bytes(32))}
		if side == client {
			p = append(p, wire.NATDetection(t.spi[0], 0, own, t.end[server])...)
		} else {
			p = append(p, wire.NATDetection(t.spi[0], t.spi[1], t.end[server], t.end[client])...)
		}
		t.message(side, wire.ExchangeInit, side == server, 0, p...)
	}
	t.nextID[client] = 1
}

// exchange is an encrypted request and its answer.
func (t *tunnel) exchange(from int, exchange, first uint8, inner, back int) {
	id := t.nextID[from]
	t.nextID[from]++
	t.message(from, exchange, false, id, t.sealed(first, inner))
	t.message(1-from, exchange, true, id, t.sealed(first, back))
}

func (t *tunnel) sealed(first uint8, inner int) wire.Payload {
	return wire.Payload{Type: wire.PayloadSK, Inner: first, Body: t.bytes(16 + (inner+1+15)/16*16 + 16)}
}

// connect opens the connection of RFC 8229.
func (t *tunnel) connect() {
	t.next = [2]uint32{uint32(t.random.Uint64()), uint32(t.random.Uint64())}
	t.segment(client, t.next[client], wire.TCPSyn, nil)
	t.next[client]++
	t.segment(server, t.next[server], wire.TCPSyn|wire.TCPAck, nil)
	t.next[server]++
	t.segment(client, t.next[client], wire.TCPAck, nil)
	t.bytesOf(client, []byte("IKETCP"))
}

// stream sends a message with its length in front. Long ones take two segments.
func (t *tunnel) stream(from int, message []byte) {
	b := append(binary.BigEndian.AppendUint16(nil, uint16(2+len(message))), message...)
	if len(b) > 300 {
		t.bytesOf(from, b[:200])
		b = b[200:]
	}
	t.bytesOf(from, b)
}

func (t *tunnel) bytesOf(from int, b []byte) {
	t.segment(from, t.next[from], wire.TCPAck|wire.TCPPsh, b)
	t.next[from] += uint32(len(b))
}

func (t *tunnel) segment(from int, seq uint32, flags uint8, payload []byte) {
	src, dst := t.end[from], t.end[1-from]
	s := wire.Segment{Seq: seq, Flags: flags, Window: 0xfaf0, Payload: payload}
	if flags&wire.TCPAck != 0 {
		s.Ack = t.next[1-from]
	}
	t.ip(src, dst, wire.ProtoTCP, s.Bytes(src, dst))
}

func (t *tunnel) ip(src, dst netip.AddrPort, proto uint8, b []byte) {
	t.ipID++
	t.emit(wire.Ethernet(wire.IP(wire.IPHeader{Src: src.Addr(), Dst: dst.Addr(), Proto: proto, TTL: 61, ID: t.ipID}, b)))
}
