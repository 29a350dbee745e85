package output

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/internal/schematest"
	"github.com/ikesniff/ikesniff/report"
)

// indented is what encoding/json makes of a report.
func indented(t *testing.T, v any) string {
	t.Helper()
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestJSONIsThatOfTheCollectedReport(t *testing.T) {
	for name, s := range map[string]*report.Stream{
		"clean": sampleClean(), "warning": sampleWarning(), "many": sampleMany(100), "nothing": sampleNothing(),
	} {
		t.Run(name, func(t *testing.T) {
			var buf bytes.Buffer
			if err := JSON(&buf, s); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(indented(t, rebuild(s.Collect(), unchanged)), buf.String()); diff != "" {
				t.Error(diff)
			}
			if err := schematest.Validate(report.Schema(nil), buf.Bytes()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestJSONOfRandomReports: the same in meaning where characters are escaped, and
// nowhere null.
func TestJSONOfRandomReports(t *testing.T) {
	for seed := range uint64(100) {
		s := newRandom(seed).stream()
		var buf bytes.Buffer
		if err := JSON(&buf, s); err != nil {
			t.Fatal(err)
		}
		var got, want any
		if err := json.Unmarshal(buf.Bytes(), &got); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err := json.Unmarshal([]byte(indented(t, rebuild(s.Collect(), unchanged))), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
		if bytes.Contains(buf.Bytes(), []byte(": null")) || bytes.Contains(buf.Bytes(), []byte("null,")) {
			t.Fatalf("seed %d: null in\n%s", seed, buf.Bytes())
		}
	}
}

func TestJSONEscapes(t *testing.T) {
	s := sampleNothing()
	s.Head.Sources[0].Name = "a -> b & \x1b]0;t\x07 \u009b \u202e \U000e0041 \n  \"tunnels\": []"
	var buf bytes.Buffer
	if err := JSON(&buf, s); err != nil {
		t.Fatal(err)
	}
	want := `"name": "a -> b & \u001b]0;t\u0007 \u009b \u202e \udb40\udc41 \n  \"tunnels\": []"`
	if !strings.Contains(buf.String(), want) {
		t.Errorf("no %s in\n%s", want, buf.String())
	}
	var r report.Report
	if err := json.Unmarshal(buf.Bytes(), &r); err != nil || r.Sources[0].Name != s.Head.Sources[0].Name {
		t.Errorf("read back as %q, %v", r.Sources[0].Name, err)
	}
}

func TestJSONReportsWhatCannotBeEncoded(t *testing.T) {
	s := sampleWarning()
	for tunnel := range s.Tunnels {
		tunnel.Anomalies[0].Evidence = map[string]any{"f": func() {}}
	}
	if err := JSON(io.Discard, s); err == nil || !strings.Contains(err.Error(), "tunnel 9c1de00a7b42") {
		t.Errorf("error %v", err)
	}
}

func TestWriteErrorsAreReported(t *testing.T) {
	s := sampleMany(500)
	for name, write := range map[string]func(io.Writer) error{
		"table":    func(w io.Writer) error { return Table(w, s, Options{}) },
		"json":     func(w io.Writer) error { return JSON(w, s) },
		"ndjson":   func(w io.Writer) error { return NDJSON(w, s) },
		"csv":      func(w io.Writer) error { return CSV(w, s) },
		"markdown": func(w io.Writer) error { return Markdown(w, s, Options{}) },
	} {
		if err := write(full{}); err != io.ErrShortWrite {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// full is a device without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// TestRebuildFillsLists goes through the types: nothing that JSON would write as
// null is left.
func TestRebuildFillsLists(t *testing.T) {
	r := report.Report{
		Sources: make([]report.Source, 1), Anomalies: make([]report.Anomaly, 1),
		Tunnels: []*report.Tunnel{{
			Paths: make([]report.Path, 1), IKESAs: []report.IKESA{{Proposal: &report.Proposal{}, Exchanges: make([]report.Exchange, 1)}},
			ChildSAs: make([]report.ChildSA, 1),
			Anomalies: []report.Anomaly{{Evidence: map[string]any{
				"list": []string(nil), "nothing": nil, "deep": map[string]any{"list": []int(nil)},
			}}},
		}},
	}
	out := rebuild(r, unchanged)
	var walk func(v reflect.Value, path string)
	lists := 0
	walk = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.Slice, reflect.Map:
			lists++
			if v.IsNil() {
				t.Errorf("%s is nil", path)
			}
			if v.Kind() == reflect.Map {
				for it := v.MapRange(); it.Next(); {
					walk(it.Value(), path+"."+it.Key().String())
				}
				return
			}
			for i := range v.Len() {
				walk(v.Index(i), path+"[]")
			}
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem(), path)
			}
		case reflect.Interface:
			if v.IsNil() {
				t.Errorf("%s is null", path)
				return
			}
			walk(v.Elem(), path)
		case reflect.Struct:
			if v.Type() == timeType {
				return
			}
			for i := range v.NumField() {
				walk(v.Field(i), path+"."+v.Type().Field(i).Name)
			}
		}
	}
	walk(reflect.ValueOf(out), "Report")
	if lists < 30 {
		t.Errorf("only %d lists seen", lists)
	}
	if r.Tunnels[0].Events != nil || r.Sources[0].Interfaces != nil {
		t.Error("rebuild changed what it was given")
	}
}

func TestNDJSON(t *testing.T) {
	s := sampleMany(10)
	var buf bytes.Buffer
	if err := NDJSON(&buf, s); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	var last, failed map[string]any
	for line := range strings.Lines(buf.String()) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		kinds = append(kinds, v["event_type"].(string))
		if _, err := time.Parse(time.RFC3339Nano, v["timestamp"].(string)); err != nil {
			t.Error(err)
		}
		if v["code"] == "no-proposal-chosen" {
			failed = v
		}
		last = v
	}
	want := slices.Concat(slices.Repeat([]string{"tunnel"}, 4), []string{"anomaly"}, slices.Repeat([]string{"tunnel"}, 4),
		[]string{"anomaly"}, slices.Repeat([]string{"tunnel"}, 2), []string{"anomaly", "summary"})
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
	if failed["tunnel_id"] != "000000000007" || failed["severity"] != "critical" {
		t.Errorf("anomaly line: %v", failed)
	}
	if last["tunnels"] != 10.0 || last["tunnels_by_status"].(map[string]any)["failed"] != 1.0 || last["complete"] != false {
		t.Errorf("summary line: %v", last)
	}
}

func TestNDJSONTunnel(t *testing.T) {
	var buf bytes.Buffer
	if err := NDJSON(&buf, sampleWarning()); err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(buf.String(), "\n")
	var v map[string]any
	if err := json.Unmarshal([]byte(line), &v); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"tunnel_id": "9c1de00a7b42", "id": "9c1de00a7b42", "status": "up", "init_spi": "1d3827fc604e04cb",
		"resp_spi": "77aa01bc40d2ee19", "alg_enc": "AES-CBC-256", "alg_dh": "Curve25519", "timestamp": "2026-02-26T23:17:23Z",
		"anomalies": nil,
	} {
		if v[key] != want {
			t.Errorf("%s is %v, want %v", key, v[key], want)
		}
	}
	if diff := cmp.Diff([]any{"a2", "a1", "a3", "a4"}, v["anomaly_ids"]); diff != "" {
		t.Error(diff)
	}
}

// TestManyTunnelsNeedLittleMemory: what a form keeps does not grow with the
// number of tunnels.
func TestManyTunnelsNeedLittleMemory(t *testing.T) {
	const n = 20000
	forms := map[string]func(*report.Stream) error{
		"table":  func(s *report.Stream) error { return Table(io.Discard, s, Options{}) },
		"json":   func(s *report.Stream) error { return JSON(io.Discard, s) },
		"ndjson": func(s *report.Stream) error { return NDJSON(io.Discard, s) },
		"csv":    func(s *report.Stream) error { return CSV(io.Discard, s) },
	}
	for name, write := range forms {
		t.Run(name, func(t *testing.T) {
			s := sampleMany(n)
			inner := s.Tunnels
			var peak, before uint64
			s.Tunnels = func(yield func(*report.Tunnel) bool) {
				i := 0
				for tunnel := range inner {
					if i++; i%(n/4) == 1 {
						var m runtime.MemStats
						runtime.GC()
						runtime.ReadMemStats(&m)
						if before == 0 {
							before = m.HeapAlloc
						}
						peak = max(peak, m.HeapAlloc)
					}
					if !yield(tunnel) {
						return
					}
				}
			}
			if err := write(s); err != nil {
				t.Fatal(err)
			}
			if grown := int64(peak) - int64(before); grown > 1<<20 {
				t.Errorf("heap grew by %d bytes over %d tunnels", grown, n)
			}
		})
	}
}

func BenchmarkJSON(b *testing.B) {
	s := sampleMany(1000)
	b.ReportAllocs()
	for b.Loop() {
		if err := JSON(io.Discard, s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTable(b *testing.B) {
	s := sampleMany(1000)
	b.ReportAllocs()
	for b.Loop() {
		if err := Table(io.Discard, s, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
