package reassembly

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

// TestTCPForeign: captures without IPsec give nothing but what is told of every
// connection.
func TestTCPForeign(t *testing.T) {
	dir := testenv.Shared(t, "captures")
	files, err := filepath.Glob(filepath.Join(dir, "*.pcap*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures in %s (%v)", dir, err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if strings.HasSuffix(name, ".json") || !strings.HasPrefix(name, "no_") && !strings.HasPrefix(name, "derived_") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			c := feed(t, file, func(e *Event) {
				if e.Kind != KindTransport || e.What > HappeningRefused || e.Packets != 0 {
					t.Errorf("event %s", line(e))
				}
			})
			if n := c.Counters(); n.TCPConnections != 0 || n.IPsecPackets != 0 {
				t.Errorf("%+v", n)
			}
		})
	}
}

// TestTCPIgnored: what other protocols look like, whole or from the middle on.
func TestTCPIgnored(t *testing.T) {
	noise := func(n int) func(r *rand.Rand, i int) []byte {
		return func(r *rand.Rand, _ int) []byte { return random(r, n+r.IntN(8)*4) }
	}
	lengths := func(head func(i, n int) []byte) func(r *rand.Rand, i int) []byte {
		return func(r *rand.Rand, i int) []byte {
			n := 40 + 4*r.IntN(200)
			b := head(i, n)
			return append(b, random(r, n-len(b))...)
		}
	}
	for _, test := range []struct {
		name string
		says func(r *rand.Rand, i int) []byte
	}{
		{"TLS", lengths(func(_, n int) []byte { return []byte{23, 3, 3, byte((n - 5) >> 8), byte(n - 5)} })},
		{"HTTP", func(*rand.Rand, int) []byte { return []byte("GET /something HTTP/1.1\r\nHost: x\r\n\r\n") }},
		{"noise", noise(40)},
		{"noise in full segments", noise(1400)},
		{"length that counts itself (TNS)", lengths(func(_, n int) []byte { return []byte{byte(n >> 8), byte(n), 0, 0, 6, 0, 0, 0} })},
		{"length that counts itself, and a counter", lengths(func(i, n int) []byte {
			return []byte{byte(n >> 8), byte(n), 1, 2, 3, 4, 0, 0, 0, byte(i)}
		})},
		{"length that does not", lengths(func(i, n int) []byte { return []byte{byte((n - 2) >> 8), byte(n - 2), 9, 9, 0, 0, 0, byte(i)} })},
		{"identifier and counter", lengths(func(i, n int) []byte { return []byte{0x51, 0x52, 0x53, 0x54, 0, 0, 0, byte(i)} })},
	} {
		for _, midway := range []bool{false, true} {
			t.Run(fmt.Sprint(test.name, " midway ", midway), func(t *testing.T) {
				eachSeed(t, 50, func(t *testing.T, r *rand.Rand) {
					talk := newTalk(new(wire))
					if !midway {
						talk.open()
					}
					for i := range 40 {
						side := r.IntN(2)
						p := test.says(r, i)
						talk.say(side, p)
						if r.IntN(8) == 0 { // sent again, whole or in part or more of it
							talk.w.time += 1e9
							talk.at(side, talk.seq[side]-uint32(len(p)), flagPSH, p[:1+r.IntN(len(p))])
						}
						if r.IntN(4) == 0 {
							talk.ack(1 - side)
						}
						if r.IntN(20) == 0 {
							talk.at(side, talk.seq[side]-1, flagACK, []byte{0})
						}
					}
					got, c := tcpEvents(t, talk.out)
					if len(got) != 0 || c.Counters().TCPConnections != 0 {
						t.Errorf("%q", got)
					}
				})
			})
		}
	}
}
