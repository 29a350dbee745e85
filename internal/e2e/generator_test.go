package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/internal/testenv"
	"github.com/ikesniff/ikesniff/report"
)

// truthTunnel is one tunnel of the truth file that the independent generator
// writes beside a capture.
type truthTunnel struct {
	ID         int               `json:"id"`
	Kind       string            `json:"kind"`
	IKEVersion int               `json:"ike_version"`
	Mode       string            `json:"mode"` // of IKEv1
	Initiator  string            `json:"initiator"`
	Responder  string            `json:"responder"`
	IKESPIs    [][2]string       `json:"ike_spis"`
	IKE        map[string]uint64 `json:"ike"`
	IKEGapLost uint64            `json:"ike_gap_lost"`
	ESP        []struct {
		SPI        string `json:"spi"`
		Dir        string `json:"dir"`
		Packets    uint64 `json:"packets"`
		Bytes      uint64 `json:"bytes"`
		LastSeq    uint32 `json:"last_seq"`
		Lost       uint64 `json:"lost"`
		Duplicated uint64 `json:"duplicated"`
		Reordered  uint64 `json:"reordered"`
	} `json:"esp"`
	Anomalies []string `json:"anomalies"`
}

type truthFile struct {
	Tunnels []truthTunnel `json:"tunnels"`
	Summary struct {
		Packets    uint64            `json:"packets"`
		IKE        map[string]uint64 `json:"ike"`
		ESPPackets uint64            `json:"esp_packets"`
		Keepalives uint64            `json:"nat_keepalives"`
		FloodInits uint64            `json:"flood_sa_inits"`
		FloodFrom  uint64            `json:"flood_sources"`
		Cookies    uint64            `json:"flood_cookie_replies"`
	} `json:"summary"`
}

// codeOf maps the generator's names of what it did to ours. What it does not
// name here is no anomaly of its own (a retransmitted TCP segment, say).
var codeOf = map[string]string{
	"esp-loss": "esp-loss", "esp-duplicate": "esp-duplicate", "esp-reordering": "esp-reordering",
	"esp-one-way": "one-way-esp", "ike-retransmission": "ike-retransmission", "ike-unanswered": "no-answer",
	"tcp-gap": "stream-gap", "tcp-repeated-sequence": "repeated-tcp-sequence", "keepalive-one-way": "one-way-keepalives",
}

// mayShow are codes that the generator's disturbances may bring, by its names.
var mayShow = map[string][]string{
	"fallback-to-tcp":   {"udp-tcp-fallback", "transport-changed", "stale-sa"},
	"keepalive-one-way": {"transport-changed", "stale-sa", "ike-retransmission"},
	"tcp-gap":           {"ike-retransmission"},
}

// exchangeOf maps the generator's names of exchanges to the report's.
var exchangeOf = map[string]string{
	"main": "main mode", "aggressive": "aggressive mode", "quick": "quick mode", "informational_v1": "informational",
	"ike_sa_init": "IKE_SA_INIT", "ike_auth": "IKE_AUTH", "create_child_sa": "CREATE_CHILD_SA", "informational": "INFORMATIONAL",
}

// TestGenerator analyses captures of the independent generator, several seeds
// of each kind, and compares every tunnel with the truth.
func TestGenerator(t *testing.T) {
	gen := buildGenerator(t)
	clean := []string{"-loss", "0", "-dup", "0", "-espreorder", "0"}
	for _, c := range []struct {
		name string
		args []string
	}{
		{"udp", []string{"-preset", "udp", "-packets", "30000", "-seed", "1"}},
		{"udp-bad", []string{"-preset", "udp", "-packets", "20000", "-seed", "2", "-loss", "0.02", "-dup", "0.01", "-espreorder", "0.02"}},
		{"udp-clean", append([]string{"-preset", "udp", "-packets", "20000", "-seed", "3"}, clean...)},
		{"rawesp", []string{"-preset", "rawesp", "-packets", "30000", "-seed", "4"}},
		{"rawesp-clean", append([]string{"-preset", "rawesp", "-packets", "20000", "-seed", "5"}, clean...)},
		{"many", []string{"-preset", "many", "-tunnels", "5000", "-packets", "80000", "-seed", "6"}},
		// The generator cuts tagged frames into fragments at the wrong place, so
		// tags come with the preset that has no fragments.
		{"rfc8229", []string{"-preset", "rfc8229", "-packets", "30000", "-seed", "8", "-retrans", "0.02", "-reorder", "0.02", "-overlap", "0.02"}},
		{"rfc8229-wrap", []string{"-preset", "rfc8229", "-packets", "20000", "-seed", "9", "-wrap", "-port", "443"}},
		{"rfc8229-gap", []string{"-preset", "rfc8229", "-packets", "30000", "-seed", "10", "-gap", "0.01", "-port", "1443"}},
		{"rfc8229-all", []string{"-preset", "rfc8229", "-packets", "20000", "-seed", "11", "-gap", "0.005", "-wrap", "-retrans", "0.03", "-reorder", "0.03", "-overlap", "0.03"}},
		{"fortinet-A", []string{"-preset", "fortinet", "-packets", "20000", "-seed", "12", "-fakeseq", "frozen"}},
		{"fortinet-AB", []string{"-preset", "fortinet", "-packets", "30000", "-seed", "3", "-variant", "AB", "-fakeseq", "all"}},
		{"fortinet-clean", append([]string{"-preset", "fortinet", "-packets", "20000", "-seed", "14", "-variant", "B", "-fakeseq", "current"}, clean...)},
		{"fallback", []string{"-preset", "fallback", "-packets", "20000", "-seed", "15"}},
		{"mixed", []string{"-preset", "mixed", "-packets", "60000", "-seed", "16"}},
		{"vlan", []string{"-preset", "rawesp", "-packets", "10000", "-seed", "7", "-vlan", "50", "-nanos"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, truth := generate(t, gen, c.args)
			r := analyze(t, 2, file).Collect()
			compareTotals(t, r, truth)
			compareTunnels(t, r, truth)
		})
	}
	t.Run("flood", func(t *testing.T) {
		file, truth := generate(t, gen, []string{"-preset", "flood", "-packets", "60000"})
		r := analyze(t, 2, file).Collect()
		compareTotals(t, r, truth)
		if len(r.Tunnels) != 0 || len(r.Anomalies) != 1 || r.Anomalies[0].Code != "half-open-flood" {
			t.Fatalf("%d tunnels, anomalies %+v", len(r.Tunnels), r.Anomalies)
		}
		e := r.Anomalies[0].Evidence
		for key, want := range map[string]uint64{"attempts": truth.Summary.FloodInits, "sources": truth.Summary.FloodFrom, "cookies": truth.Summary.Cookies} {
			if fmt.Sprint(e[key]) != fmt.Sprint(want) {
				t.Errorf("%s %v, truth %d", key, e[key], want)
			}
		}
	})
	t.Run("background", func(t *testing.T) {
		file, truth := generate(t, gen, []string{"-preset", "background", "-packets", "60000"})
		r := analyze(t, 2, file).Collect()
		compareTotals(t, r, truth)
		if len(r.Tunnels) != 0 || len(r.Anomalies) != 0 || r.Totals.IPsecPackets != 0 {
			t.Errorf("%d tunnels, %d anomalies, %d IPsec packets", len(r.Tunnels), len(r.Anomalies), r.Totals.IPsecPackets)
		}
	})
}

// buildGenerator compiles the generator out of the shared folder.
func buildGenerator(t *testing.T) string {
	t.Helper()
	src := testenv.Shared(t, "bench")
	out := filepath.Join(t.TempDir(), "gen")
	cmd := exec.Command("go", "build", "-o", out, "./gen")
	cmd.Dir = src
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the generator: %v\n%s", err, b)
	}
	return out
}

func generate(t *testing.T, gen string, args []string) (string, *truthFile) {
	t.Helper()
	dir := t.TempDir()
	if b, err := exec.Command(gen, append([]string{"-out", dir}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	preset := args[slices.Index(args, "-preset")+1]
	b, err := os.ReadFile(filepath.Join(dir, preset+".truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	truth := new(truthFile)
	if err := json.Unmarshal(b, truth); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, preset+".pcap"), truth
}

func compareTotals(t *testing.T, r *report.Report, truth *truthFile) {
	t.Helper()
	n, s := &r.Totals, &truth.Summary
	var ike uint64
	for _, c := range s.IKE {
		ike += c
	}
	for _, u := range truth.Tunnels {
		ike -= u.IKEGapLost
	}
	if n.Packets != s.Packets || n.ESPPackets != s.ESPPackets || n.IKEMessages != ike {
		t.Errorf("packets %d, ESP %d, IKE %d; truth %d, %d, %d", n.Packets, n.ESPPackets, n.IKEMessages, s.Packets, s.ESPPackets, ike)
	}
	if n.MalformedPackets != 0 || n.Evicted != 0 || !r.Complete {
		t.Errorf("malformed %d, evicted %d, complete %v", n.MalformedPackets, n.Evicted, r.Complete)
	}
}

// compareTunnels finds for each tunnel of the truth the one of the report, and
// compares what both count.
func compareTunnels(t *testing.T, r *report.Report, truth *truthFile) {
	t.Helper()
	bySPIs := map[[2]string]*report.Tunnel{}
	for _, u := range r.Tunnels {
		for _, sa := range u.IKESAs {
			bySPIs[[2]string{sa.InitiatorSPI, sa.ResponderSPI}] = u
		}
	}
	if len(r.Tunnels) != len(truth.Tunnels) {
		t.Errorf("%d tunnels, truth %d", len(r.Tunnels), len(truth.Tunnels))
	}
	wrong := 0
	for i := range truth.Tunnels {
		want := &truth.Tunnels[i]
		got := bySPIs[want.IKESPIs[len(want.IKESPIs)-1]]
		var faults []string
		if got == nil {
			faults = []string{"not in the report"}
		} else {
			faults = compareTunnel(got, want)
		}
		if len(faults) > 0 {
			if wrong++; wrong <= 5 {
				t.Errorf("tunnel %d (%s, %v): %s", want.ID, want.Kind, want.Anomalies, strings.Join(faults, "; "))
			}
		}
	}
	if wrong > 5 {
		t.Errorf("%d tunnels in all differ", wrong)
	}
}

func compareTunnel(got *report.Tunnel, want *truthTunnel) []string {
	var faults []string
	fault := func(format string, a ...any) { faults = append(faults, fmt.Sprintf(format, a...)) }
	if got.Initiator != want.Initiator || got.Responder != want.Responder || !got.InitiatorKnown && want.IKEGapLost == 0 {
		fault("peers %s -> %s", got.Initiator, got.Responder)
	}
	if len(got.IKESAs) != len(want.IKESPIs) {
		fault("%d IKE SAs, truth %d", len(got.IKESAs), len(want.IKESPIs))
	}
	byExchange := map[string]uint64{}
	for _, sa := range got.IKESAs {
		if len(sa.Exchanges) == sa.ExchangesTotal && sa.Version == want.IKEVersion {
			for _, x := range sa.Exchanges {
				byExchange[x.Type] += x.Requests + x.Responses
			}
		}
	}
	var messages uint64
	for name, n := range want.IKE {
		messages += n
		// Fragments of one message count once in an exchange, and long lists are
		// cut in the report.
		if x := byExchange[exchangeOf[name]]; x > n {
			fault("%d %s messages, truth %d", x, name, n)
		}
	}
	if n := got.IKEMessages.Initiator + got.IKEMessages.Responder; n != messages-want.IKEGapLost {
		fault("%d IKE messages, truth %d", n, messages-want.IKEGapLost)
	}
	children := map[string]*report.ChildSA{}
	for i := range got.ChildSAs {
		children[got.ChildSAs[i].SPI] = &got.ChildSAs[i]
	}
	invisible := true // every loss lies behind the last packet of its SA
	for _, s := range want.ESP {
		if s.Packets == 0 {
			continue
		}
		c := children[s.SPI]
		if c == nil {
			fault("no SPI %s", s.SPI)
			continue
		}
		delete(children, s.SPI)
		if c.Packets != s.Packets || c.Bytes != s.Bytes || c.Duplicates != s.Duplicated || c.Reordered != s.Reordered {
			fault("SPI %s: %+v, truth %+v", s.SPI, c.SequenceHealth, s)
		}
		behind := uint64(s.LastSeq - c.LastSequence)
		if slices.Contains(want.Anomalies, "tcp-gap") {
			behind = 0 // what goes with missing bytes is not lost to the generator
		}
		if c.Missing+behind != s.Lost {
			fault("SPI %s: missing %d and %d behind, truth %d", s.SPI, c.Missing, behind, s.Lost)
		}
		if s.Lost > behind {
			invisible = false
		}
	}
	if len(children) > 0 {
		fault("%d SPIs that the truth does not have", len(children))
	}
	codes := map[string]report.Severity{}
	for _, a := range got.Anomalies {
		codes[a.Code] = a.Severity
	}
	if slices.Contains(want.Anomalies, "fallback-to-tcp") && codes["udp-tcp-fallback"] == "" && codes["transport-changed"] == "" {
		fault("no step to TCP")
	}
	for _, name := range want.Anomalies {
		code := codeOf[name]
		if code == "" || codes[code] != "" {
			delete(codes, code)
			continue
		}
		if name == "esp-loss" && invisible {
			continue
		}
		fault("no %s", code)
	}
	if psk := codes["aggressive-mode-psk"] != ""; psk != (want.Mode == "aggressive") {
		fault("aggressive-mode-psk %v, mode %q", psk, want.Mode)
	}
	delete(codes, "aggressive-mode-psk")
	for _, name := range want.Anomalies {
		for _, code := range mayShow[name] {
			delete(codes, code)
		}
	}
	for code, severity := range codes {
		if severity != report.SeverityInfo {
			fault("%s (%s) is nowhere in the truth", code, severity)
		}
	}
	return faults
}
