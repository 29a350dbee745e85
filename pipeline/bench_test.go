package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// BenchmarkCaptures runs over the captures in the folder that IKESNIFF_CAPTURES
// names, with and without workers. scripts/pgo.sh takes its profile from it.
func BenchmarkCaptures(b *testing.B) {
	dir := os.Getenv("IKESNIFF_CAPTURES")
	if dir == "" {
		b.Skip("IKESNIFF_CAPTURES names no folder with captures")
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.pcap"))
	if err != nil || len(names) == 0 {
		b.Fatalf("no captures in %s", dir)
	}
	for _, name := range names {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", strings.TrimSuffix(filepath.Base(name), ".pcap"), workers), func(b *testing.B) {
				var packets uint64
				for b.Loop() {
					src, err := capture.Open([]string{name})
					if err != nil {
						b.Fatal(err)
					}
					r, err := Run(b.Context(), src, Options{Workers: workers})
					if err != nil {
						b.Fatal(err)
					}
					for range r.Tunnels { // what the rules find is part of the work
					}
					packets += r.Head.Totals.Packets
					src.Close()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets), "ns/packet")
			})
		}
	}
}
