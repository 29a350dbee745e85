package reassembly

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/dissect"
)

// TestTunnelsFromTheMiddle: ESP of which the capture shows no IKE counts whole
// on port 4500, and on other ports unless it is too short.
func TestTunnelsFromTheMiddle(t *testing.T) {
	eachSeed(t, 300, func(t *testing.T, r *rand.Rand) {
		for _, port := range []uint16{4500, 443} {
			n := 1 + r.IntN(60)
			var w wire
			var in []*dissect.Datagram
			for _, s := range tunnelTraffic(r, n) {
				in = append(in, flowDatagram(&w, 33000, port, s))
			}
			out, c := run(t, Config{}, in...)
			switch {
			case len(out) == n:
			case port == 443 && len(out) == 0 && c.UndecidedPackets == uint64(n) && n < 16:
			default:
				t.Errorf("port %d: %d of %d messages, %d undecided", port, len(out), n, c.UndecidedPackets)
			}
			for i, g := range out {
				if g.Ref.Number() != uint64(i+1) {
					t.Errorf("port %d: out of order: %s", port, refs(out))
					break
				}
			}
		}
	})
}

// TestHoldingChangesNothing: whether a flow is known before, in the middle, or
// never, the same messages come out.
func TestHoldingChangesNothing(t *testing.T) {
	eachSeed(t, 200, func(t *testing.T, r *rand.Rand) {
		traffic := tunnelTraffic(r, 3+r.IntN(30))
		proof := said{false, withMarker(ikeInformational(r, 32))}
		messages := func(at int) []got {
			var w wire
			var in []*dissect.Datagram
			for i, s := range traffic {
				if i == at {
					d := flowDatagram(&w, 4500, 4500, proof)
					w.n-- // the Refs of all others stay the same
					d.Ref = 0
					in = append(in, d)
				}
				in = append(in, flowDatagram(&w, 4500, 4500, s))
			}
			out, _ := run(t, Config{}, in...)
			var esp []got
			for _, g := range out {
				if g.Message == MessageESP {
					g.Confidence = 0
					esp = append(esp, g)
				}
			}
			return esp
		}
		early, late, never := messages(0), messages(2), messages(-1)
		if diff := cmp.Diff(early, late); diff != "" {
			t.Errorf("known from the start and from the third datagram on:\n%s", diff)
		}
		if diff := cmp.Diff(early, never); diff != "" {
			t.Errorf("known from the start and never:\n%s", diff)
		}
	})
}

// TestEvidence has rows of (SPI, sequence) in one direction, or in the other
// where back is set, and what they prove.
func TestEvidence(t *testing.T) {
	type p struct {
		spi, seq uint32
		back     bool
	}
	const x, y, z, u, v = 0x5f102030, 0x91223344, 0xa0b0c0d0, 0xb1b2b3b4, 0xc1c2c3c4
	const open, ipsec, foreign, unclear = verdictOpen, verdictIPsec, verdictForeign, verdictUnclear
	for _, test := range []struct {
		name                 string
		in                   []p
		natt, elsewhere, end verdict // end: on port 4500
	}{
		{"nothing", nil, open, open, unclear},
		{"one", []p{{x, 1, false}}, open, open, ipsec},
		{"one, old", []p{{x, 0xfffffff0, false}}, open, open, ipsec},
		{"one each way", []p{{x, 1, false}, {y, 1 << 30, true}}, open, open, ipsec},
		{"row of two", []p{{x, 1, false}, {x, 2, false}}, open, open, ipsec},
		{"row of three", []p{{x, 1, false}, {x, 2, false}, {x, 3, false}}, ipsec, ipsec, ipsec},
		{"row across the wrap", []p{{x, 0xfffffffe, false}, {x, 0xffffffff, false}, {x, 1, false}}, ipsec, ipsec, ipsec},
		{"row with losses", []p{{x, 1, false}, {x, 60, false}, {x, 100, false}}, ipsec, ipsec, ipsec},
		{"row with a late one", []p{{x, 10, false}, {x, 9, false}, {x, 11, false}, {x, 12, false}}, ipsec, ipsec, ipsec},
		{"two rows", []p{{x, 1, false}, {y, 9, true}, {x, 2, false}, {y, 10, true}}, ipsec, open, ipsec},
		{"rekey", []p{{x, 900000, false}, {x, 900001, false}, {y, 1, false}, {x, 900002, false}}, ipsec, ipsec, ipsec},
		{"three children, one each", []p{{x, 5, false}, {y, 70, false}, {z, 6, true}}, ipsec, open, ipsec},
		{"big steps", []p{{x, 100, false}, {x, 5000, false}, {x, 9000, false}}, ipsec, open, ipsec},
		{"one big step", []p{{x, 100, false}, {x, 5000, false}, {y, 1 << 25, true}}, open, open, ipsec},
		{"leap", []p{{x, 100, false}, {x, 1 << 22, false}, {x, 1<<22 + 1, false}}, ipsec, open, ipsec},
		{"backwards", []p{{x, 1 << 20, false}, {x, 5, false}}, foreign, foreign, foreign},
		{"random sequence", []p{{x, 0x1111, false}, {x, 0x90001111, false}}, foreign, foreign, foreign},
		{"random SPI and sequence", []p{{x, 0x81234567, false}, {y, 0x12345678, false}, {z, 0x99999999, false}}, open, open, unclear},
		{"two random", []p{{x, 0x81234567, false}, {y, 0x12345678, false}}, open, open, unclear},
		{"an SPI each", []p{{x, 1, false}, {y, 1 << 25, false}, {z, 1 << 26, false}, {u, 1 << 27, false}, {v, 1 << 28, false}}, foreign, foreign, foreign},
		{"QUIC connection ID", []p{{0x43102030, 0x81234567, false}, {0x5a102030, 0x81234567, false}}, foreign, foreign, foreign},
	} {
		r := rand.New(rand.NewPCG(3, 3))
		var e evidence
		for _, q := range test.in {
			direction := 0
			if q.back {
				direction = 1
			}
			e.add(direction, esp(r, q.spi, q.seq, 40), 48)
		}
		if natt, elsewhere, end := e.judge(true), e.judge(false), e.conclude(true); natt != test.natt || elsewhere != test.elsewhere || end != test.end {
			t.Errorf("%s: %d on port 4500, %d elsewhere, %d at the end; want %d, %d, %d",
				test.name, natt, elsewhere, end, test.natt, test.elsewhere, test.end)
		}
	}
}

// TestCopies: the same datagram over and over is no proof, and the same
// sequence number with other bytes is one against ESP.
func TestCopies(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	p := esp(r, 0x5f102030, 5, 40)
	var e evidence
	for range 3 {
		e.add(0, p, len(p))
	}
	if e.judge(true) != verdictOpen || e.conclude(true) != verdictUnclear {
		t.Errorf("three copies: %d, at the end %d", e.judge(true), e.conclude(true))
	}
	e.add(0, esp(r, 0x5f102030, 5, 40), len(p))
	if e.judge(true) != verdictForeign {
		t.Errorf("same sequence, other bytes: %d", e.judge(true))
	}
}
