package capture

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// benchCapture is 64 MiB of packets, some large and most small.
func benchCapture(ng bool) []byte {
	random := rand.New(rand.NewPCG(7, 8))
	data := string(make([]byte, 1500))
	var b []byte
	if ng {
		b = join(le.section(), le.iface(1, 0))
	} else {
		b = le.pcap(pcapMicros, 1)
	}
	for i := 0; len(b) < 64<<20; i++ {
		n := 60 + random.IntN(200)
		if random.IntN(2) == 0 {
			n = 1400
		}
		if ng {
			b = append(b, le.enhanced(0, uint64(i), data[:n])...)
		} else {
			b = append(b, le.record(uint32(i), 0, data[:n])...)
		}
	}
	return b
}

func BenchmarkRead(b *testing.B) {
	for name, ng := range map[string]bool{"pcap": false, "pcapng": true} {
		file := benchCapture(ng)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				s := OpenReader(bytes.NewReader(file), "x")
				var p Packet
				for s.Next(&p) == nil {
				}
			}
		})
	}
}
