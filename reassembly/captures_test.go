package reassembly

import (
	"encoding/json"
	"hash/maphash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/internal/testenv"
)

// counts are messages seen in a capture.
type counts struct{ IKE, ESP, AH, Keepalives int }

// analysis is what a capture gave.
type analysis struct {
	counts
	low       int // messages of low confidence
	fragments int // events of KindFragment
	quotes    int
	packets   uint64
	malformed uint64
	Counters
	defrag FragmentCounters
}

// analyze runs a capture through both stages.
func analyze(t testing.TB, name string) analysis {
	t.Helper()
	return analyzeSome(t, name, 1, nil)
}

// analyzeSome shares datagrams out to several Classifiers. change, if not nil,
// may alter datagrams, or leave them out by being false.
func analyzeSome(t testing.TB, name string, workers int, change func(*dissect.Datagram) bool) analysis {
	t.Helper()
	src, err := capture.Open([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var a analysis
	emit := func(e *Event) {
		switch e.Kind {
		case KindMessage:
			if e.Confidence == ConfidenceLow {
				a.low++
			}
			switch e.Message {
			case MessageIKE:
				a.IKE++
			case MessageESP:
				a.ESP++
			case MessageAH:
				a.AH++
			case MessageKeepalive:
				a.Keepalives++
			}
		case KindFragment:
			a.fragments++
		case KindQuote:
			a.quotes++
		}
	}
	defrag := NewDefragmenter(Config{}, emit)
	var classifiers []*Classifier
	for range workers {
		classifiers = append(classifiers, NewClassifier(Config{}, emit))
	}
	decoder := dissect.NewDecoder()
	var p capture.Packet
	var d dissect.Datagram
	for {
		err := src.Next(&p)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		decoder.Decode(&p, &d)
		a.packets++
		if d.Status == dissect.StatusMalformed {
			a.malformed++
			continue
		}
		whole := defrag.Add(&d)
		if whole == nil {
			continue
		}
		if whole.Status == dissect.StatusMalformed {
			a.malformed += uint64(whole.Packets)
			continue
		}
		if change != nil && !change(whole) {
			a.packets -= uint64(whole.Packets)
			continue
		}
		pair := MakePair(whole.Src.Addr(), whole.Dst.Addr())
		hash := maphash.Comparable(markSeed, pair)
		classifiers[hash%uint64(workers)].Datagram(whole)
	}
	defrag.Flush()
	for _, c := range classifiers {
		c.Finish()
		a.Counters.Add(c.Counters())
	}
	a.defrag = defrag.Counters()
	return a
}

// TestWorkers: the number of workers changes nothing.
func TestWorkers(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testenv.Shared(t, "lab-captures"), "*.pcap"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures (%v)", err)
	}
	for _, file := range files {
		one, many := analyzeSome(t, file, 1, nil), analyzeSome(t, file, 7, nil)
		if one != many {
			t.Errorf("%s: one worker %+v, seven %+v", filepath.Base(file), one, many)
		}
	}
}

// TestCapturesWithoutIKE: a capture that began too late for IKE shows the same
// ESP, and on ports that say nothing as well.
func TestCapturesWithoutIKE(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testenv.Shared(t, "lab-captures"), "v*.pcap"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures (%v)", err)
	}
	for _, file := range files {
		want := analyze(t, file).ESP
		noIKE := func(d *dissect.Datagram) bool {
			p := d.Payload
			return !(d.Proto == dissect.ProtoUDP && (d.Src.Port() == 500 || d.Dst.Port() == 500 ||
				len(p) > 4 && p[0]|p[1]|p[2]|p[3] == 0))
		}
		if a := analyzeSome(t, file, 1, noIKE); a.ESP != want {
			t.Errorf("%s: %d of %d ESP without IKE (%d undecided)", filepath.Base(file), a.ESP, want, a.UndecidedPackets)
		}
		elsewhere := func(d *dissect.Datagram) bool {
			d.Src, d.Dst = at(d.Src.Addr(), d.Src.Port()+1000), at(d.Dst.Addr(), d.Dst.Port()+1000)
			return noIKE(d)
		}
		a := analyzeSome(t, file, 1, elsewhere)
		if a.ESP+int(a.UndecidedPackets) < want {
			t.Errorf("%s: %d of %d ESP on other ports (%d undecided)", filepath.Base(file), a.ESP, want, a.UndecidedPackets)
		}
		if a.ESP != want {
			t.Logf("%s: %d of %d ESP on other ports (%d undecided)", filepath.Base(file), a.ESP, want, a.UndecidedPackets)
		}
	}
}

// TestCaptures compares with what tshark counts. In derived_ and no_ files
// there is no IPsec, whatever tshark takes it for.
func TestCaptures(t *testing.T) {
	dir := testenv.Shared(t, "captures")
	files, err := filepath.Glob(filepath.Join(dir, "*.truth.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures in %s (%v)", dir, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".truth.json")
		t.Run(name, func(t *testing.T) {
			var truth struct {
				Tshark struct {
					IKE        struct{ Messages int }
					ESP        struct{ Packets int }
					AH         struct{ Packets int }
					Keepalives int `json:"nat_keepalives"`
				}
			}
			readJSON(t, file, &truth)
			want := counts{truth.Tshark.IKE.Messages, truth.Tshark.ESP.Packets, truth.Tshark.AH.Packets, truth.Tshark.Keepalives}
			if strings.HasPrefix(name, "no_") || strings.HasPrefix(name, "derived_") {
				want = counts{}
			}
			a := analyze(t, filepath.Join(dir, name))
			checkSum(t, a)
			if strings.HasPrefix(name, "bad_") {
				t.Logf("got %+v, tshark says %+v", a.counts, want)
				return
			}
			if diff := cmp.Diff(want, a.counts); diff != "" {
				t.Errorf("messages (-tshark +got):\n%s", diff)
			}
			if a.low > 0 || a.UndecidedPackets > 0 || a.fragments > 0 {
				t.Logf("%d of low confidence, %d undecided, %d fragments", a.low, a.UndecidedPackets, a.fragments)
			}
		})
	}
}

// TestLabCaptures compares with what was recorded of real daemons.
func TestLabCaptures(t *testing.T) {
	dir := testenv.Shared(t, "lab-captures")
	files, err := filepath.Glob(filepath.Join(dir, "*.truth.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures in %s (%v)", dir, err)
	}
	for _, file := range files {
		var truth struct {
			Files []struct {
				File       string
				ESP        int   `json:"esp_packets"`
				IKE        int   `json:"ike_messages_count"`
				Keepalives []int `json:"udp_nat_keepalive_frames"`
				Quotes     []any `json:"icmp_error_frames"`
				TCP        any
			}
		}
		readJSON(t, file, &truth)
		for _, f := range truth.Files {
			t.Run(f.File, func(t *testing.T) {
				a := analyze(t, filepath.Join(dir, f.File))
				checkSum(t, a)
				if f.TCP != nil {
					t.Logf("over TCP in part: %+v", a.counts)
					return
				}
				want := counts{IKE: f.IKE, ESP: f.ESP, Keepalives: len(f.Keepalives)}
				got := a.counts
				if strings.Contains(f.File, "_ah") {
					got.AH = 0 // not in the truth
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("messages (-truth +got):\n%s", diff)
				}
				if a.quotes != len(f.Quotes) || a.low != 0 || a.UndecidedPackets != 0 || a.fragments != 0 {
					t.Errorf("%d quotes of %d, %d of low confidence, %d undecided, %d fragments",
						a.quotes, len(f.Quotes), a.low, a.UndecidedPackets, a.fragments)
				}
			})
		}
	}
}

// checkSum verifies that every packet was counted once.
func checkSum(t *testing.T, a analysis) {
	t.Helper()
	sum := a.malformed + a.IPsecPackets + a.IgnoredPackets + a.defrag.IPsecPackets + a.defrag.IgnoredPackets
	if sum != a.packets {
		t.Errorf("%d packets counted of %d: %+v", sum, a.packets, a)
	}
}

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
