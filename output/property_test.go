package output

import (
	"bytes"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/ikesniff/ikesniff/report"
)

var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestTableIsNarrowAndSafe: over random reports no line is wider than 100
// columns, nothing unprintable comes out, and colours change nothing else.
func TestTableIsNarrowAndSafe(t *testing.T) {
	summer, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		summer = time.FixedZone("CEST", 7200)
	}
	names := func(a netip.Addr) string {
		if a.Is6() {
			return strings.Repeat("a-name-that-is-very-long.", 4) + "\x1b[2J"
		}
		return ""
	}
	for seed := range uint64(150) {
		r := newRandom(seed)
		s := r.stream()
		o := Options{
			Verbose: seed%2 == 0, Problems: seed%5 == 0, Top: r.IntN(4), Location: summer,
			Time: pick(r, TimeUTC, TimeLocal, TimeRelative, TimeDelta, ""),
		}
		if seed%3 == 0 {
			o.Names = names
		}
		var plainText, coloured bytes.Buffer
		if err := Table(&plainText, s, o); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(plainText.String()) {
			line = strings.TrimSuffix(line, "\n")
			if w := Width(line); w > lineWidth {
				t.Errorf("seed %d: %d columns: %s", seed, w, line)
			}
			if strings.HasSuffix(line, " ") {
				t.Errorf("seed %d: blanks at the end: %q", seed, line)
			}
			if i := strings.IndexFunc(line, func(c rune) bool { return !unicode.IsPrint(c) }); i >= 0 {
				t.Errorf("seed %d: unprintable at %d: %q", seed, i, line)
			}
		}
		o.Color = true
		if err := Table(&coloured, s, o); err != nil {
			t.Fatal(err)
		}
		if got := colours.ReplaceAllString(coloured.String(), ""); got != plainText.String() {
			t.Fatalf("seed %d: colours change the text:\n%s\nwithout:\n%s", seed, got, plainText.String())
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, plainText.String())
		}
	}
}

func TestColourMarksSeverity(t *testing.T) {
	var buf bytes.Buffer
	if err := Table(&buf, sampleMany(100), Options{Color: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{sgrRed + "CRITICAL" + sgrReset, sgrRed + "INCOMPLETE" + sgrReset, sgrGreen + "up" + sgrReset} {
		if !strings.Contains(buf.String(), want) {
			t.Errorf("no %q", want)
		}
	}
}

// TestTextFormsAreSafe: CSV and Markdown let nothing through either, and JSON
// escapes it.
func TestTextFormsAreSafe(t *testing.T) {
	forms := map[string]func(*bytes.Buffer, *report.Stream) error{
		"csv":      func(w *bytes.Buffer, s *report.Stream) error { return CSV(w, s) },
		"markdown": func(w *bytes.Buffer, s *report.Stream) error { return Markdown(w, s, Options{}) },
		"json":     func(w *bytes.Buffer, s *report.Stream) error { return JSON(w, s) },
		"ndjson":   func(w *bytes.Buffer, s *report.Stream) error { return NDJSON(w, s) },
	}
	for name, write := range forms {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(50) {
				var buf bytes.Buffer
				if err := write(&buf, newRandom(seed).stream()); err != nil {
					t.Fatal(err)
				}
				if i := bytes.IndexFunc(buf.Bytes(), invisible); i >= 0 {
					t.Fatalf("seed %d: unprintable at %d: %q", seed, i, buf.Bytes()[max(0, i-40):i+10])
				}
			}
		})
	}
}
