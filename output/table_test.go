package output

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got; -update writes it anew):\n%s", name, diff)
	}
}

func TestTableGolden(t *testing.T) {
	tests := []struct {
		name   string
		stream *report.Stream
		opt    Options
	}{
		{"clean.txt", sampleClean(), Options{}},
		{"warning.txt", sampleWarning(), Options{}},
		{"warning-verbose.txt", sampleWarning(), Options{Verbose: true, Time: TimeDelta}},
		{"many.txt", sampleMany(200), Options{Top: 6}},
		{"problems.txt", sampleClean(), Options{Problems: true}},
		{"ipv6.txt", sampleV6(), Options{}},
		{"nothing.txt", sampleNothing(), Options{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var buf bytes.Buffer
			if err := Table(&buf, tt.stream, tt.opt); err != nil {
				t.Fatal(err)
			}
			golden(t, tt.name, buf.Bytes())
		})
	}
}
