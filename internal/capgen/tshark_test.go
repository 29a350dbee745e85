package capgen

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

// What tshark finds in each capture is what the scenario says is there.
func TestTsharkAgrees(t *testing.T) {
	tshark := testenv.Program(t, "tshark")
	for _, s := range Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			got, frames := tsharkCounts(t, tshark, &s)
			want := s.wire
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(counts{}), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("counts (-scenario +tshark):\n%s", diff)
			}
			if frames != s.Expect.Frames && !s.Expect.Unreadable {
				t.Errorf("%d frames, tshark reads %d", s.Expect.Frames, frames)
			}
		})
	}
}

// tsharkCounts lets tshark count messages.
func tsharkCounts(t *testing.T, tshark string, s *Scenario) (counts, int) {
	fields := []string{"isakmp.version", "esp.spi", "ah.spi", "udpencap.nat_keepalive", "icmp.type", "icmpv6.type"}
	args := append([]string{"-r", folder + "/" + s.Name, "-T", "fields", "-E", "occurrence=f"}, s.TsharkArgs...)
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(tshark, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && !s.Expect.Unreadable && !s.Expect.CutShort {
		t.Fatalf("tshark: %v: %s", err, stderr.String())
	}
	c, frames := newCounts(), 0
	for line := range strings.Lines(string(out)) {
		frames++
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if f[4] != "" || f[5] != "" {
			continue // quoted packets are not messages
		}
		if f[0] != "" {
			c.ike++
		}
		for i, m := range []map[string]int{c.esp, c.ah} {
			var spi uint32
			if n, _ := fmt.Sscanf(f[1+i], "0x%x", &spi); n == 1 {
				m[fmt.Sprintf("%08x", spi)]++
			}
		}
		if f[3] != "" {
			c.keepalives++
		}
	}
	return c, frames
}

// No frame is malformed to tshark or has a wrong checksum, but where the
// capture is cut.
func TestTsharkFindsNothingMalformed(t *testing.T) {
	tshark := testenv.Program(t, "tshark")
	const bad = "_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0 || tcp.checksum.status == 0 || icmp.checksum.status == 0 || icmpv6.checksum.status == 0"
	for _, s := range Scenarios() {
		if s.Expect.Unreadable || s.Expect.CutShort || s.Name == "snaplen-96.pcap" {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"-r", folder + "/" + s.Name, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
				"-o", "tcp.check_checksum:TRUE", "-Y", bad, "-T", "fields", "-e", "frame.number", "-e", "_ws.col.Info"}, s.TsharkArgs...)
			out, err := exec.Command(tshark, args...).Output()
			if err != nil {
				t.Fatal(err)
			}
			if len(out) > 0 {
				t.Errorf("bad frames:\n%s", out)
			}
		})
	}
}
