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

func wireGuard(r *rand.Rand) []said {
	index := [2]uint32{r.Uint32(), r.Uint32()}
	var counter [2]uint64
	return talk(r, 30, func(i int, server bool) []byte {
		switch i {
		case 0:
			return concat([]byte{1, 0, 0, 0}, random(r, 144))
		case 1:
			return concat([]byte{2, 0, 0, 0}, random(r, 88))
		}
		side := 0
		if server {
			side = 1
		}
		counter[side]++
		return concat([]byte{4, 0, 0, 0}, le32(index[side]), le.AppendUint64(nil, counter[side]-1), random(r, 16+16*r.IntN(80)))
	})
}

// openVPN uses data packets of version 2 with a peer ID, or of version 1.
func openVPN(peer uint32, v2 bool) conversation {
	return func(r *rand.Rand) []said {
		session := [2][]byte{random(r, 8), random(r, 8)}
		packet := [2]uint32{}
		return talk(r, 40, func(i int, server bool) []byte {
			side := 0
			if server {
				side = 1
			}
			switch {
			case i == 0:
				return concat([]byte{0x38}, session[0], random(r, 20), be32(1), be32(r.Uint32()), []byte{0}, be32(0))
			case i == 1:
				return concat([]byte{0x40}, session[1], random(r, 20), be32(1), be32(r.Uint32()), []byte{1}, be32(0), session[0], be32(0))
			case i < 8:
				return concat([]byte{0x20}, session[side], random(r, size(r, 20, 1100)))
			}
			packet[side]++
			body := random(r, size(r, 40, 1300))
			if v2 {
				return concat(be32(0x48<<24|peer), be32(packet[side]), body)
			}
			return concat([]byte{0x30}, be32(packet[side]), body)
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

func ntp(r *rand.Rand) []said {
	return []said{
		{false, concat([]byte{0x23, 0, 6, 0x20}, make([]byte, 36), random(r, 8))},
		{true, concat([]byte{0x24, 2, 6, 0xe8}, be32(uint32(r.IntN(1<<16))), be32(uint32(r.IntN(1<<16))), random(r, 36))},
		{false, concat([]byte{0xe3, 3, 10, 0xfa}, be32(0x00010000), be32(0x00010101), random(r, 36))},
		{true, concat([]byte{0x1c, 1, 3, 0xee}, be32(0), be32(uint32(r.IntN(1<<12))), random(r, 36+20))},
	}
}

func snmp(r *rand.Rand) []said {
	return talk(r, 10, func(int, bool) []byte {
		body := concat([]byte{2, 1, 1, 4, 6}, []byte("public"), []byte{0xa0, 0x1c, 2, 4}, random(r, 4), random(r, r.IntN(90)))
		if len(body) > 0x7f {
			return concat([]byte{0x30, 0x81, byte(len(body))}, body)
		}
		return concat([]byte{0x30, byte(len(body))}, body)
	})
}

func kerberos(r *rand.Rand) []said {
	return talk(r, 4, func(int, bool) []byte {
		body := concat([]byte{0x30, 0x82}, be16(200), random(r, 200+r.IntN(3)))
		return concat([]byte{0x6a, 0x82}, be16(len(body)), body)
	})
}

func tftp(r *rand.Rand) []said {
	out := []said{{false, []byte("\x00\x01firmware.bin\x00octet\x00")}}
	for block := 1; block < 30; block++ {
		out = append(out, said{true, concat([]byte{0, 3}, be16(block), random(r, 512))}, said{false, concat([]byte{0, 4}, be16(block))})
	}
	return out
}

func radius(r *rand.Rand) []said {
	id := byte(r.Uint32())
	return talk(r, 10, func(i int, server bool) []byte {
		code := byte(1)
		if server {
			code = 2
		}
		attrs := random(r, size(r, 4, 200))
		return concat([]byte{code, id + byte(i)}, be16(20+len(attrs)), random(r, 16), attrs)
	})
}

func dhcp(r *rand.Rand) []said {
	xid := r.Uint32()
	return talk(r, 4, func(i int, server bool) []byte {
		op := byte(1)
		if server {
			op = 2
		}
		return concat([]byte{op, 1, 6, 0}, be32(xid), make([]byte, 228), []byte{0x63, 0x82, 0x53, 0x63, 53, 1, byte(1 + i)}, make([]byte, 57))
	})
}

func vxlan(r *rand.Rand) []said {
	vni := r.Uint32N(1 << 24)
	return talk(r, 20, func(int, bool) []byte {
		return concat([]byte{8, 0, 0, 0}, be32(vni<<8), random(r, 12), []byte{8, 0}, random(r, size(r, 40, 1400)))
	})
}

func geneve(r *rand.Rand) []said {
	vni := r.Uint32N(1 << 24)
	return talk(r, 20, func(int, bool) []byte {
		return concat([]byte{0, 0, 0x65, 0x58}, be32(vni<<8), random(r, 12), []byte{8, 0}, random(r, size(r, 40, 1400)))
	})
}

func l2tp(r *rand.Rand) []said {
	tunnel, session, ns := r.IntN(1<<16), r.IntN(1<<16), 0
	return talk(r, 30, func(i int, _ bool) []byte {
		if i < 6 {
			body := random(r, size(r, 0, 100))
			ns++
			return concat([]byte{0xc8, 2}, be16(12+len(body)), be16(tunnel), be16(0), be16(ns), be16(ns-1), body)
		}
		return concat([]byte{0, 2}, be16(tunnel), be16(session), []byte{0xff, 3, 0, 0x21, 0x45, 0}, random(r, size(r, 40, 1300)))
	})
}

func gtp(r *rand.Rand) []said {
	teid, seq := [2]uint32{r.Uint32(), r.Uint32()}, 0
	return talk(r, 30, func(_ int, server bool) []byte {
		side := 0
		if server {
			side = 1
		}
		inner := random(r, size(r, 40, 1300))
		seq++
		return concat([]byte{0x32, 0xff}, be16(4+len(inner)), be32(teid[side]), be16(seq), []byte{0, 0}, inner)
	})
}

// zeroTier counts packet IDs up by one. All its packets have the length of
// ESP where aligned is set.
func zeroTier(aligned bool) conversation {
	return func(r *rand.Rand) []said {
		counter := r.Uint64()
		addr := [2][]byte{random(r, 5), random(r, 5)}
		return talk(r, 30, func(_ int, server bool) []byte {
			counter++
			to, from := addr[0], addr[1]
			if server {
				to, from = from, to
			}
			n := size(r, 30, 1300)
			if aligned {
				n = n&^3 + 1
			}
			return concat(be.AppendUint64(nil, counter), to, from, []byte{0x08}, random(r, n))
		})
	}
}

func mosh(r *rand.Rand) []said {
	seq := [2]uint32{}
	return talk(r, 30, func(_ int, server bool) []byte {
		side, dir := 0, uint32(0)
		if server {
			side, dir = 1, 0x80000000
		}
		seq[side]++
		return concat(be32(dir), be32(seq[side]), random(r, size(r, 20, 500)))
	})
}

func nebula(r *rand.Rand) []said {
	index, counter := r.Uint32(), uint64(0)
	return talk(r, 30, func(int, bool) []byte {
		counter++
		return concat([]byte{0x11, 0, 0, 0}, be32(index), be.AppendUint64(nil, counter), random(r, size(r, 20, 1300)))
	})
}

// netFlow exports in bursts, so that its clock moves by a few milliseconds.
func netFlow(version int) conversation {
	return func(r *rand.Rand) []said {
		uptime, seq := r.Uint32(), uint32(0)
		var out []said
		for range 30 {
			uptime += uint32(1 + r.IntN(10))
			seq += 30
			var b []byte
			switch version {
			case 5:
				b = concat(be16(5), be16(30), be32(uptime), be32(1700000000), be32(r.Uint32()), be32(seq), be32(0), random(r, 30*48))
			case 9:
				b = concat(be16(9), be16(20), be32(uptime), be32(1700000000), be32(seq), be32(1), be16(256), be16(20*40+4), random(r, 20*40))
			case 10:
				b = concat(be16(10), be16(16+4+800), be32(1700000000+uptime%64), be32(seq), be32(1), be16(256), be16(804), random(r, 800))
			}
			out = append(out, said{false, b})
		}
		return out
	}
}

func sFlow(r *rand.Rand) []said {
	seq := uint32(0)
	var out []said
	for range 20 {
		seq++
		out = append(out, said{false, concat(be32(5), be32(1), random(r, 4), be32(0), be32(seq), be32(seq*100), be32(1), random(r, size(r, 100, 1200)))})
	}
	return out
}

func teredo(r *rand.Rand) []said {
	return talk(r, 20, func(int, bool) []byte {
		body := random(r, size(r, 20, 1200))
		return concat([]byte{0x60, 0, 0, 0}, be16(len(body)), []byte{6, 64}, random(r, 32), body)
	})
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
