package reassembly

import "math/rand/v2"

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

func teredo(r *rand.Rand) []said {
	return talk(r, 20, func(int, bool) []byte {
		body := random(r, size(r, 20, 1200))
		return concat([]byte{0x60, 0, 0, 0}, be16(len(body)), []byte{6, 64}, random(r, 32), body)
	})
}
