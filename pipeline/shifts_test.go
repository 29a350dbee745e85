package pipeline

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/internal/testenv"
	"github.com/ikesniff/ikesniff/reassembly"
)

// Whoever does the work, and however often that changes, the report is the same.
func TestShiftsChangeNothing(t *testing.T) {
	for _, root := range []string{"../testdata/pcaps", "captures", "lab-captures"} {
		t.Run(filepath.Base(root), func(t *testing.T) {
			if !strings.HasPrefix(root, "..") {
				root = filepath.Join(testenv.Shared(t), root)
			}
			for _, name := range captureFiles(t, root) {
				want := asText(t, analyzed(t, name))
				for i, every := range [][2]int{{1, 1 << 30}, {3, 5}, {17, 40}} {
					src, err := capture.Open([]string{name})
					if err != nil {
						t.Fatal(err)
					}
					s, err := Run(context.Background(), src, Options{Workers: 2 + i, shifts: every})
					if err != nil {
						t.Fatal(err)
					}
					if got := asText(t, s.Collect()); got != want {
						t.Errorf("%s with %d workers, shifts %v:\n%s", name, 2+i, every, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
					}
					src.Close()
				}
			}
		})
	}
}

// Work is shared while a share of the packets is IPsec, and not before or after.
func TestShiftsFollowTheWork(t *testing.T) {
	ipsec := packets(3000, 7)
	other := packets(3000, 7)
	for i := range other {
		other[i].Data = append([]byte(nil), other[i].Data...)
		other[i].Data[9] = 6 // TCP that is none
	}
	var list []capture.Packet
	list = append(append(append(list, other...), ipsec...), other...)
	for i := range list {
		list[i].Ref, list[i].Time = capture.FrameRef(0, uint64(i+1)), int64(i+1)*1e6
	}
	workers := []*worker{newWorker(reassembly.Config{}, flows.Config{}), newWorker(reassembly.Config{}, flows.Config{})}
	s := newShifts(workers, [2]int{100, 200})
	r := newReader(&source{packets: list}, s, reassembly.Config{})
	var shared [3]int
	for i := range list {
		r.next(&list[i])
		if s.teaming {
			shared[i/3000]++
		}
	}
	s.close()
	if shared[0] != 0 || shared[1] < 2800 || shared[2] > 400 {
		t.Errorf("steps shared: %v of 3000 each", shared)
	}
}
