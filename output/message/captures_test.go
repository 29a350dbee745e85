package message

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/internal/testenv"
	"github.com/ikesniff/ikesniff/pipeline"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

// list runs a capture through a Lister.
func list(t testing.TB, file string, opt Options) (string, *report.Stream) {
	t.Helper()
	src, err := capture.Open([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var out bytes.Buffer
	l := New(&out, opt)
	s, err := pipeline.Messages(t.Context(), src, pipeline.Options{}, func(e *reassembly.Event) {
		if err := l.Event(e); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Finish(s); err != nil {
		t.Fatal(err)
	}
	return out.String(), s
}

// eachIKE hands the IKE messages of a capture to f.
func eachIKE(t testing.TB, file string, f func(*reassembly.Event)) {
	t.Helper()
	src, err := capture.Open([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if _, err := pipeline.Messages(t.Context(), src, pipeline.Options{}, func(e *reassembly.Event) {
		if e.Kind == reassembly.KindMessage && e.Message == reassembly.MessageIKE {
			f(e)
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// captures are the project's own.
func captures(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../../testdata/pcaps/*.pcap*")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		if !strings.HasSuffix(f, ".json") {
			out = append(out, f)
		}
	}
	if len(out) < 50 {
		t.Fatalf("only %d captures found", len(out))
	}
	return out
}

// TestGolden compares lines with testdata/*.txt.
func TestGolden(t *testing.T) {
	for name, tt := range map[string]struct {
		file string
		opt  Options
	}{
		"one-way-esp":           {"one-way-esp.pcap", Options{}},
		"one-way-esp-wrapped":   {"one-way-esp.pcap", Options{Width: 100}},
		"dh-group-retry":        {"dh-group-retry.pcap", Options{Time: "relative"}},
		"cookie-challenge":      {"cookie-challenge.pcap", Options{Time: "delta"}},
		"ikev1-main":            {"ikev1-main.pcap", Options{}},
		"aggressive-mode-psk":   {"aggressive-mode-psk.pcap", Options{Each: true}},
		"ah-and-esp":            {"ah-and-esp.pcap", Options{}},
		"skf-fragments":         {"skf-fragments.pcap", Options{}},
		"ip-fragmented-auth":    {"ip-fragmented-auth.pcap", Options{}},
		"clean-ipv6":            {"clean-ipv6.pcap", Options{Width: 100}},
		"ike-retransmission":    {"ike-retransmission.pcap", Options{}},
		"no-answer":             {"no-answer.pcap", Options{}},
		"no-proposal-chosen":    {"no-proposal-chosen-ikev1.pcap", Options{}},
		"chosen-fields":         {"weak-offered-strong-chosen.pcap", Options{Verbose: 1, Width: 100}},
		"duplicate-capture-nat": {"duplicate-capture-nat.pcapng", Options{}},
		"no-dns-4500":           {"no-dns-4500.pcap", Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := list(t, "../../testdata/pcaps/"+tt.file, tt.opt)
			golden := "testdata/" + name + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got; -update writes it anew:\n%s", diff)
			}
		})
	}
}

// record is what all objects have that the tests look at.
type record struct {
	EventType string `json:"event_type"`
	Packets   uint64 `json:"packets"`
	Text      string `json:"text"`
	Listed    uint64 `json:"listed"`
	Fields    []any  `json:"fields"`
}

// TestNothingIsLost: what is listed adds up to what was read, in every form,
// for every capture.
func TestNothingIsLost(t *testing.T) {
	for _, file := range captures(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, s := list(t, file, Options{Format: FormatNDJSON, Verbose: 2})
			var ikes, esps, ahs, keepalives, parts, lines uint64
			var last record
			for line := range strings.Lines(text) {
				last = record{}
				if err := json.Unmarshal([]byte(line), &last); err != nil {
					t.Fatalf("%v: %s", err, line)
				}
				lines++
				switch last.EventType {
				case "ike":
					ikes++
					if len(last.Fields) == 0 {
						t.Errorf("no fields: %s", line)
					}
				case "esp_summary":
					esps += last.Packets
				case "ah_summary":
					ahs += last.Packets
				case "keepalive":
					keepalives += last.Packets
				case "ike_incomplete":
					parts++
				}
			}
			n := s.Head.Totals
			if ikes != n.IKEMessages || esps != n.ESPPackets || ahs != n.AHPackets || keepalives != n.Keepalives {
				t.Errorf("listed %d, %d, %d, %d of IKE, ESP, AH and keepalives; read %+v", ikes, esps, ahs, keepalives, n)
			}
			if last.EventType != "summary" || last.Listed != lines-1 {
				t.Errorf("%d lines, the last is %q and says %d", lines, last.EventType, last.Listed)
			}

			text, _ = list(t, file, Options{Format: FormatJSON, Verbose: 1})
			var whole struct {
				SchemaVersion int      `json:"schema_version"`
				Messages      []record `json:"messages"`
				Listed        uint64   `json:"listed"`
			}
			if err := json.Unmarshal([]byte(text), &whole); err != nil {
				t.Fatal(err)
			}
			if uint64(len(whole.Messages)) != lines-1 || whole.Listed != lines-1 || whole.SchemaVersion != report.SchemaVersion {
				t.Errorf("JSON has %d of %d messages", len(whole.Messages), lines-1)
			}

			if lines == 1 {
				return
			}
			text, _ = list(t, file, Options{Each: true})
			got := uint64(strings.Count(text, "\n"))
			for line := range strings.Lines(text) {
				if !strings.HasPrefix(line, " ") && !strings.HasPrefix(strings.TrimLeft(line, "0123456789-"), "  ") {
					got-- // heading, or what is said at the end
				}
			}
			if want := n.IKEMessages + n.ESPPackets + n.AHPackets + n.Keepalives + parts; got != want {
				t.Errorf("%d lines for %d messages", got, want)
			}
		})
	}
}

// TestWidth: on a terminal no line is wider, and none is lost.
func TestWidth(t *testing.T) {
	for _, file := range captures(t) {
		wide, _ := list(t, file, Options{Verbose: 2})
		narrow, _ := list(t, file, Options{Verbose: 2, Width: 100})
		for line := range strings.Lines(narrow) {
			if len(line) > 101 {
				t.Errorf("%s: %d bytes: %s", filepath.Base(file), len(line)-1, line)
			}
		}
		squeeze := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if squeeze(wide) != squeeze(narrow) {
			t.Errorf("%s: wrapping changes more than blanks", filepath.Base(file))
		}
	}
}

// TestSharedCaptures: hostile and public captures give valid JSON and
// printable text.
func TestSharedCaptures(t *testing.T) {
	shared := testenv.Shared(t)
	var files []string
	for _, dir := range []string{"captures", "lab-captures"} {
		some, err := filepath.Glob(filepath.Join(shared, dir, "*.pcap*"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, some...)
	}
	count := 0
	for _, file := range files {
		if strings.HasSuffix(file, ".json") {
			continue
		}
		count++
		text, _ := list(t, file, Options{Format: FormatNDJSON, Verbose: 2})
		for line := range strings.Lines(text) {
			if !json.Valid([]byte(line)) {
				t.Fatalf("%s: %s", filepath.Base(file), line)
			}
		}
		text, _ = list(t, file, Options{Verbose: 2, Width: 100})
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
				t.Errorf("%s: %d columns: %s", filepath.Base(file), n, line)
			}
		}
		for i := range len(text) {
			if c := text[i]; c < 0x20 && c != '\n' || c == 0x7f {
				t.Fatalf("%s: byte %#x in text", filepath.Base(file), c)
			}
		}
	}
	if count < 50 {
		t.Errorf("only %d captures", count)
	}
}
