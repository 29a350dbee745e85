package reassembly

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// traffic makes flows of protocols that are not IPsec, as close to the bytes
// on the wire as matters here.

// said is one datagram of a conversation.
type said struct {
	byServer bool
	payload  []byte
}

type conversation func(r *rand.Rand) []said

var be, le = binary.BigEndian, binary.LittleEndian

// talk alternates between client and server at random.
func talk(r *rand.Rand, n int, f func(i int, byServer bool) []byte) []said {
	var out []said
	for i := range n {
		server := i > 0 && r.IntN(3) > 0
		out = append(out, said{server, f(i, server)})
	}
	return out
}

// size is a length of a packet; a third of them suits ESP.
func size(r *rand.Rand, lo, hi int) int {
	n := lo + r.IntN(hi-lo)
	if r.IntN(3) == 0 {
		n &^= 3
	}
	return n
}

func concat(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func be32(v uint32) []byte { return be.AppendUint32(nil, v) }
func be16(v int) []byte    { return be.AppendUint16(nil, uint16(v)) }
func le32(v uint32) []byte { return le.AppendUint32(nil, v) }

// quic has connection IDs of cid bytes. Packets with a short header, all of
// mtu bytes where aligned is set, follow the handshake if there is one.
func quic(cid int, handshake, aligned bool) conversation {
	return func(r *rand.Rand) []said {
		ids := [2][]byte{random(r, cid), random(r, cid)}
		return talk(r, 40, func(i int, server bool) []byte {
			id := ids[0]
			if server {
				id = ids[1]
			}
			if handshake && i < 4 {
				version := []uint32{1, 0x6b3343cf, 0xff00001d}[r.IntN(3)]
				return concat([]byte{0xc0 | byte(r.IntN(64))}, be32(version),
					[]byte{byte(len(id))}, id, []byte{0}, random(r, 1200-6-cid-1))
			}
			n := size(r, 30, 1300)
			if aligned {
				n = 1252
			}
			return concat([]byte{0x40 | byte(r.IntN(64))}, id, random(r, n-1-cid))
		})
	}
}

func dnsName(r *rand.Rand) []byte {
	var b []byte
	for range 2 + r.IntN(2) {
		n := 1 + r.IntN(12)
		b = append(b, byte(n))
		for range n {
			b = append(b, byte('a'+r.IntN(26)))
		}
	}
	return append(b, 0)
}

func dns(r *rand.Rand) []said {
	id, name := r.IntN(1<<16), dnsName(r)
	ends := []byte{0, byte(1 + r.IntN(50)), 0, 1}
	query := concat(be16(id), []byte{1, 0, 0, 1, 0, 0, 0, 0, 0, 0}, name, ends)
	answer := concat(be16(id), []byte{0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0}, name, ends, []byte{0xc0, 12, 0, 1, 0, 1}, be32(300), be16(4), random(r, 4))
	root := concat(be16(id+1), []byte{1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 1, 0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0})
	return []said{{false, query}, {true, answer}, {false, root}, {false, query}, {true, answer}}
}

func mdns(r *rand.Rand) []said {
	var out []said
	for range 8 {
		out = append(out, said{false, concat([]byte{0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0}, dnsName(r), []byte{0, 12, 0x80, 1}, be32(120), be16(8), random(r, 8+r.IntN(4)))})
	}
	return out
}

func netBIOS(r *rand.Rand) []said {
	name := []byte{32}
	for range 32 {
		name = append(name, byte('A'+r.IntN(16)))
	}
	name = append(name, 0, 0, 32, 0, 1)
	id := r.IntN(1 << 16)
	return talk(r, 6, func(i int, _ bool) []byte {
		return concat(be16(id+i), []byte{1, 0x10, 0, 1, 0, 0, 0, 0, 0, 0}, name)
	})
}

func stun(r *rand.Rand) []said {
	return talk(r, 20, func(i int, server bool) []byte {
		kind := 0x0001
		if server {
			kind = 0x0101
		}
		body := random(r, 4*(2+r.IntN(20)))
		if i > 10 { // ChannelData
			n := size(r, 40, 300)
			return concat(be16(0x4001), be16(n), random(r, n))
		}
		return concat(be16(kind), be16(len(body)), be32(0x2112a442), random(r, 12), body)
	})
}

func dtls(r *rand.Rand) []said {
	seq := uint32(0)
	return talk(r, 30, func(i int, _ bool) []byte {
		n := size(r, 30, 1200)
		kind := byte(23)
		epoch := 1
		if i < 5 {
			kind, epoch = 22, 0
		}
		seq++
		return concat([]byte{kind, 0xfe, 0xfd}, be16(epoch), be16(0), be32(seq), be16(n), random(r, n))
	})
}

// rtp sends a packet each 20 ms, its clock starting at start.
func rtp(start uint32, payload int) conversation {
	return func(r *rand.Rand) []said {
		ssrc := [2]uint32{r.Uint32() | 1, r.Uint32() | 1}
		seq := [2]int{r.IntN(1 << 16), r.IntN(1 << 16)}
		ts := [2]uint32{start, start}
		kind := byte(r.IntN(128))
		return talk(r, 40, func(i int, server bool) []byte {
			side := 0
			if server {
				side = 1
			}
			if i%20 == 19 {
				return concat([]byte{0x80, 200}, be16(6), be32(ssrc[side]), random(r, 20))
			}
			seq[side]++
			ts[side] += 160
			return concat([]byte{0x80, kind}, be16(seq[side]), be32(ts[side]), be32(ssrc[side]), random(r, payload))
		})
	}
}

// uTP in a burst: a clock in microseconds that moves by less than 64.
func uTP(r *rand.Rand) []said {
	id, clock, seq := r.IntN(1<<16), r.Uint32(), r.IntN(1<<16)
	return talk(r, 40, func(i int, server bool) []byte {
		clock += uint32(1 + r.IntN(60))
		seq++
		kind, payload := byte(0x01), random(r, 1380)
		if server {
			kind, payload = 0x21, nil
		}
		if i == 0 {
			kind, payload = 0x41, nil
		}
		return concat([]byte{kind, 0}, be16(id), be32(clock), be32(r.Uint32N(1<<20)), be32(1<<20), be16(seq), be16(seq-1), payload)
	})
}

func kcp(r *rand.Rand) []said {
	conv, ts, sn := r.Uint32(), r.Uint32(), uint32(0)
	return talk(r, 40, func(int, bool) []byte {
		var b []byte
		for range 1 + r.IntN(3) {
			payload := random(r, size(r, 0, 400))
			cmd := byte(81)
			if len(payload) == 0 {
				cmd = 82
			}
			ts += uint32(r.IntN(20))
			sn++
			b = concat(b, le32(conv), []byte{cmd, 0}, le.AppendUint16(nil, uint16(128+r.IntN(3))), le32(ts), le32(sn), le32(sn-1), le32(uint32(len(payload))), payload)
		}
		return b
	})
}

func text(kind string) conversation {
	return func(r *rand.Rand) []said {
		return talk(r, 8, func(int, bool) []byte {
			return fmt.Appendf(nil, "%s %x\r\n\r\n", kind, random(r, 20+r.IntN(40)))
		})
	}
}

func sourceEngine(r *rand.Rand) []said {
	return talk(r, 6, func(int, bool) []byte {
		return concat(be32(0xffffffff), []byte("TSource Engine Query\x00"), random(r, r.IntN(8)))
	})
}

func game(r *rand.Rand) []said { // counters in little endian, as many games send them
	seq := r.Uint32N(1000)
	return talk(r, 30, func(int, bool) []byte {
		seq++
		return concat(le32(seq), le32(seq-2), random(r, size(r, 30, 400)))
	})
}

// noise is what protocols look like that encrypt everything.
func noise(aligned bool) conversation {
	return func(r *rand.Rand) []said {
		return talk(r, 40, func(int, bool) []byte {
			n := size(r, 40, 1400)
			if aligned {
				n &^= 3
			}
			b := random(r, n)
			b[4] |= 1 // not a young sequence number
			return b
		})
	}
}

// session is what protocols look like that show a session ID of n bytes and
// encrypt the rest.
func session(n int) conversation {
	return func(r *rand.Rand) []said {
		id := [2][]byte{random(r, n), random(r, n)}
		return talk(r, 40, func(_ int, server bool) []byte {
			side := 0
			if server {
				side = 1
			}
			return concat(id[side], random(r, size(r, 40, 1400)&^3-n&3+4))
		})
	}
}

var conversations = map[string]conversation{
	"QUIC":                         quic(8, true, false),
	"QUIC, long IDs":               quic(20, true, false),
	"QUIC, short IDs":              quic(4, true, false),
	"QUIC, no IDs":                 quic(0, true, false),
	"QUIC from the middle":         quic(8, false, false),
	"QUIC from the middle, bulk":   quic(8, false, true),
	"QUIC from the middle, no IDs": quic(0, false, true),
	"WireGuard":                    wireGuard,
	"OpenVPN":                      openVPN(3, true),
	"OpenVPN without peer ID":      openVPN(0xffffff, true),
	"OpenVPN, many peers":          openVPN(0xfedc, true),
	"OpenVPN 1":                    openVPN(0, false),
	"DNS":                          dns,
	"mDNS":                         mdns,
	"NetBIOS":                      netBIOS,
	"STUN":                         stun,
	"DTLS":                         dtls,
	"RTP":                          rtp(0x7a120000, 160),
	"RTP, clock from zero":         rtp(0, 160),
	"RTP, video":                   rtp(0x00a00000, 1200),
	"uTP":                          uTP,
	"KCP":                          kcp,
	"SIP":                          text("REGISTER sip:example.net SIP/2.0\r\nVia: SIP/2.0/UDP"),
	"HTTP":                         text("M-SEARCH * HTTP/1.1\r\nHOST:"),
	"syslog":                       text("<134>Nov 22 host"),
	"BitTorrent DHT":               text("d1:ad2:id20:"),
	"NTP":                          ntp,
	"SNMP":                         snmp,
	"Kerberos":                     kerberos,
	"TFTP":                         tftp,
	"RADIUS":                       radius,
	"DHCP":                         dhcp,
	"VXLAN":                        vxlan,
	"GENEVE":                       geneve,
	"L2TP":                         l2tp,
	"GTP-U":                        gtp,
	"ZeroTier":                     zeroTier(false),
	"ZeroTier, aligned":            zeroTier(true),
	"Mosh":                         mosh,
	"Nebula":                       nebula,
	"NetFlow 5":                    netFlow(5),
	"NetFlow 9":                    netFlow(9),
	"IPFIX":                        netFlow(10),
	"sFlow":                        sFlow,
	"Teredo":                       teredo,
	"Source engine":                sourceEngine,
	"game":                         game,
	"noise":                        noise(false),
	"noise, aligned":               noise(true),
	"session ID of 8":              session(8),
	"session ID of 16":             session(16),
	"session ID of 4":              session(4),
}
