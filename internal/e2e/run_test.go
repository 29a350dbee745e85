package e2e

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/pipeline"
	"github.com/ikesniff/ikesniff/report"
)

// captures is the folder of the project's own captures.
const captures = "../../testdata/pcaps"

// captureFiles lists the names of the captures in dir.
func captureFiles(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if isCapture(e.Name()) {
			out = append(out, e.Name())
		}
	}
	if len(out) == 0 {
		t.Fatalf("no captures in %s", dir)
	}
	return out
}

// isCapture tells by a file's name whether it is a capture.
func isCapture(name string) bool {
	for _, compressed := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, compressed)
	}
	return strings.HasSuffix(name, ".pcap") || strings.HasSuffix(name, ".pcapng")
}

// analyze runs the program's pipeline over files.
func analyze(t *testing.T, workers int, files ...string) *report.Stream {
	t.Helper()
	src, err := capture.Open(files)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	stream, err := pipeline.Run(context.Background(), src, pipeline.Options{Workers: workers, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// asJSON is the report in the form that users get.
func asJSON(t *testing.T, s *report.Stream) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := output.JSON(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// checkTotals tests what holds for every report: no packet goes uncounted.
func checkTotals(t *testing.T, s *report.Stream) {
	t.Helper()
	r := &s.Head
	n := &r.Totals
	if sum := n.IPsecPackets + n.IgnoredPackets + n.MalformedPackets; n.Packets != sum {
		t.Errorf("packets %d, but ipsec %d + ignored %d + malformed %d = %d",
			n.Packets, n.IPsecPackets, n.IgnoredPackets, n.MalformedPackets, sum)
	}
	var delivered uint64
	for _, source := range r.Sources {
		delivered += source.Packets
	}
	if n.Packets != delivered {
		t.Errorf("packets %d, but the sources delivered %d", n.Packets, delivered)
	}
	if n.UndecidedPackets > n.IgnoredPackets {
		t.Errorf("%d undecided packets among %d ignored", n.UndecidedPackets, n.IgnoredPackets)
	}
}
