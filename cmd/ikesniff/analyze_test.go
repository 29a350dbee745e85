package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/pipeline"
)

// TestInterrupted: a signal while standard input is silent ends the wait, and
// what was read is reported.
func TestInterrupted(t *testing.T) {
	file, err := os.ReadFile("../../testdata/pcaps/no-answer.pcap")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var stdout, stderr bytes.Buffer
	stdin := io.MultiReader(bytes.NewReader(file), &silence{then: cancel})
	status := run(ctx, []string{"analyze", "-"}, stdin, &stdout, &stderr)
	if status != exitPartial {
		t.Errorf("status %d, want %d; stderr: %s", status, exitPartial, &stderr)
	}
	for _, want := range []string{"no-answer", "INCOMPLETE", "interrupted"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, &stdout)
		}
	}
}

// silence is a pipe from which nothing comes any more.
type silence struct{ then func() }

func (s *silence) Read([]byte) (int, error) {
	s.then()
	select {}
}

// TestInterruptibleReadsAll: being interruptible loses no bytes.
func TestInterruptibleReadsAll(t *testing.T) {
	want := bytes.Repeat([]byte("0123456789"), 30_000)
	got, err := io.ReadAll(interruptible(t.Context(), bytes.NewReader(want)))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d of %d bytes, error %v", len(got), len(want), err)
	}
}

// TestBrokenPipe: a reader that has gone is no error.
func TestBrokenPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	var stderr bytes.Buffer
	status := run(t.Context(), []string{"explain"}, strings.NewReader(""), w, &stderr)
	if status != exitDone || stderr.Len() > 0 {
		t.Errorf("status %d, stderr %q", status, &stderr)
	}
}

func TestChooseFormat(t *testing.T) {
	for _, c := range []struct{ flag, output, want string }{
		{"", "", "table"},
		{"", "report", "table"},
		{"", "report.txt", "table"},
		{"", "a/b.JSON", "json"},
		{"", "x.ndjson", "ndjson"},
		{"", "x.jsonl", "ndjson"},
		{"", "x.csv", "csv"},
		{"", "x.md", "markdown"},
		{"csv", "x.json", "csv"},
		{"json", "x.html", "json"},
		{"", "x.html", ""},
		{"html", "", ""},
		{"JSON", "", ""},
	} {
		got, err := chooseFormat(c.flag, c.output)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("-f %q -o %q: %q, %v; want %q", c.flag, c.output, got, err, c.want)
		}
	}
}

func TestProgressLine(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	var w bytes.Buffer
	p := newProgressLine(&w, func() time.Time { return now })
	p.update(pipeline.Progress{Done: 10, Total: 100, Packets: 1})
	p.erase()
	if w.Len() > 0 {
		t.Errorf("a short run drew %q", &w)
	}
	for _, c := range []struct {
		after time.Duration
		at    pipeline.Progress
		want  string
	}{
		{progressAfter, pipeline.Progress{Done: 505, Total: 1000, Packets: 4096}, "\rreading: 50%, 4096 packets\x1b[K"},
		{progressEvery / 2, pipeline.Progress{Done: 700, Total: 1000, Packets: 8192}, ""},
		{progressEvery / 2, pipeline.Progress{Done: 1001, Total: 1000, Packets: 8192}, "\rreading: 100%, 8192 packets\x1b[K"},
		{progressEvery, pipeline.Progress{Done: 2_345_678, Packets: 9000}, "\rreading: 2.3 MB, 9000 packets\x1b[K"},
	} {
		w.Reset()
		now = now.Add(c.after)
		p.update(c.at)
		if w.String() != c.want {
			t.Errorf("%+v: %q, want %q", c.at, &w, c.want)
		}
	}
	w.Reset()
	p.erase()
	if w.String() != "\r\x1b[K" {
		t.Errorf("erased with %q", &w)
	}
}
