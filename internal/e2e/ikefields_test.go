package e2e

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

// messageFields are the IKE messages of a capture, each as lines of
// "field value" in the order of the message, by the frame that completed it.
type messageFields map[int][]string

// TestFieldsLikeTshark compares what dissect/ike reads of every IKE message
// that was not sent in TCP with what tshark reads of it: header, payloads,
// proposals, transforms and attributes one after the other, and the values
// that stand in clear. Field names are those of tshark. What is encrypted is
// compared as far as its place and length: neither has the keys.
func TestFieldsLikeTshark(t *testing.T) {
	tshark := testenv.Program(t, "tshark")
	folders := []string{testenv.Shared(t, "captures"), testenv.Shared(t, "lab-captures")}
	atOnce := make(chan struct{}, 2)
	var messages, files atomic.Int64
	t.Run("files", func(t *testing.T) {
		for _, dir := range folders {
			for _, name := range captureFiles(t, dir) {
				if overTCP(name) || withoutIKE(name) {
					continue
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					atOnce <- struct{}{}
					defer func() { <-atOnce }()
					file := filepath.Join(dir, name)
					alike := compareFields(t, name, tsharkFields(t, tshark, file, decodeAs[name]), ourFields(t, file))
					if alike > 0 {
						messages.Add(int64(alike))
						files.Add(1)
					}
				})
			}
		}
	})
	t.Logf("%d messages of %d captures read alike", messages.Load(), files.Load())
	if messages.Load() < 500 || files.Load() < 40 {
		t.Errorf("only %d messages of %d captures read alike", messages.Load(), files.Load())
	}
}

// withoutIKE tells by a file's name that it holds no IKE that a comparison
// could say something about: other protocols, and what is broken on purpose.
func withoutIKE(name string) bool {
	return strings.HasPrefix(name, "no_") || strings.HasPrefix(name, "derived_") || strings.HasPrefix(name, "bad_")
}

// decodeAs is what tshark must be told to see all IKE of a capture: it goes by
// ports, of both ends, and takes the smaller one that some protocol has.
var decodeAs = map[string]string{
	"v1_main_psk.pcap":        "udp.port==496,isakmp",   // the NAT's port, to tshark Auto-RP
	"v2_dpd_peer_killed.pcap": "udp.port==123,isakmp",   // the NAT's port, to tshark NTP
	"v2_udp_443.pcap":         "udp.port==443,udpencap", // to tshark plain data
}

// fieldDifferences are the captures in which dissect/ike rightly differs from
// tshark: who is right and why, and what tshark's reading becomes by that.
var fieldDifferences = map[string]struct {
	why   string
	amend func(truth messageFields)
}{
	"ike_arkime_cert-synthetic.pcap": {
		"SA payloads of IKEv1 that end behind the situation; RFC 2408 3.4 and 4.2 have at least one proposal in each, tshark does not mind",
		func(truth messageFields) {
			for _, frame := range []int{1, 3} {
				truth[frame] = append(truth[frame], "error ike: security association: at byte 8: proposal: ends early")
			}
		},
	},
}

// compareFields returns how many messages both read, all fields alike.
func compareFields(t *testing.T, name string, truth, got messageFields) int {
	t.Helper()
	if d, ok := fieldDifferences[name]; ok {
		if cmp.Equal(truth, got) {
			t.Errorf("no difference, but the table has one: %s", d.why)
		}
		d.amend(truth)
	}
	alike := 0
	for _, frame := range slices.Sorted(maps.Keys(truth)) {
		ours, ok := got[frame]
		if !ok {
			t.Errorf("frame %d: tshark has an IKE message here:\n%s", frame, strings.Join(truth[frame], "\n"))
			continue
		}
		if diff := cmp.Diff(truth[frame], ours); diff != "" {
			t.Errorf("frame %d (-tshark +dissect/ike)\n%s", frame, diff)
			continue
		}
		alike++
	}
	for _, frame := range slices.Sorted(maps.Keys(got)) {
		if _, ok := truth[frame]; !ok {
			t.Errorf("frame %d: tshark has no IKE message here:\n%s", frame, strings.Join(got[frame], "\n"))
		}
	}
	return alike
}
