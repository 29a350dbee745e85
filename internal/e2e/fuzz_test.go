package e2e

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/pipeline"
	"github.com/ikesniff/ikesniff/report"
)

// FuzzAnalyze: whatever a file holds, there is a report that counts each
// packet, fits its schema, and does not depend on the number of workers. Runs
// are long for a fuzz target: -fuzzminimizetime 5x leaves time for new inputs.
func FuzzAnalyze(f *testing.F) {
	entries, err := os.ReadDir(captures)
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		if !isCapture(e.Name()) {
			continue
		}
		b, err := os.ReadFile(filepath.Join(captures, e.Name()))
		if err != nil {
			f.Fatal(err)
		}
		if len(b) < 8<<10 { // small seeds mutate best
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		run := func(workers int) *report.Stream {
			src := capture.OpenReader(bytes.NewReader(file), "fuzz")
			s, err := pipeline.Run(t.Context(), src, pipeline.Options{Workers: workers, Version: "test"})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		one := run(1)
		checkTotals(t, one)
		doc := asJSON(t, one)
		validate(t, doc)
		if !bytes.Equal(doc, asJSON(t, run(3))) {
			t.Error("3 workers change the report")
		}
		for _, form := range []func(io.Writer, *report.Stream) error{
			output.NDJSON,
			output.CSV,
			func(w io.Writer, s *report.Stream) error { return output.Table(w, s, output.Options{Verbose: true}) },
			func(w io.Writer, s *report.Stream) error { return output.Markdown(w, s, output.Options{}) },
		} {
			var b bytes.Buffer
			if err := form(&b, one); err != nil {
				t.Error(err)
			}
			if bytes.ContainsAny(b.Bytes(), "\x1b\x07\x00") {
				t.Error("control characters of the capture reach the output")
			}
		}
	})
}
