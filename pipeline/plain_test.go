package pipeline

import (
	"bytes"
	"context"
	"io/fs"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/internal/testenv"
	"github.com/ikesniff/ikesniff/reassembly"
)

// witness is a crew of one classifier that keeps all events.
type witness struct {
	classifier *reassembly.Classifier
	events     []reassembly.Event
}

func newWitness() *witness {
	w := new(witness)
	w.classifier = reassembly.NewClassifier(reassembly.Config{}, func(e *reassembly.Event) {
		c := *e
		c.Data = bytes.Clone(e.Data)
		c.Quote.Payload = bytes.Clone(e.Quote.Payload)
		w.events = append(w.events, c)
	})
	return w
}

func (w *witness) packet(h *dissect.Headers, p *capture.Packet) { w.classifier.Packet(h, p) }
func (w *witness) datagram(d *dissect.Datagram)                 { w.classifier.Datagram(d) }
func (w *witness) event(*reassembly.Event)                      {}
func (w *witness) close()                                       {}

// witnessed reads a capture, through the Decoder alone if plain.
func witnessed(t *testing.T, name string, plain bool) (*witness, *reader) {
	t.Helper()
	src, err := capture.Open([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	w := newWitness()
	r := newReader(src, w, reassembly.Config{})
	r.plain = plain
	r.run(context.Background(), nil)
	w.classifier.Finish()
	return w, r
}

// TestHeadersChangeNothing: every capture gives the same events and counts,
// whether the headers of usual frames are read the short way or not.
func TestHeadersChangeNothing(t *testing.T) {
	for _, root := range []string{"../testdata/pcaps", "captures", "lab-captures"} {
		t.Run(filepath.Base(root), func(t *testing.T) {
			if !strings.HasPrefix(root, "..") {
				root = filepath.Join(testenv.Shared(t), root)
			}
			events := 0
			for _, name := range captureFiles(t, root) {
				short, shortReader := witnessed(t, name, false)
				plain, plainReader := witnessed(t, name, true)
				if diff := cmp.Diff(plain.events, short.events, cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{})); diff != "" {
					t.Fatalf("%s: plain -, short +\n%s", name, diff)
				}
				if a, b := plain.classifier.Counters(), short.classifier.Counters(); a != b {
					t.Fatalf("%s: %+v, plain %+v", name, b, a)
				}
				if plainReader.counts != shortReader.counts {
					t.Fatalf("%s: %+v, plain %+v", name, shortReader.counts, plainReader.counts)
				}
				events += len(plain.events)
			}
			if events < 500 {
				t.Errorf("only %d events were compared", events)
			}
		})
	}
}

func captureFiles(t *testing.T, root string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if x := filepath.Ext(path); x == ".pcap" || x == ".pcapng" || x == ".cap" {
			names = append(names, path)
		}
		return err
	})
	if err != nil || len(names) == 0 {
		t.Fatalf("no captures in %s: %v", root, err)
	}
	return names
}
