package e2e

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/report"
)

// lookAlikes names for each code the captures that look most like one in which it
// fires, and are none.
var lookAlikes = map[string][]string{
	"no-answer":                 {"slow-answer.pcap", "just-asked.pcap"},
	"udp-tcp-fallback":          {"udp-slow-answer.pcap"},
	"tcp-fallback-failed":       {"tcp-connect-failed.pcap", "udp-tcp-fallback.pcap"},
	"transport-changed":         {"udp-slow-answer.pcap", "tcp-reconnect.pcap"},
	"one-way-keepalives":        {"idle-keepalives.pcap"},
	"stale-sa":                  {"two-clients-one-nat.pcap", "reconnect-new-port.pcap"},
	"icmp-rejected":             {"icmp-other-traffic.pcap"},
	"nat-t-port-blocked":        {"nat-t-port-slow.pcap"},
	"nat-t-missing":             {"clean-raw-esp.pcap", "clean-udp-nat.pcap"},
	"simultaneous-initiation":   {"initiation-by-turns.pcap"},
	"address-change":            {"reconnect-new-port.pcap"},
	"nat-detected":              {"clean-raw-esp.pcap"},
	"ike-retransmission":        {"duplicate-capture.pcap"},
	"fragments-dropped":         {"ip-fragmented-auth.pcap", "fragments-one-lost.pcap"},
	"ike-fragmentation-missing": {"ip-fragmented-auth.pcap"},
	"ike-fragment-loss":         {"ike-fragments-sent-again.pcap", "skf-fragments.pcap"},
	"no-proposal-chosen":        {"clean-many-proposals.pcap"},
	"dh-group-retry":            {"dh-group-first-guess.pcap"},
	"dh-group-mismatch":         {"dh-group-retry.pcap", "dh-group-retry-unanswered.pcap"},
	"cookie-challenge":          {"slow-answer.pcap"},
	"half-open-flood":           {"spokes-retrying.pcap"},
	"version-mismatch":          {"no-answer-ikev1.pcap", "both-versions.pcap"},
	"aggressive-mode-psk":       {"aggressive-mode-rsa.pcap"},
	"weak-crypto":               {"weak-offered-strong-chosen.pcap"},
	"nat-t-unsupported":         {"ikev1-main.pcap"},
	"malformed-ike":             {"unknown-payload.pcap"},
	"psk-mismatch":              {"psk-message-5-lost.pcap"},
	"authentication-failed":     {"closed-at-once.pcap"},
	"eap-rejected":              {"eap-accepted.pcap"},
	"eap-timeout":               {"eap-slow-user.pcap"},
	"child-refused":             {"idle-tunnel.pcap"},
	"tcp-connect-failed":        {"tcp-just-asked.pcap"},
	"tcp-half-open":             {"tcp-just-asked.pcap", "no-tcp-keepalives.pcap"},
	"tcp-no-ike-answer":         {"tcp-just-asked.pcap"},
	"port-owned-by-https":       {"no-tls-4500.pcap", "tcp-no-ike-answer.pcap"},
	"https-admin-lost":          {"https-elsewhere.pcap"},
	"missing-stream-prefix":     {"tcp-midway.pcap"},
	"framing-error":             {"framing-odd-lengths.pcap"},
	"stream-gap":                {"tcp-one-direction.pcap", "tcp-repeats.pcap"},
	"conflicting-overlap":       {"no-tcp-overlap.pcap", "tcp-repeats.pcap"},
	"keepalive-in-tcp":          {"tcp-own-keepalives.pcap"},
	"repeated-tcp-sequence":     {"no-tcp-retransmission.pcap", "tcp-repeats.pcap"},
	"fake-tcp-blocked":          {"fortinet-esp-rare.pcap", "fortinet-esp-stepping.pcap"},
	"fortinet-esp-under-udp":    {"fortinet-esp.pcap"},
	"tcp-reconnect":             {"tcp-two-clients-one-nat.pcap"},
	"tcp-reset-midpath":         {"tcp-reset-by-peer.pcap"},
	"tcp-meltdown":              {"tcp-captured-twice.pcap"},
	"zero-window":               {"tcp-own-keepalives.pcap"},
	"one-way-esp":               {"short-one-way.pcap"},
	"esp-blocked":               {"one-way-raw-esp.pcap"},
	"spi-mismatch":              {"reauthentication.pcap", "invalid-spi-after-rekey.pcap"},
	"esp-loss":                  {"esp-gap-by-capture-drops.pcapng", "esp-sequence-jump.pcap"},
	"esp-duplicate":             {"duplicate-capture-switch.pcap"},
	"esp-reordering":            {"child-rekey.pcap"},
	"esp-outside-window":        {"esp-reordering.pcap"},
	"esp-sequence-reset":        {"esp-sequence-jump.pcap", "esp-sequence-wrap.pcap"},
	"mtu-blackhole":             {"large-packet-lost.pcap", "mtu-discovered.pcap"},
	"outer-fragmentation":       {"few-fragments.pcap"},
	"ah-through-nat":            {"ah-and-esp.pcap"},
	"npu-offload-suspected":     {"idle-fortigate.pcap"},
	"duplicate-capture":         {"esp-duplicate.pcap", "ike-retransmission.pcap"},
	"rekey-failed":              {"rekey-other-group.pcap"},
	"simultaneous-rekey":        {"rekey-by-turns.pcap"},
	"child-not-renewed":         {"data-ends.pcap"},
	"dpd-failed":                {"dpd-answered-late.pcap"},
	"dpd-one-sided":             {"dpd-both-sides.pcap"},
	"nat-timeout":               {"nat-kept-alive.pcap", "nat-restarted.pcap"},
	"site-flapping":             {"site-one-spoke-down.pcap", "site-reauthentication.pcap"},
	"tunnel-flapping":           {"tunnel-reauthentication.pcap", "tunnel-roaming.pcap"},
}

// proof is a capture in which a code fires.
type proof struct {
	capture  string
	severity report.Severity
	codes    int // how many codes fire in it, besides
}

// TestProofs holds the promise that each code has a capture in which it fires, and
// a look-alike in which it does not, and that docs/proofs.md tells which.
func TestProofs(t *testing.T) {
	fires := map[string]map[string]report.Severity{} // by code and capture
	counts := map[string]int{}
	known := map[string]bool{}
	for _, name := range captureFiles(t, captures) {
		known[name] = true
		r := analyze(t, 2, filepath.Join(captures, name)).Collect()
		note := func(list []report.Anomaly) {
			for i := range list {
				a := &list[i]
				if fires[a.Code] == nil {
					fires[a.Code] = map[string]report.Severity{}
				}
				if old, ok := fires[a.Code][name]; !ok {
					counts[name]++
				} else if old.Rank() >= a.Severity.Rank() {
					continue
				}
				fires[a.Code][name] = a.Severity
			}
		}
		note(r.Anomalies)
		for _, u := range r.Tunnels {
			note(u.Anomalies)
		}
	}

	var b strings.Builder
	b.WriteString(proofsHead)
	for _, e := range diagnose.Catalogue() {
		var list []proof
		worst := -1
		for name, severity := range fires[e.Code] {
			list = append(list, proof{name, severity, counts[name]})
			worst = max(worst, severity.Rank())
		}
		if len(list) == 0 {
			t.Errorf("%s fires in no capture", e.Code)
			continue
		}
		// The plainest first: the gravest, in the capture that shows least besides.
		slices.SortFunc(list, func(x, y proof) int {
			return cmp.Or(cmp.Compare(y.severity.Rank(), x.severity.Rank()), cmp.Compare(x.codes, y.codes), cmp.Compare(x.capture, y.capture))
		})
		if len(lookAlikes[e.Code]) == 0 {
			t.Errorf("%s has no look-alike", e.Code)
		}
		var alike []string
		for _, name := range lookAlikes[e.Code] {
			severity, shows := fires[e.Code][name]
			switch {
			case !known[name]:
				t.Errorf("%s: look-alike %s does not exist", e.Code, name)
			case shows && severity.Rank() >= worst:
				t.Errorf("%s fires in its look-alike %s: %s", e.Code, name, severity)
			case shows:
				name += " (" + string(severity) + " there)"
			}
			alike = append(alike, name)
		}
		fmt.Fprintf(&b, "| [%s](anomalies.md#%s) | %s | %s |\n", e.Code, e.Code, proofsOf(list), strings.Join(alike, ", "))
	}
	for code := range lookAlikes {
		if _, ok := diagnose.Lookup(code); !ok {
			t.Errorf("look-alikes of %s, which is no code", code)
		}
	}
	compareText(t, filepath.Join("..", "..", "docs", "proofs.md"), b.String())
}

// proofsOf names the plainest few.
func proofsOf(list []proof) string {
	const most = 3
	var out []string
	for _, p := range list[:min(len(list), most)] {
		out = append(out, fmt.Sprintf("%s (%s)", p.capture, p.severity))
	}
	if more := len(list) - most; more > 0 {
		out = append(out, fmt.Sprintf("%d more", more))
	}
	return strings.Join(out, ", ")
}

const proofsHead = `# Which capture proves which code

Each anomaly code fires in a capture of [testdata/pcaps](../testdata/pcaps/README.md), and does not fire in the
captures that look most like it, or less gravely, as said there. A test makes this page of the reports, and fails where
a code has no proof or no look-alike: ` + "`go test ./internal/e2e -run Proofs -update`" + ` writes it anew.

| code | fires in | does not fire in |
|---|---|---|
`

// compareText compares a file with what it should hold, or writes it.
func compareText(t *testing.T, name, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := lineDiff(string(got), want); diff != "" {
		t.Errorf("%s is not up to date (-file +now); if that is right: go test ./internal/e2e -run '%s' -update\n%s", name, t.Name(), diff)
	}
}
