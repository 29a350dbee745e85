package e2e

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// TestSplitRandom tests the law of TestSplit on larger captures in which many
// tunnels of all kinds run side by side, some packets damaged.
func TestSplitRandom(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "random.pcap")
			if err := os.WriteFile(file, randomCapture(t, seed), 0o666); err != nil {
				t.Fatal(err)
			}
			if r := analyze(t, 1, file); r.Head.Totals.Evicted > 0 || len(r.Collect().Tunnels) < 60 {
				t.Fatalf("%d evicted, %d tunnels: not what this test is about", r.Head.Totals.Evicted, len(r.Collect().Tunnels))
			}
			checkWorkers(t, file)
			if cut, dealt := checkFiles(t, file, 3); cut < 2 || dealt < 2 {
				t.Fatalf("%d cuts and %d deals", cut, dealt)
			}
		})
	}
}

// frame is a packet without its source.
type frame struct {
	time    int64
	data    []byte
	origLen int
}

// randomCapture is a pcap file made of the project's captures, each of them
// several times, at random moments of some minutes and with other IPv4
// addresses, so that all run side by side. No two packets have one time.
func randomCapture(t *testing.T, seed uint64) []byte {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 0))
	var all []frame
	for _, name := range captureFiles(t, captures) {
		frames := ethernetFrames(t, filepath.Join(captures, name))
		if len(frames) == 0 {
			continue
		}
		for range 4 {
			shift := random.Int64N(600e9) - frames[0].time
			// Some copies meet in one pair of addresses, most do not.
			move := [4]byte{0, 0, byte(random.IntN(8)), byte(random.IntN(40))}
			for _, f := range frames {
				f.time += shift
				f.data = moveIPv4(slices.Clone(f.data), move)
				if random.IntN(200) == 0 && len(f.data) > 40 {
					f.data[random.IntN(len(f.data))] ^= byte(1 + random.IntN(255))
				}
				if random.IntN(300) == 0 && len(f.data) > 40 {
					f.data = f.data[:random.IntN(len(f.data))]
				}
				all = append(all, f)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b frame) int { return cmp.Compare(a.time, b.time) })

	le := binary.LittleEndian
	out := le.AppendUint32(nil, 0xa1b23c4d) // nanoseconds
	out = le.AppendUint16(out, 2)
	out = le.AppendUint16(out, 4)
	out = append(out, make([]byte, 8)...)
	out = le.AppendUint32(out, 1<<18)
	out = le.AppendUint32(out, uint32(capture.LinkEthernet))
	last := int64(0)
	for _, f := range all {
		at := max(f.time+1.7e18, last+1)
		last = at
		out = le.AppendUint32(out, uint32(at/1e9))
		out = le.AppendUint32(out, uint32(at%1e9))
		out = le.AppendUint32(out, uint32(len(f.data)))
		out = le.AppendUint32(out, uint32(f.origLen))
		out = append(out, f.data...)
	}
	return out
}

// ethernetFrames reads the frames of a capture that have an Ethernet header.
func ethernetFrames(t *testing.T, file string) []frame {
	t.Helper()
	src, err := capture.Open([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var out []frame
	for {
		var p capture.Packet
		if err := src.Next(&p); err == io.EOF {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		if p.LinkType == capture.LinkEthernet {
			out = append(out, frame{p.Time, slices.Clone(p.Data), p.OrigLen})
		}
	}
}

// moveIPv4 adds to the addresses of plain IPv4 in Ethernet. Checksums become
// wrong, which offloading does as well.
func moveIPv4(b []byte, by [4]byte) []byte {
	if len(b) < 34 || b[12] != 0x08 || b[13] != 0x00 {
		return b
	}
	for _, at := range []int{26, 30} {
		for i := range by {
			b[at+i] += by[i]
		}
	}
	return b
}
