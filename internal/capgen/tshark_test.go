package capgen

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

// What tshark finds in each capture is what the scenario says is there, and no
// frame is malformed or has a wrong checksum, but for those that were cut or are so
// on purpose.
func TestTsharkAgrees(t *testing.T) {
	tshark := testenv.Program(t, "tshark")
	for _, s := range Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			got := runTshark(t, tshark, &s)
			if diff := cmp.Diff(s.wire, got.counts, cmp.AllowUnexported(counts{}), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("counts (-scenario +tshark):\n%s", diff)
			}
			if got.frames != s.Expect.Frames && !s.Expect.Unreadable {
				t.Errorf("%d frames, tshark reads %d", s.Expect.Frames, got.frames)
			}
			if !slices.Equal(got.bad, s.broken) && !s.Expect.Unreadable && !s.cut {
				t.Errorf("tshark takes frames %v for malformed, want %v", got.bad, s.broken)
			}
		})
	}
}

type tsharkResult struct {
	counts
	frames int
	bad    []int
}

// The fields that tshark is asked for, in the order they are printed in.
const (
	fieldIKE = iota
	fieldESP
	fieldAH
	fieldKeepalive
	fieldICMP
	fieldICMPv6
	fieldMalformed
	fieldChecksums // and further ones
)

var tsharkFields = []string{"isakmp.version", "esp.spi", "ah.spi", "udpencap.nat_keepalive", "icmp.type", "icmpv6.type",
	"_ws.malformed", "ip.checksum.status", "udp.checksum.status", "tcp.checksum.status", "icmp.checksum.status", "icmpv6.checksum.status"}

func runTshark(t *testing.T, tshark string, s *Scenario) tsharkResult {
	args := append([]string{"-r", folder + "/" + s.Name, "-T", "fields", "-E", "occurrence=f",
		"-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"}, s.TsharkArgs...)
	for _, f := range tsharkFields {
		args = append(args, "-e", f)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(tshark, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && !s.Expect.Unreadable && !s.Expect.CutShort {
		t.Fatalf("tshark: %v: %s", err, stderr.String())
	}
	r := tsharkResult{counts: newCounts()}
	for line := range strings.Lines(string(out)) {
		r.frames++
		r.line(strings.Split(strings.TrimRight(line, "\n"), "\t"))
	}
	return r
}

// line takes in what tshark printed of one frame.
func (r *tsharkResult) line(f []string) {
	const checksumBad = "0"
	bad := f[fieldMalformed] != ""
	for _, status := range f[fieldChecksums:] {
		bad = bad || status == checksumBad
	}
	if bad {
		r.bad = append(r.bad, r.frames)
	}
	if f[fieldICMP] != "" || f[fieldICMPv6] != "" {
		return // quoted packets are not messages
	}
	if f[fieldIKE] != "" {
		r.ike++
	}
	if f[fieldKeepalive] != "" {
		r.keepalives++
	}
	for field, m := range map[int]map[string]int{fieldESP: r.esp, fieldAH: r.ah} {
		var spi uint32
		if n, _ := fmt.Sscanf(f[field], "0x%x", &spi); n == 1 {
			m[fmt.Sprintf("%08x", spi)]++
		}
	}
}
