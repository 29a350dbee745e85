package diagnose

import (
	"os/exec"
	"testing"

	"github.com/ikesniff/ikesniff/internal/testenv"
	"github.com/ikesniff/ikesniff/report"
)

func frames(source int, numbers ...uint64) []report.RoleRef {
	var out []report.RoleRef
	for _, n := range numbers {
		out = append(out, report.RoleRef{Ref: report.Ref{Source: source, Frame: n}, Role: "x"})
	}
	return out
}

func TestFilter(t *testing.T) {
	terms := []string{"esp.spi == 0xc16ed423", "isakmp.ispi == 1d:38:27:fc:60:4e:04:cb"}
	both := terms[0] + " || " + terms[1]
	for name, c := range map[string]struct {
		refs []report.RoleRef
		want string
	}{
		"one frame":     {frames(0, 7), "frame.number == 7"},
		"range":         {frames(0, 12, 1, 5, 9, 10, 11), "frame.number in {1, 5, 9..12}"},
		"two in a row":  {frames(0, 4, 5), "frame.number in {4, 5}"},
		"twice":         {frames(0, 5, 5), "frame.number == 5"},
		"other source":  {frames(3, 5, 6, 7), "frame.number in {5..7}"},
		"two sources":   {append(frames(0, 5), frames(1, 6)...), both},
		"a line":        {[]report.RoleRef{{Ref: report.Ref{Line: 4}}}, both},
		"no reference":  {nil, both},
		"frame, a line": {append(frames(0, 5), report.RoleRef{Ref: report.Ref{Line: 4}}), both},
	} {
		if got := filter(c.refs, terms); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := filter(nil, nil); got != "" {
		t.Errorf("nothing known: %q", got)
	}
}

// An SPI that is not one must not get into a text that people paste.
func TestTermsTakeOnlySPIs(t *testing.T) {
	if got := childTerm("ah", "00000101"); got != "ah.spi == 0x00000101" {
		t.Errorf("got %q", got)
	}
	for _, s := range []string{"", "c16ed4", "c16ed423 || 1", "C16ED423", "c16ed42\n"} {
		if got := childTerm("esp", s) + ikeTerm(s+s); got != "" {
			t.Errorf("%q: %q", s, got)
		}
	}
}

// Wireshark itself takes every filter that the rules write.
func TestFiltersAreValid(t *testing.T) {
	tshark := testenv.Program(t, "tshark")
	filters := map[string]bool{
		FloodAnomaly(floodFacts()).WiresharkFilter: true,
		floodFilter("2001:db8::1"):                 true,
		filter(nil, []string{childTerm("ah", "00000101"), childTerm("esp", "c16ed423"), ikeTerm("1d3827fc604e04cb")}): true,
	}
	for _, list := range cases {
		for _, c := range list {
			_, got := Tunnel(c.facts())
			for _, a := range got {
				filters[a.WiresharkFilter] = true
			}
		}
	}
	// One run for all of them: each filter once, joined by "or".
	all := ""
	for f := range filters {
		if all != "" {
			all += " or "
		}
		all += "(" + f + ")"
	}
	empty := t.TempDir() + "/empty.pcap"
	writeEmptyPcap(t, empty)
	if out, err := exec.Command(tshark, "-r", empty, "-Y", all).CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, out, all)
	}
}

func TestFilterInTCP(t *testing.T) {
	for _, c := range []struct{ filter, want string }{
		{"esp.spi == 0xc16ed423", "frame contains c1:6e:d4:23"},
		{"isakmp.ispi == 1d:38:27:fc:60:4e:04:cb || esp.spi == 0xc16ed423", "frame contains 1d:38:27:fc:60:4e:04:cb || frame contains c1:6e:d4:23"},
		{"frame.number in {1, 5..9}", "frame.number in {1, 5..9}"},
		{"", ""},
	} {
		if got := inTCP(c.filter); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.filter, got, c.want)
		}
	}
}
