// Package testenv finds what tests need beyond the repository: the shared
// captures and external programs. A test skips with a reason where they are
// missing; with IKESNIFF_REQUIRE_ALL=1, as CI sets it, it fails instead.
package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Shared returns the folder of shared material that lies beside the
// repository, joined with elem.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the working directory")
		}
		dir = up
	}
	p := filepath.Join(append([]string{dir, "..", "shared"}, elem...)...)
	if _, err := os.Stat(p); err != nil {
		Missing(t, "shared captures are not beside the repository")
	}
	return p
}

// Program returns the path of an external program.
func Program(t testing.TB, name string) string {
	t.Helper()
	p, err := exec.LookPath(name)
	if err != nil {
		Missing(t, name+" is not installed")
	}
	return p
}

// Missing skips a test for a stated reason; it fails where nothing may be skipped.
func Missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("IKESNIFF_REQUIRE_ALL") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}
