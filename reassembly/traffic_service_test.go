package reassembly

import "math/rand/v2"

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
