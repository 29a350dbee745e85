package main

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the README's output anew")

// TestReadmeShowsRealOutput compares what the README says the program prints
// with what it prints.
func TestReadmeShowsRealOutput(t *testing.T) {
	t.Chdir("../..")
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "```text\n$ ikesniff ", "```\n"
	before, rest, ok := strings.Cut(string(text), begin)
	if !ok {
		t.Fatal("README.md has no block that begins with $ ikesniff")
	}
	command, rest, _ := strings.Cut(rest, "\n")
	said, after, _ := strings.Cut(rest, end)

	var stdout, stderr bytes.Buffer
	status := run(t.Context(), strings.Fields(command), strings.NewReader(""), &stdout, &stderr)
	if status != exitDone || stderr.Len() > 0 {
		t.Fatalf("ikesniff %s: status %d, %s", command, status, &stderr)
	}
	if diff := cmp.Diff(said, stdout.String()); diff == "" {
		return
	} else if !*update {
		t.Fatalf("README.md does not show what ikesniff %s prints (-README +printed);\n"+
			"go test ./cmd/ikesniff -update writes it anew:\n%s", command, diff)
	}
	text = []byte(before + begin + command + "\n" + stdout.String() + end + after)
	if err := os.WriteFile("README.md", text, 0o666); err != nil {
		t.Fatal(err)
	}
}
