package capgen

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const folder = "../../testdata/pcaps"

// The captures in testdata are those that this package makes, byte for byte,
// and there are no others.
func TestCapturesAreAsGenerated(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, "."); err != nil {
		t.Fatal(err)
	}
	made := names(t, dir)
	if diff := cmp.Diff(made, names(t, folder)); diff != "" {
		t.Errorf("files in testdata/pcaps (-made +there); go generate ./internal/capgen writes them:\n%s", diff)
	}
	for _, name := range made {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if !Same(name, got, want) {
			t.Errorf("%s is not what go generate ./internal/capgen writes", name)
		}
	}
}

// names of the captures in a folder, and of their README.
func names(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"*.pcap", "*.pcapng", "*.pcap.gz", "*.pcap.zst", "README.md"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			out = append(out, filepath.Base(f))
		}
	}
	return out
}

// Making the captures twice gives the same bytes, and names are not used twice.
func TestScenariosAreDeterministic(t *testing.T) {
	seen := map[string]bool{}
	second := Scenarios()
	for i, s := range Scenarios() {
		if seen[s.Name] {
			t.Errorf("%s: name used twice", s.Name)
		}
		seen[s.Name] = true
		if !Same(s.Name, s.file, second[i].file) {
			t.Errorf("%s differs when made again", s.Name)
		}
	}
}

// Captures stay small, and what is expected of them is stated consistently.
func TestScenariosAreSmall(t *testing.T) {
	for _, s := range Scenarios() {
		if s.Expect.Frames > 200 {
			t.Errorf("%s has %d frames", s.Name, s.Expect.Frames)
		}
		messages := s.Expect.IKE + total(s.Expect.ESP) + total(s.Expect.AH)
		if s.Expect.Tunnels > 0 && messages == 0 {
			t.Errorf("%s: %d tunnels without a message", s.Name, s.Expect.Tunnels)
		}
		if s.Expect.Tunnels == 0 && messages > 0 && len(s.Expect.Codes) == 0 {
			t.Errorf("%s: messages of no tunnel", s.Name)
		}
	}
}
