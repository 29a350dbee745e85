package capgen

import (
	"encoding/binary"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// tcpForeign: traffic on TCP that is no tunnel, where tunnels are looked for.
var tcpForeign = []builder{
	{"no-tls-4500.pcap", noTLS4500},
	{"no-http-443.pcap", noHTTP443},
	{"no-http-10000.pcap", noHTTP10000},
	{"no-ssh-4500.pcap", noSSH},
	{"no-vnc-5500.pcap", noVNC},
	{"no-openvpn-tcp-443.pcap", noOpenVPNTCP443},
	{"no-openvpn-tcp-4500.pcap", noOpenVPNTCP4500},
	{"no-oracle-tns.pcap", noOracleTNS},
	{"no-pptp.pcap", noPPTP},
	{"no-dns-tcp.pcap", noDNSTCP},
	{"no-tcp-retransmission.pcap", noTCPRetransmission},
	{"no-tcp-keepalives.pcap", noTCPKeepalives},
	{"no-tcp-overlap.pcap", noTCPOverlap},
}

func tlsRecord(t *trace, kind uint8, n int) []byte {
	b := binary.BigEndian.AppendUint16([]byte{kind, 3, 3}, uint16(n))
	return append(b, t.bytes(n)...)
}

// clientHello is a TLS ClientHello: no session ID, one cipher suite.
func clientHello(t *trace) []byte {
	b := append([]byte{22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3}, t.bytes(32)...)
	return append(b, 0, 0, 2, 0x13, 1, 1, 0)
}

// tlsTalk captures a TLS connection's handshake and data.
func tlsTalk(c *conn) {
	t := c.t
	c.say(initiator, clientHello(t))
	hello := append([]byte{22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3}, t.bytes(32)...)
	c.say(responder, append(append(hello, 0, 0x13, 1, 0), tlsRecord(t, 23, 900)...))
	for range 6 {
		c.say(initiator, tlsRecord(t, 23, 120+t.below(300)))
		c.say(responder, tlsRecord(t, 23, 600+t.below(700)))
	}
}

// TLS on TCP 4500.
func noTLS4500(t *trace) {
	c := talkTCP(t, "198.51.100.9:52047", "203.0.113.44:4500")
	tlsTalk(c)
	c.close(initiator)
	t.tshark = []string{"-d", "tcp.port==4500,tls"}
}

// HTTP without TLS on port 443.
func noHTTP443(t *trace) {
	noHTTP(talkTCP(t, "198.51.100.9:52048", "203.0.113.44:443"))
	t.tshark = []string{"-d", "tcp.port==443,http"}
}

// HTTP on port 10000, where Cisco's IPsec over TCP would be.
func noHTTP10000(t *trace) {
	noHTTP(talkTCP(t, "198.51.100.9:52049", "203.0.113.44:10000"))
	t.tshark = []string{"-d", "tcp.port==10000,http"}
}

func noHTTP(c *conn) {
	for range 5 {
		c.say(initiator, []byte("GET /status HTTP/1.1\r\nHost: www.example.com\r\nAccept: */*\r\n\r\n"))
		body := "ok, and all is well with this server\n"
		c.say(responder, []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 37\r\n\r\n"+body))
	}
	c.close(initiator)
}

// SSH on port 4500: banners in clear, then packets whose length is encrypted.
func noSSH(t *trace) {
	c := talkTCP(t, "198.51.100.9:52050", "203.0.113.44:4500")
	c.say(initiator, []byte("SSH-2.0-OpenSSH_9.2\r\n"))
	c.say(responder, []byte("SSH-2.0-OpenSSH_9.2\r\n"))
	for range 14 {
		c.say(initiator, t.bytes(36+4*t.below(20)))
		c.say(responder, t.bytes(36+4*t.below(200)))
	}
	t.tshark = []string{"-d", "tcp.port==4500,data"}
}

// VNC on port 5500, where its server calls the viewer: the TCP server speaks
// second.
func noVNC(t *trace) {
	c := talkTCP(t, "203.0.113.44:52051", "198.51.100.9:5500")
	c.say(initiator, []byte("RFB 003.008\n"))
	c.say(responder, []byte("RFB 003.008\n"))
	c.say(initiator, []byte{1, 1}) // security types: none
	c.say(responder, []byte{1})
	c.say(initiator, []byte{0, 0, 0, 0})
	c.say(responder, []byte{1}) // shared
	init := binary.BigEndian.AppendUint16(nil, 1024)
	init = binary.BigEndian.AppendUint16(init, 768)
	init = append(init, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0, 0, 0, 0, 4)
	c.say(initiator, append(init, "desk"...))
	for n := range 10 {
		c.say(responder, []byte{3, 1, 0, 0, 0, 0, 4, 0, 3, 0}) // framebuffer update request
		update := append([]byte{0, 0, 0, 1, 0, byte(n), 0, byte(n), 0, 16, 0, 8, 0, 0, 0, 0}, t.bytes(16*8*4)...)
		c.say(initiator, update)
	}
	t.tshark = []string{"-d", "tcp.port==5500,data"}
}

// OpenVPN over TCP on port 443: each packet has its length in front, which does
// not count itself.
func noOpenVPNTCP443(t *trace) { openVPNTCP(t, "203.0.113.44:443") }

// The same on port 4500.
func noOpenVPNTCP4500(t *trace) { openVPNTCP(t, "203.0.113.44:4500") }

func openVPNTCP(t *trace, server string) {
	c := talkTCP(t, "198.51.100.9:52052", server)
	packet := func(from sender, b ...[]byte) {
		var all []byte
		for _, x := range b {
			all = append(all, x...)
		}
		c.say(from, append(binary.BigEndian.AppendUint16(nil, uint16(len(all))), all...))
	}
	sessions := [2][]byte{t.bytes(8), t.bytes(8)}
	packet(initiator, []byte{0x38}, sessions[0], make([]byte, 5))
	packet(responder, []byte{0x40}, sessions[1], []byte{1, 0, 0, 0, 0}, sessions[0], make([]byte, 4))
	for n := range byte(4) { // P_CONTROL_V1 with TLS
		packet(initiator, []byte{0x20}, sessions[0], []byte{0, 0, 0, 0, n + 1}, t.bytes(220+t.below(200)))
		packet(responder, []byte{0x20}, sessions[1], []byte{0, 0, 0, 0, n + 1}, t.bytes(700+t.below(400)))
	}
	for n := range uint32(14) { // P_DATA_V2, peer ID 0
		head := binary.BigEndian.AppendUint32([]byte{0x48, 0, 0, 0}, n+1)
		packet(initiator, head, t.bytes(16+40+t.below(400)))
		packet(responder, head, t.bytes(16+40+t.below(900)))
	}
	t.tshark = []string{"-d", "tcp.port==443,openvpn", "-d", "tcp.port==4500,openvpn"}
}

// Oracle's TNS on port 1521: packets begin with a length of 16 bits that counts
// itself, as those of RFC 9329 do.
func noOracleTNS(t *trace) {
	c := talkTCP(t, "198.51.100.9:52053", "203.0.113.44:1521")
	packet := func(from sender, kind uint8, body []byte) {
		b := binary.BigEndian.AppendUint16(nil, uint16(8+len(body)))
		b = append(b, 0, 0, kind, 0, 0, 0)
		c.say(from, append(b, body...))
	}
	connect := "(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=orcl)))"
	body := []byte{1, 0x38, 1, 0x2c, 0, 0, 8, 0, 0x7f, 0xff, 0x7f, 8, 0, 0, 1, 0, 0, byte(len(connect)), 0, 34, 0, 0, 0, 0, 0, 0}
	packet(initiator, 1, append(body, connect...))
	packet(responder, 2, []byte{1, 0x38, 0, 0, 8, 0, 0x7f, 0xff, 1, 0, 0, 0, 0, 32, 0, 0})
	for range 12 {
		packet(initiator, 6, append([]byte{0, 0}, t.bytes(30+t.below(200))...))
		packet(responder, 6, append([]byte{0, 0}, t.bytes(60+t.below(900))...))
	}
	t.tshark = []string{"-d", "tcp.port==1521,data"}
}

// The control connection of PPTP on port 1723: its messages begin with a length
// that counts itself, too (RFC 2637 2).
func noPPTP(t *trace) {
	c := talkTCP(t, "198.51.100.9:52054", "203.0.113.44:1723")
	message := func(from sender, size int, kind uint16, body ...byte) {
		b := binary.BigEndian.AppendUint16(nil, uint16(size))
		b = append(b, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d)
		b = binary.BigEndian.AppendUint16(b, kind)
		b = append(append(b, 0, 0), body...)
		c.say(from, append(b, make([]byte, size-len(b))...))
	}
	message(initiator, 156, 1, 1, 0) // Start-Control-Connection-Request
	message(responder, 156, 2, 1, 0, 1, 0)
	message(initiator, 168, 7, 0, 1, 0, 1) // Outgoing-Call-Request
	message(responder, 32, 8, 0, 2, 0, 1, 1, 0)
	for n := range byte(8) { // Echo-Request and Echo-Reply
		t.wait(time.Minute)
		message(initiator, 16, 5, 0, 0, 0, n)
		message(responder, 20, 6, 0, 0, 0, n, 1, 0, 0, 0)
	}
}

// DNS over TCP: each message has its length in front, which does not count
// itself.
func noDNSTCP(t *trace) {
	c := talkTCP(t, "198.51.100.9:4500", "203.0.113.53:53")
	for _, name := range []string{"www.example.com", "mail.example.net", "example.org", "a.example.com", "vpn.example.com"} {
		q := dnsQuery(t, name)
		for i, m := range [][]byte{q, dnsAnswer(t, q)} {
			c.say(sender(i), append(binary.BigEndian.AppendUint16(nil, uint16(len(m))), m...))
		}
	}
	c.close(initiator)
}

// bulk captures a connection without handshake on port 4500 that carries random
// bytes, such as any encrypted protocol sends.
func bulk(t *trace) *conn {
	c := newConn(t, plain("198.51.100.9:52055").seen, plain("203.0.113.44:4500").seen)
	c.plainTCP()
	c.way[0].got, c.way[1].got = c.way[1].next, c.way[0].next
	for range 4 {
		c.say(initiator, t.bytes(400))
		c.say(responder, t.bytes(1200))
	}
	return c
}

// The look-alike of fortinet-esp.pcap: TCP retransmissions. Many segments have
// one sequence number, and all of them the same bytes.
func noTCPRetransmission(t *trace) {
	c := bulk(t)
	for range 3 {
		c.bytes(initiator, t.bytes(600))
		c.push(initiator, 600)
		for _, d := range []time.Duration{200, 400, 800, 1600} {
			t.wait(d * time.Millisecond)
			c.again(initiator, 600, 600)
		}
		c.ack(responder)
		c.say(responder, t.bytes(300))
	}
}

// Another look-alike: keepalives of TCP and probes of a closed window. Many
// segments have one sequence number, with one byte or none.
func noTCPKeepalives(t *trace) {
	c := bulk(t)
	for n := range 8 {
		t.wait(45 * time.Second)
		c.tcpKeepalive(initiator, n%2)
		c.ack(responder)
	}
	c.say(initiator, t.bytes(300))
	c.way[responder].window = 0
	c.ack(responder)
	probe := t.bytes(1)
	for range 6 {
		t.wait(2 * time.Second)
		c.segment(initiator, c.way[initiator].next, wire.TCPAck, probe, nil)
		c.ack(responder)
	}
	c.way[responder].window = 0xfaf0
	c.ack(responder)
	c.say(initiator, append(probe, t.bytes(300)...))
	c.say(responder, t.bytes(300))
}

// A third look-alike: segments come again with other bytes of the same length,
// as attacks on reassembly and broken devices make them. There is no SPI that
// stays, and no number that grows.
func noTCPOverlap(t *trace) {
	c := bulk(t)
	for range 8 {
		c.say(initiator, t.bytes(300))
		c.segment(initiator, c.way[initiator].next-300, wire.TCPAck|wire.TCPPsh, t.bytes(300), nil)
		c.ack(responder)
		c.say(responder, t.bytes(200))
	}
}
