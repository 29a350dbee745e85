package reassembly

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"sort"
	"testing"

	"github.com/ikesniff/ikesniff/dissect"
)

// TestNoFalsePositives: no datagram of other protocols is taken for IPsec, on
// whatever port they run, 4500 included.
func TestNoFalsePositives(t *testing.T) {
	ports := []struct{ client, server uint16 }{
		{50123, 443}, {50123, 4500}, {4500, 4500}, {1194, 1194}, {51820, 51820}, {40001, 40002}, {500, 500}, {12, 4500},
	}
	var names []string
	for name := range conversations {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			eachSeed(t, 20, func(t *testing.T, r *rand.Rand) {
				for _, p := range ports {
					var w wire
					var in []*dissect.Datagram
					for _, s := range conversations[name](r) {
						in = append(in, flowDatagram(&w, p.client, p.server, s))
					}
					out, n := run(t, Config{}, in...)
					if len(out) > 0 {
						t.Errorf("port %d: %d of %d datagrams taken for IPsec: %+v (%d undecided)",
							p.server, len(out), len(in), out[0], n.UndecidedPackets)
					}
				}
			})
		})
	}
}

func flowDatagram(w *wire, client, server uint16, s said) *dissect.Datagram {
	a, b := at(hostA, client), at(hostB, server)
	if s.byServer {
		a, b = b, a
	}
	return w.udp(a, b, s.payload)
}

// TestNoState: protocols whose first datagram already tells leave nothing
// behind.
func TestNoState(t *testing.T) {
	for _, name := range []string{"DNS", "mDNS", "NetBIOS", "STUN", "DTLS", "WireGuard", "SIP", "HTTP", "syslog", "BitTorrent DHT",
		"NTP", "SNMP", "Kerberos", "TFTP", "RADIUS", "DHCP", "VXLAN", "GTP-U", "Mosh", "Nebula", "NetFlow 5", "NetFlow 9", "IPFIX",
		"sFlow", "Teredo", "Source engine", "KCP", "uTP"} {
		r := rand.New(rand.NewPCG(7, 7))
		c := NewClassifier(Config{}, func(*Event) { t.Error("an event") })
		var w wire
		for _, s := range conversations[name](r) {
			c.Datagram(flowDatagram(&w, 50000, 50001, s))
			if n := c.flows.len(); n != 0 {
				t.Errorf("%s: flow remembered after datagram %d of %d bytes: % x", name, w.n, len(s.payload), s.payload[:min(len(s.payload), 24)])
				break
			}
		}
	}
}

// TestLookalikeNames: each check knows its own protocol, whole or cut by the
// capture.
func TestLookalikeNames(t *testing.T) {
	for name, want := range map[string]string{
		"SIP": "text", "HTTP": "text", "syslog": "text", "BitTorrent DHT": "text", "DNS": "DNS", "mDNS": "DNS", "NetBIOS": "DNS",
		"QUIC": "QUIC", "QUIC, long IDs": "QUIC", "STUN": "STUN", "DTLS": "DTLS", "WireGuard": "WireGuard", "uTP": "uTP", "KCP": "KCP",
		"GTP-U": "GTP", "L2TP": "L2TP", "Teredo": "IP", "NTP": "NTP", "SNMP": "BER", "Kerberos": "BER", "RADIUS": "RADIUS",
		"DHCP": "DHCP", "NetFlow 5": "NetFlow", "NetFlow 9": "NetFlow", "IPFIX": "NetFlow",
	} {
		eachSeed(t, 20, func(t *testing.T, r *rand.Rand) {
			p := conversations[name](r)[0].payload
			for _, n := range []int{len(p), min(len(p), 48), min(len(p), 24)} {
				if is := lookalikeOf(p[:n:n], len(p)); is != want {
					t.Errorf("%d bytes of %s are %q", n, name, is)
				}
			}
		})
	}
	r := rand.New(rand.NewPCG(1, 9))
	for name, p := range map[string][]byte{
		"OpenVPN": openVPN(3, true)(r)[20].payload,
		"RTCP":    rtp(0, 160)(r)[19].payload,
		"TFTP":    tftp(r)[1].payload,
		"STUN":    stun(r)[15].payload, // ChannelData
		"":        esp(r, 0x5f112233, 3, 100),
	} {
		if is := lookalikeOf(p, len(p)); is != name {
			t.Errorf("%s is %q", name, is)
		}
	}
}

// TestForeignVerdictLasts: a flow that encrypts everything is held once, not
// again and again.
func TestForeignVerdictLasts(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	c := NewClassifier(Config{}, func(*Event) { t.Error("an event") })
	var w wire
	held := 0
	wasHeld := false
	for range 200 {
		for _, s := range quic(8, false, true)(r)[:1] {
			c.Datagram(flowDatagram(&w, 50000, 443, s))
		}
		if is := c.holds.newest != nil; is != wasHeld {
			wasHeld = is
			held++
		}
	}
	if held > 2 || c.flows.len() != 1 {
		t.Errorf("held %d times, %d flows", held, c.flows.len())
	}
}

// TestRandomSPIs: nearly all ESP that begins with a random SPI passes the
// checks of shape, with vectors that are random or count up.
func TestRandomSPIs(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	const total = 400_000
	var lost [2]int
	by := map[string]int{}
	for i := range total {
		n := 8 + 4*(4+r.IntN(300))
		p := random(r, n)
		if binary.BigEndian.Uint32(p) < 256 {
			continue
		}
		binary.BigEndian.PutUint32(p[4:], r.Uint32N(1<<(1+r.Uint32N(24))))
		if i%2 == 1 { // AES-GCM with a counter for a vector
			copy(p[8:12], []byte{0, 0, 0, 0})
			copy(p[12:16], p[4:8])
		}
		for j, natt := range [...]bool{true, false} {
			if !looksLikeESP(p, n, natt) {
				lost[j]++
				by[lookalikeOf(p, n)]++
			}
		}
	}
	t.Logf("of %d: %d lost on port 4500, %d elsewhere, by %v", total, lost[0], lost[1], by)
	if lost[0] > total/1500 || lost[1] > total/1500 {
		t.Errorf("%v of %d lost, by %v", lost, total, by)
	}
}

// TestLookalikePrefixes: no check reads beyond what was captured.
func TestLookalikePrefixes(t *testing.T) {
	eachSeed(t, 5, func(t *testing.T, r *rand.Rand) {
		for _, c := range conversations {
			for _, s := range c(r)[:4] {
				for n := 8; n <= min(len(s.payload), 64); n++ {
					// An exact slice: reading on panics.
					looksLikeESP(s.payload[:n:n], len(s.payload), true)
					looksLikeESP(s.payload[:n:n], n, false)
				}
			}
		}
	})
}

// TestPairsDoNotMeet: datagrams of other pairs, in whatever order, change
// nothing.
func TestPairsDoNotMeet(t *testing.T) {
	names := make([]string, 0, len(conversations))
	for name := range conversations {
		names = append(names, name)
	}
	sort.Strings(names)
	eachSeed(t, 40, func(t *testing.T, r *rand.Rand) {
		// Each pair has a queue of datagrams; ESP in some, other things in more.
		var queues [][]*dissect.Datagram
		for i := range 8 {
			a := netip.AddrFrom4([4]byte{10, 0, byte(i), 1})
			b := netip.AddrFrom4([4]byte{10, 0, byte(i), 2})
			var w wire
			w.n = uint64(i) << 32
			var q []*dissect.Datagram
			port := []uint16{4500, 443, 7000}[r.IntN(3)]
			if i%2 == 0 {
				for _, s := range tunnelTraffic(r, 3+r.IntN(30)) {
					q = append(q, relocate(&w, a, b, 30000, port, s))
				}
			} else {
				for _, s := range conversations[names[r.IntN(len(names))]](r) {
					q = append(q, relocate(&w, a, b, 30000, port, s))
				}
			}
			queues = append(queues, q)
		}
		alone := make(map[uint64][]got)
		var sum Counters
		for i, q := range queues {
			out, n := run(t, Config{}, q...)
			alone[uint64(i)] = out
			sum.Add(n)
		}
		var mixed []*dissect.Datagram
		for {
			var left []int
			for i, q := range queues {
				if len(q) > 0 {
					left = append(left, i)
				}
			}
			if len(left) == 0 {
				break
			}
			i := left[r.IntN(len(left))]
			mixed = append(mixed, queues[i][0])
			queues[i] = queues[i][1:]
		}
		out, n := run(t, Config{}, mixed...)
		if n != sum {
			t.Errorf("counters together %+v, alone %+v", n, sum)
		}
		together := make(map[uint64][]got)
		for _, g := range out {
			i := g.Ref.Number() >> 32
			together[i] = append(together[i], g)
		}
		for i := range queues {
			if a, b := refs(alone[uint64(i)]), refs(together[uint64(i)]); a != b {
				t.Errorf("pair %d: alone %s, together %s", i, a, b)
			}
		}
	})
}

func relocate(w *wire, a, b netip.Addr, client, server uint16, s said) *dissect.Datagram {
	src, dst := at(a, client), at(b, server)
	if s.byServer {
		src, dst = dst, src
	}
	return w.udp(src, dst, s.payload)
}

// tunnelTraffic is ESP of one tunnel as a capture shows it from the middle on:
// several SAs, rekeys, losses, copies, reordering.
func tunnelTraffic(r *rand.Rand, n int) []said {
	type sa struct {
		spi, seq uint32
		server   bool
	}
	sas := []*sa{{r.Uint32() | 0x10101, r.Uint32N(1 << 20), false}, {r.Uint32() | 0x10101, r.Uint32N(1 << 20), true}}
	var out []said
	for len(out) < n {
		if len(out) > 3 && len(sas) < 6 && r.IntN(10) == 0 {
			sas = append(sas, &sa{r.Uint32() | 0x10101, 0, r.IntN(2) == 0})
		}
		s := sas[r.IntN(len(sas))]
		s.seq++
		if r.IntN(20) == 0 {
			s.seq += r.Uint32N(10) // lost
		}
		p := esp(r, s.spi, s.seq, 4*(5+r.IntN(300)))
		out = append(out, said{s.server, p})
		switch r.IntN(25) {
		case 0:
			out = append(out, said{s.server, p}) // a copy
		case 1:
			if k := len(out); k > 1 {
				out[k-1], out[k-2] = out[k-2], out[k-1] // out of order
			}
		}
	}
	return out[:n]
}
