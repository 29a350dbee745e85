package e2e

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/internal/schematest"
	"github.com/ikesniff/ikesniff/report"
)

var update = flag.Bool("update", false, "write the golden reports anew")

// TestGolden compares the report of each capture with the one beside it.
func TestGolden(t *testing.T) {
	dir, err := filepath.Abs(captures)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, name := range captureFiles(t, dir) {
		golden := filepath.Join(dir, name+".json")
		known[golden] = true
		t.Run(name, func(t *testing.T) {
			t.Chdir(dir) // the report names the file as it was given
			r := analyze(t, 1, name)
			checkTotals(t, r)
			got := asJSON(t, r)
			validate(t, got)
			if *update {
				if err := os.WriteFile(golden, got, 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("%s has no golden report; go test ./internal/e2e -update writes it", name)
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
				t.Errorf("the report changed (-golden +now); if that is right: go test ./internal/e2e -update\n%s", diff)
			}
		})
	}
	reports, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range reports {
		if !known[f] {
			t.Errorf("%s is the report of no capture; remove it", filepath.Base(f))
		}
	}
}

// validate checks a report against the published schema.
func validate(t *testing.T, doc []byte) {
	t.Helper()
	if err := schematest.Validate(report.Schema(diagnose.EvidenceKeys()), doc); err != nil {
		t.Errorf("the report does not fit its schema: %v", err)
	}
}
