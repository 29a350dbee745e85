package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/report"
)

// TestSplit tests the law that any split of the input over workers or files
// gives the same report, sources left out and places mapped back.
func TestSplit(t *testing.T) {
	cut, dealt := 0, 0
	for _, name := range captureFiles(t, captures) {
		file := filepath.Join(captures, name)
		t.Run(name, func(t *testing.T) {
			checkWorkers(t, file)
			c, d := checkFiles(t, file, 4)
			cut += c
			dealt += d
		})
	}
	// The damaged captures and those with several sections cannot be cut.
	if cut < 100 || dealt < 60 {
		t.Errorf("only %d cuts and %d deals were tried", cut, dealt)
	}
}

// checkWorkers analyses file with several numbers of workers.
func checkWorkers(t *testing.T, file string) {
	t.Helper()
	whole := analyze(t, 1, file)
	checkTotals(t, whole)
	want := asJSON(t, whole)
	for workers := 2; workers <= 8; workers++ {
		got := analyze(t, workers, file)
		if diff := cmp.Diff(lines(want), lines(asJSON(t, got))); diff != "" {
			t.Fatalf("%d workers change the report (-1 worker):\n%s", workers, diff)
		}
		if diff := cmp.Diff(whole.Nearby, got.Nearby); diff != "" {
			t.Fatalf("%d workers change what was nearby (-1 worker):\n%s", workers, diff)
		}
	}
}

// checkFiles analyses file cut in 2 to pieces pieces, one after the other, and,
// where times allow it, with its frames dealt out to as many files at random.
// It returns how often it did so.
func checkFiles(t *testing.T, file string, pieces int) (cut, dealt int) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rs := records(inflate(t, data))
	if len(rs) == 0 {
		return 0, 0
	}
	want := canonical(t, analyze(t, 1, file), []piece{{frames: numbers(frames(rs))}})
	for k := 2; k <= min(pieces, frames(rs)); k++ {
		parts := share(rs, k, func(n, all int) int { return n * k / all })
		if diff := cmp.Diff(lines(want), lines(analyzePieces(t, 1+k%3, parts))); diff != "" {
			t.Fatalf("cutting the file in %d changes the report (-whole +cut):\n%s", k, diff)
		}
		cut++
		if rs[1].time == 0 || !inOrder(rs) {
			continue
		}
		random := rand.New(rand.NewPCG(uint64(k), 1))
		parts = share(rs, k, func(int, int) int { return random.IntN(k) })
		if diff := cmp.Diff(lines(want), lines(analyzePieces(t, 1+k%3, parts))); diff != "" {
			t.Fatalf("dealing the frames out to %d files changes the report (-whole +dealt):\n%s", k, diff)
		}
		dealt++
	}
	return cut, dealt
}

// analyzePieces returns the canonical report of pieces.
func analyzePieces(t *testing.T, workers int, parts []piece) []byte {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for i, p := range parts {
		f := filepath.Join(dir, fmt.Sprintf("%d.cap", i))
		if err := os.WriteFile(f, p.data, 0o666); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	s := analyze(t, workers, files...)
	checkTotals(t, s)
	return canonical(t, s, parts)
}

// numbers are 1 to n.
func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i + 1
	}
	return out
}

func lines(b []byte) []string {
	var out []string
	for l := range bytes.Lines(b) {
		out = append(out, string(l))
	}
	return out
}

// canonical is a report as JSON without its sources, with every place mapped
// back to the file that parts are of. What is written for one file's frame
// numbers, the Wireshark filters, is left out.
func canonical(t *testing.T, s *report.Stream, parts []piece) []byte {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(asJSON(t, s), &v); err != nil {
		t.Fatal(err)
	}
	delete(v, "sources")
	v["nearby"] = []any{}
	for _, n := range s.Nearby {
		v["nearby"] = append(v["nearby"].([]any), []any{n.What, n.Packets, parts[n.First.Source].frames[n.First.Frame-1]})
	}
	out, err := json.MarshalIndent(mapBack(v, parts), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mapBack(v any, parts []piece) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = mapBack(v[i], parts)
		}
	case map[string]any:
		delete(v, "wireshark_filter")
		source, ok1 := v["source"].(float64)
		frame, ok2 := v["frame"].(float64)
		if ok1 && ok2 {
			v["source"], v["frame"] = 0, parts[int(source)].frames[int(frame)-1]
		}
		for k := range v {
			v[k] = mapBack(v[k], parts)
		}
	}
	return v
}
