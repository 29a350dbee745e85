package dissect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/internal/testenv"
)

// readFrames returns the packets of a capture file.
func readFrames(t testing.TB, name string) []capture.Packet {
	t.Helper()
	source, err := capture.Open([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	var packets []capture.Packet
	for {
		var p capture.Packet
		switch err := source.Next(&p); err {
		case nil:
		case io.EOF:
			if info := source.Info()[0]; !info.Complete {
				t.Fatalf("%s: %s", name, info.Err)
			}
			return packets
		default:
			t.Fatalf("%s: %v", name, err)
		}
		p.Data = bytes.Clone(p.Data)
		packets = append(packets, p)
	}
}

// captureFiles returns the capture files of a folder of shared material.
func captureFiles(t testing.TB, folder string) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.pcap", "*.pcapng", "*.pcapng.gz"} {
		m, err := filepath.Glob(filepath.Join(testenv.Shared(t, folder), pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, m...)
	}
	if len(files) == 0 {
		t.Fatalf("no captures in %s", folder)
	}
	return files
}

// countHeaders adds what d is to the counts that the ground truth has: first
// fragments count as what they begin, and ESP behind AH counts as well.
func countHeaders(counts map[string]int, d *Datagram) {
	switch d.Status {
	case StatusFragment:
		counts["ipv4_fragments"]++
		if d.Frag.Offset != 0 {
			return
		}
		var whole Datagram
		whole = *d
		NewDecoder().Resume(&whole, d.Payload)
		d = &whole
	case StatusOK:
	case StatusOther:
		// Cut off within the header; the ground truth looks at the IP header.
		if !d.Truncated || d.Proto != ProtoESP && d.Proto != ProtoAH {
			return
		}
	default:
		return
	}
	port := func(proto string) {
		counts[proto]++
		for _, p := range []uint16{500, 4500, 10000} {
			if d.Src.Port() == p || d.Dst.Port() == p {
				counts[fmt.Sprintf("%s/%d", proto, p)]++
				return
			}
		}
	}
	switch d.Proto {
	case ProtoUDP:
		port("udp")
	case ProtoTCP:
		port("tcp")
	case ProtoESP:
		counts["ip/50"]++
	case ProtoAH:
		counts["ip/51"]++
		if len(d.Payload) > 0 && d.Payload[0] == ProtoESP {
			counts["ip/50"]++
		}
	}
}

// The headers.counts of the shared captures were made by a program of its own,
// without Wireshark and without this package.
func TestSharedCapturesHeaderCounts(t *testing.T) {
	for _, name := range captureFiles(t, "captures") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			b, err := os.ReadFile(name + ".truth.json")
			if err != nil {
				t.Fatal(err)
			}
			var truth struct {
				Headers struct {
					Records int
					Counts  map[string]int
				}
			}
			if err := json.Unmarshal(b, &truth); err != nil {
				t.Fatal(err)
			}
			packets := readFrames(t, name)
			if len(packets) != truth.Headers.Records {
				t.Fatalf("%d packets, ground truth %d", len(packets), truth.Headers.Records)
			}
			got := map[string]int{}
			dec, d := NewDecoder(), Datagram{}
			for i := range packets {
				dec.Decode(&packets[i], &d)
				if d.Ref.Number() != uint64(i+1) || d.Packets != 1 {
					t.Fatalf("packet %d: Ref %v, Packets %d", i+1, d.Ref, d.Packets)
				}
				if d.Status != StatusOK && d.Status != StatusFragment {
					t.Logf("packet %d: status %d, proto %d, truncated %v: %s", i+1, d.Status, d.Proto, d.Truncated, d.Problem)
				}
				countHeaders(got, &d)
			}
			want := maps.Clone(truth.Headers.Counts)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("counts (-truth +decoder):\n%s", diff)
			}
		})
	}
}
