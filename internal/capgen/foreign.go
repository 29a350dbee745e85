package capgen

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// foreign: traffic that is no tunnel, where tunnels are looked for.
var foreign = []builder{
	{"no-quic-443.pcap", noQUIC},
	{"no-tls-443.pcap", noTLS},
	{"no-dns-4500.pcap", noDNS},
	{"no-wireguard-4500.pcap", noWireGuard},
	{"no-openvpn-1194.pcap", noOpenVPN},
	{"no-openvpn-4500.pcap", noOpenVPN4500},
	{"no-stun-rtp.pcap", noSTUNRTP},
	{"no-ntp.pcap", noNTP},
	{"undecided-udp.pcap", undecidedUDP},
}

// talk is a UDP conversation.
type talk struct {
	t              *trace
	client, server netip.AddrPort
}

func newTalk(t *trace, client, server string) talk {
	return talk{t, netip.MustParseAddrPort(client), netip.MustParseAddrPort(server)}
}

func (c talk) ask(b []byte)    { c.send(c.client, c.server, b) }
func (c talk) answer(b []byte) { c.send(c.server, c.client, b) }
func (c talk) send(from, to netip.AddrPort, b []byte) {
	c.t.udp(from, to, b, nil)
	c.t.wait(7 * time.Millisecond)
}

// QUIC on UDP 443: an Initial with its connection ID, then short headers.
func noQUIC(t *trace) {
	c := newTalk(t, "198.51.100.9:52044", "203.0.113.44:443")
	cid := t.bytes(8)
	initial := append([]byte{0xc3, 0, 0, 0, 1, 8}, cid...)
	initial = append(initial, 0, 0, 0x44, 0x9e)
	c.ask(append(initial, t.bytes(1200-len(initial))...))
	initial = append([]byte{0xc3, 0, 0, 0, 1, 0, 8}, t.bytes(8)...)
	initial = append(initial, 0, 0x44, 0x9e)
	c.answer(append(initial, t.bytes(1200-len(initial))...))
	for range 12 {
		c.ask(append(append([]byte{0x41}, cid...), t.bytes(30+t.below(90))...))
		c.answer(append([]byte{0x4c}, t.bytes(900+t.below(330))...))
	}
}

// TLS on TCP 443.
func noTLS(t *trace) {
	a, b := netip.MustParseAddrPort("198.51.100.9:52045"), netip.MustParseAddrPort("203.0.113.44:443")
	seq := [2]uint32{1000, 9000}
	segment := func(server bool, flags uint8, payload []byte) {
		from, to, i := a, b, 0
		if server {
			from, to, i = b, a, 1
		}
		tcp := wire.TCP(from, to, seq[i], seq[1-i], flags, payload)
		t.ip(from.Addr(), to.Addr(), wire.ProtoTCP, tcp, nil)
		seq[i] += uint32(len(payload))
		if flags&(wire.TCPSyn|wire.TCPFin) != 0 {
			seq[i]++
		}
		t.wait(5 * time.Millisecond)
	}
	record := func(kind uint8, n int) []byte {
		b := binary.BigEndian.AppendUint16([]byte{kind, 3, 3}, uint16(n))
		return append(b, t.bytes(n)...)
	}
	segment(false, wire.TCPSyn, nil)
	segment(true, wire.TCPSyn|wire.TCPAck, nil)
	segment(false, wire.TCPAck, nil)
	// Version, random, no session ID, one cipher suite, null compression.
	hello := append([]byte{22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3}, t.bytes(32)...)
	segment(false, wire.TCPAck|wire.TCPPsh, append(hello, 0, 0, 2, 0x13, 1, 1, 0))
	hello = append([]byte{22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3}, t.bytes(32)...)
	segment(true, wire.TCPAck|wire.TCPPsh, append(append(hello, 0, 0x13, 1, 0), record(23, 900)...))
	for range 6 {
		segment(false, wire.TCPAck|wire.TCPPsh, record(23, 120+t.below(300)))
		segment(true, wire.TCPAck|wire.TCPPsh, record(23, 600+t.below(700)))
	}
	segment(false, wire.TCPAck|wire.TCPFin, nil)
	segment(true, wire.TCPAck|wire.TCPFin, nil)
	segment(false, wire.TCPAck, nil)
}

// dnsQuery makes a question for an address.
func dnsQuery(t *trace, name string) []byte {
	b := append(t.bytes(2), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0)
	for len(name) > 0 {
		label := name
		for i := range name {
			if name[i] == '.' {
				label = name[:i]
				break
			}
		}
		b = append(append(b, uint8(len(label))), label...)
		name = name[min(len(label)+1, len(name)):]
	}
	return append(b, 0, 0, 1, 0, 1)
}

// dnsAnswer makes the answer to a question.
func dnsAnswer(t *trace, query []byte) []byte {
	b := append([]byte{}, query...)
	b[2], b[3], b[7] = 0x81, 0x80, 1
	b = append(b, 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4)
	return append(b, 192, 0, 2, uint8(t.below(250)))
}

// A resolver that sends its questions from source port 4500, where ESP in UDP
// would be: ID and flags stand where an SPI would.
func noDNS(t *trace) {
	c := newTalk(t, "198.51.100.9:4500", "203.0.113.53:53")
	for _, name := range []string{"www.example.com", "mail.example.net", "example.org", "a.example.com", "vpn.example.com", "ntp.example.net"} {
		q := dnsQuery(t, name)
		c.ask(q)
		c.answer(dnsAnswer(t, q))
		t.wait(400 * time.Millisecond)
	}
}

// WireGuard on UDP 4500: message type 4 and the receiver's index stand where SPI
// and sequence number would.
func noWireGuard(t *trace) {
	c := newTalk(t, "198.51.100.9:38211", "203.0.113.44:4500")
	a, b := t.bytes(4), t.bytes(4)
	c.ask(append(append([]byte{1, 0, 0, 0}, a...), t.bytes(140)...))
	answer := append(append([]byte{2, 0, 0, 0}, b...), a...)
	c.answer(append(answer, t.bytes(80)...))
	data := func(index []byte, n uint64) []byte {
		m := append([]byte{4, 0, 0, 0}, index...)
		m = binary.LittleEndian.AppendUint64(m, n)
		return append(m, t.bytes(16*(1+t.below(60))+16)...)
	}
	for n := range uint64(14) {
		c.ask(data(b, n))
		c.answer(data(a, n))
		t.wait(100 * time.Millisecond)
	}
	t.tshark = []string{"-d", "udp.port==4500,wg"}
}

// OpenVPN on UDP 4500. Its P_DATA_V2 packets look like ESP: four bytes that stay
// the same (opcode and peer ID), four that count, then ciphertext. The handshake
// before them and lengths that are no multiple of 4 tell it apart.
func noOpenVPN4500(t *trace) {
	openVPN(t, 4500)
	t.tshark = []string{"-d", "udp.port==4500,openvpn"}
}

// OpenVPN on its own port 1194, with P_DATA_V2 packets whose numbers grow.
func noOpenVPN(t *trace) { openVPN(t, 1194) }

// openVPN captures a handshake and data packets.
func openVPN(t *trace, port uint16) {
	c := newTalk(t, "198.51.100.9:41877", "203.0.113.44:1194")
	c.server = netip.AddrPortFrom(c.server.Addr(), port)
	sessions := [2][]byte{t.bytes(8), t.bytes(8)}
	c.ask(append(append([]byte{0x38}, sessions[0]...), 0, 0, 0, 0, 0))   // P_CONTROL_HARD_RESET_CLIENT_V2
	reset := append(append([]byte{0x40}, sessions[1]...), 1, 0, 0, 0, 0) // P_CONTROL_HARD_RESET_SERVER_V2
	reset = append(append(reset, sessions[0]...), 0, 0, 0, 0)
	c.answer(reset)
	for n := range 4 { // P_CONTROL_V1 with TLS
		m := append(append([]byte{0x20}, sessions[0]...), 0, 0, 0, 0, byte(n+1))
		c.ask(append(m, t.bytes(220+t.below(200))...))
		m = append(append([]byte{0x20}, sessions[1]...), 0, 0, 0, 0, byte(n+1))
		c.answer(append(m, t.bytes(700+t.below(400))...))
	}
	for n := range uint32(16) { // P_DATA_V2, peer ID 0
		m := binary.BigEndian.AppendUint32([]byte{0x48, 0, 0, 0}, n+1)
		c.ask(append(m, t.bytes(16+40+t.below(400))...))
		m = binary.BigEndian.AppendUint32([]byte{0x48, 0, 0, 0}, n+1)
		c.answer(append(m, t.bytes(16+40+t.below(900))...))
		t.wait(50 * time.Millisecond)
	}
}

// A call: STUN binding requests, then RTP both ways, whose sequence numbers and
// timestamps grow.
func noSTUNRTP(t *trace) {
	c := newTalk(t, "198.51.100.9:16402", "203.0.113.44:24310")
	stun := append([]byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42}, t.bytes(12)...)
	c.ask(stun)
	reply := append([]byte{1, 1, 0, 12}, stun[4:]...)
	c.answer(append(reply, 0, 0x20, 0, 8, 0, 1, 0x61, 0x0a, 0xe7, 0x21, 0xc7, 0x4b))
	ssrc := t.bytes(8)
	for n := range 25 {
		for i, send := range []func([]byte){c.ask, c.answer} {
			m := binary.BigEndian.AppendUint16([]byte{0x80, 8}, uint16(4000+n))
			m = binary.BigEndian.AppendUint32(m, uint32(160*n))
			m = append(m, ssrc[4*i:4*i+4]...)
			send(append(m, t.bytes(160)...))
		}
	}
}

// NTP: a client and its server.
func noNTP(t *trace) {
	for range 8 {
		ntpExchange(t)
		t.wait(64 * time.Second)
	}
}

// Two datagrams on UDP 5000 that could be ESP: an SPI, numbers 1 and 2, a fitting
// length. Off port 4500 that is too little to call it ESP.
func undecidedUDP(t *trace) {
	c := newTalk(t, "198.51.100.9:38215", "203.0.113.44:5000")
	spi := t.espSPI()
	for n := range uint32(2) {
		c.ask(wire.ESP(spi, n+1, t.bytes(8+88+16)))
		t.wait(time.Second)
	}
}

// ntpExchange captures a question and an answer that have nothing to do with
// any tunnel. Scenarios end with it to show that the capture went on.
func ntpExchange(t *trace) {
	c := newTalk(t, "192.0.2.9:47123", "192.0.2.1:123")
	c.ask(append([]byte{0x23, 0, 6, 0xec}, t.bytes(44)...))
	c.answer(append([]byte{0x24, 2, 6, 0xe8}, t.bytes(44)...))
}
