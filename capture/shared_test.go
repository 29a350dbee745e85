package capture

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

// TestSharedCaptures compares the number of packets with what tshark counted.
func TestSharedCaptures(t *testing.T) {
	dir := testenv.Shared(t, "captures")
	truths, err := filepath.Glob(filepath.Join(dir, "*.truth.json"))
	if err != nil || len(truths) == 0 {
		t.Fatalf("no truth files: %v", err)
	}
	for _, path := range truths {
		var truth struct {
			File    string
			Headers struct {
				Records   uint64
				Linktypes map[LinkType]uint64
			}
		}
		readJSON(t, path, &truth)
		links := make(map[LinkType]uint64)
		info := readFile(t, filepath.Join(dir, truth.File), func(p *Packet) { links[p.LinkType]++ })
		if info.Packets != truth.Headers.Records {
			t.Errorf("%s: %d packets, want %d (%s)", truth.File, info.Packets, truth.Headers.Records, info.Err)
		}
		for link, n := range truth.Headers.Linktypes {
			if links[link] != n {
				t.Errorf("%s: %d packets of link type %d, want %d", truth.File, links[link], link, n)
			}
		}
		if !info.Complete {
			t.Errorf("%s: %s", truth.File, info.Err)
		}
	}
}

func TestSharedLabCaptures(t *testing.T) {
	dir := testenv.Shared(t, "lab-captures")
	truths, err := filepath.Glob(filepath.Join(dir, "*.truth.json"))
	if err != nil || len(truths) == 0 {
		t.Fatalf("no truth files: %v", err)
	}
	for _, path := range truths {
		var truth struct {
			Files []struct {
				File   string
				Frames uint64
			}
		}
		readJSON(t, path, &truth)
		for _, f := range truth.Files {
			info := readFile(t, filepath.Join(dir, f.File), nil)
			if info.Packets != f.Frames || !info.Complete {
				t.Errorf("%s: %d packets, want %d (%s)", f.File, info.Packets, f.Frames, info.Err)
			}
		}
	}
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func readFile(t *testing.T, path string, each func(*Packet)) SourceInfo {
	t.Helper()
	s, err := Open([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var p Packet
	for {
		err := s.Next(&p)
		if err == io.EOF {
			return s.Info()[0]
		}
		if err != nil {
			t.Fatal(err)
		}
		if each != nil {
			each(&p)
		}
	}
}
