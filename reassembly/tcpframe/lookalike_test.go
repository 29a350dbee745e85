package tcpframe

import (
	"encoding/binary"
	"math/rand/v2"
)

// other is a protocol over TCP that is not RFC 8229: streams as it sends them,
// one slice a segment.
type other struct {
	name     string
	want     Verdict // of Judge
	segments [][]byte
}

// rows repeats one message with what changes in it.
func rows(n int, message func(i int) []byte) [][]byte {
	var s [][]byte
	for i := range n {
		s = append(s, message(i))
	}
	return s
}

func be16(v int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(v)) }
func be32(v int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)) }

// others are look-alikes and ordinary traffic. Messages have lengths that pass
// for those of ESP, two more than a multiple of four, wherever the protocol
// allows for it, and grow by counters wherever it counts.
func others() []other {
	r := rand.New(rand.NewPCG(11, 12))
	random := func(n int) []byte { return noise(n, r.Uint64()) }
	tns := func(kind byte, body []byte) []byte {
		// | length (2) | checksum (2), 0 | type | reserved | header checksum (2), 0 |
		return cat(be16(8+len(body)), []byte{0, 0, kind, 0, 0, 0}, body)
	}
	pptp := func(message, n int) []byte {
		// | length (2) | 0001 | magic cookie 1a2b3c4d | type (2) | reserved (2) | ...
		return cat(be16(n), be16(1), be32(0x1a2b3c4d), be16(message), be16(0), make([]byte, n-12))
	}
	tpkt := func(body ...byte) []byte { return cat([]byte{3, 0}, be16(4+len(body)), body) }
	record := func(kind byte, n int) []byte { return cat([]byte{kind, 3, 3}, be16(n), random(n)) }
	return []other{
		{"TLS", VerdictTLS, [][]byte{record(22, 508), record(22, 90), record(20, 1), record(23, 1201), record(23, 333)}},
		{"SSL 2 hello", VerdictTLS, [][]byte{{0x80, 0x2e, 1, 3, 1, 0, 0x15, 0, 0, 0, 0x10}, random(300)}},
		{"HTTP request", VerdictHTTP, [][]byte{[]byte("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")}},
		{"HTTP answer", VerdictHTTP, [][]byte{[]byte("HTTP/1.1 200 OK\r\n\r\n"), random(1000)}},
		{"HTTP/2", VerdictHTTP, [][]byte{[]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}},
		{"WebSocket upgrade", VerdictHTTP, [][]byte{[]byte("GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")}},
		{"SSH", VerdictSSH, [][]byte{[]byte("SSH-2.0-OpenSSH_9.2p1\r\n"), random(1400)}},
		{"SMTP", VerdictOther, [][]byte{[]byte("220 mx.example.com ESMTP ready\r\n"), []byte("250 mx.example.com\r\n")}},
		{"IRC", VerdictOther, [][]byte{[]byte("NICK ikesniff\r\nUSER a 0 * :b\r\n")}},
		{"VNC", VerdictOther, append([][]byte{[]byte("RFB 003.008\n")}, rows(8, func(i int) []byte {
			// FramebufferUpdate: type, padding, rectangles (2), x y w h (2 each), encoding (4)
			return cat([]byte{0, 0, 0, 1}, be16(i), be16(0), be16(16), be16(16), be32(0), make([]byte, 600))
		})...)},
		{"OpenVPN", VerdictOther, rows(20, func(i int) []byte {
			// | length (2), without itself | opcode, key | session (8) ... or data
			if i < 3 {
				return cat(be16(14), []byte{0x38}, random(8), []byte{0}, be32(i))
			}
			n := 4 * (10 + i)
			return cat(be16(n), []byte{0x48, 0, 0, 1}, be32(i), random(n-8))
		})},
		{"OpenVPN, data only", VerdictMaybe, rows(20, func(i int) []byte {
			n := 4*(10+i) + 2
			return cat(be16(n), []byte{0x48, 0, 0, 1}, be32(i), random(n-8))
		})},
		{"TNS", VerdictMaybe, append([][]byte{
			tns(1, cat(be16(0x13a), be16(0x12c), random(218))), // CONNECT, 230 bytes
		}, rows(10, func(i int) []byte {
			return tns(6, cat([]byte{0, 0, 3, byte(i)}, random(4*i+22))) // DATA
		})...)},
		{"TNS redirect first", VerdictMaybe, rows(6, func(i int) []byte { return tns(5, random(66)) })},
		{"PPTP", VerdictOther, [][]byte{pptp(1, 156), pptp(7, 168), pptp(15, 24), pptp(5, 16), pptp(5, 16), pptp(5, 16)}},
		{"PPTP of odd size", VerdictOther, rows(8, func(i int) []byte { return pptp(5+i, 30) })},
		{"DNS", VerdictMaybe, rows(10, func(i int) []byte {
			return cat(be16(12+18), be16(0x1000+i), []byte{1, 0, 0, 1, 0, 0, 0, 0, 0, 0}, []byte("\x07example\x04test\x00\x00\x01\x00\x01"))
		})},
		{"SMB2", VerdictOther, rows(8, func(i int) []byte {
			return cat(be32(122), []byte("\xfeSMB"), be16(64), be16(1), be32(0), be16(8), be16(1), be32(0), be32(0), be32(i), random(90))
		})},
		{"BitTorrent", VerdictOther, append([][]byte{cat([]byte{19}, []byte("BitTorrent protocol"), make([]byte, 8), random(40))},
			rows(8, func(i int) []byte { return cat(be32(9+1024), []byte{7}, be32(3), be32(i*1024), random(1024)) })...)},
		{"TDS", VerdictOther, rows(8, func(i int) []byte {
			// | type | status | length (2), all | SPID (2) | packet | window |
			return cat([]byte{4, 1}, be16(58), be16(51), []byte{byte(i), 0}, random(50))
		})},
		{"TDS, empty status", VerdictOther, rows(8, func(i int) []byte {
			return cat([]byte{4, 0}, be16(58), be16(0x100), []byte{1, 0}, random(50))
		})},
		{"RDP", VerdictOther, rows(8, func(i int) []byte {
			return tpkt(cat([]byte{2, 0xf0, 0x80, 0x64, 0, 7, 3, 0xeb, 0x70, 14}, random(16))...)
		})},
		{"S7comm", VerdictOther, rows(8, func(i int) []byte {
			return tpkt(cat([]byte{2, 0xf0, 0x80, 0x32, 1, 0, 0, byte(i), 0, 0, 14}, random(15))...)
		})},
		{"RADIUS", VerdictOther, rows(8, func(i int) []byte {
			return cat([]byte{1, byte(i)}, be16(58), random(54))
		})},
		{"Diameter", VerdictOther, rows(8, func(i int) []byte {
			return cat([]byte{1, 0}, be16(58), []byte{0x80}, []byte{0, 1, 0x18}, be32(0), be32(i), be32(i), random(38))
		})},
		{"OpenFlow", VerdictOther, rows(8, func(i int) []byte {
			return cat([]byte{4, 10}, be16(58), be32(0x1000+i), be32(i), random(46))
		})},
		{"BGP", VerdictOther, rows(8, func(i int) []byte {
			return cat(be32(-1), be32(-1), be32(-1), be32(-1), be16(34), []byte{2, 0, 0, 0, 11}, random(11))
		})},
		{"Modbus", VerdictOther, rows(8, func(i int) []byte {
			return cat(be16(i), be16(0), be16(6), []byte{1, 3, 0, 0, 0, 10})
		})},
		{"MQTT", VerdictOther, [][]byte{{0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0}, {0xc0, 0}, {0xc0, 0}}},
		{"shadowsocks", VerdictOther, rows(8, func(i int) []byte { return cat([]byte{0xa1}, random(700)) })},
		{"draft-ietf-ipsecme-ike-tcp", VerdictOther, rows(8, func(i int) []byte {
			// A length of four bytes, and IKE without marker.
			f := ikeFrame(1, 2, uint32(i), 48)
			return cat(be32(len(f)-2), f[6:])
		})},
		{"Cisco cTCP", VerdictOther, rows(8, func(i int) []byte {
			f := ikeFrame(1, 2, uint32(i), 48) // UDP ports and IKE, then a trailer
			return cat([]byte{1, 0xf4, 1, 0xf4, 0, 0x58, 0, 0}, f[6:], make([]byte, 16))
		})},
		{"bare ESP", VerdictOther, rows(8, func(i int) []byte { return espFrame(0xc0ffee01, uint32(i+1), 64)[2:] })},
	}
}
