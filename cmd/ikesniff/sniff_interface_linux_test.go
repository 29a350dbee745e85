package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/internal/netlab"
	"github.com/ikesniff/ikesniff/internal/testenv"
)

// replay sends a capture from an interface and returns how many packets it has.
func replay(t *testing.T, from, name string) int {
	t.Helper()
	send, err := netlab.NewSender(from)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer send.Close()
	n, err := send.Replay("../../testdata/pcaps/"+name, 0)
	if err != nil {
		t.Error(err)
	}
	return n
}

// An interface that goes down, comes up, is deleted and is made anew is told of,
// and captured again.
func TestInterfaceComesAndGoes(t *testing.T) {
	t.Parallel()
	netlab.Run(t, func(t *testing.T) {
		s := sniff(t, nil, "-i", "b0", "-f", "ndjson")
		if s == nil {
			return
		}
		up := func(want float64) {
			t.Helper()
			s.wait("the metric of the interface", func() bool {
				return metric(curl("http://127.0.0.1:9500/metrics"), "ikesniff_interface_up") == want
			})
		}
		up(1)
		n := replay(t, "a0", "no-answer.pcap")
		s.settled(n)

		netlab.IP(t, "link set b0 down")
		s.says("interface b0 is down")
		up(0)
		netlab.IP(t, "link set b0 up")
		s.says("interface b0 is up")
		up(1)
		n += replay(t, "a0", "clean-raw-esp.pcap")
		s.settled(n)

		netlab.IP(t, "link del a0") // and b0 with it
		s.says("interface b0 is gone")
		up(0)
		netlab.IP(t, "link add a0 mtu 9000 type veth peer name b0 mtu 9000")
		s.wait("it is down", func() bool { return strings.Count(s.stdout.String(), "interface b0 is down") == 2 })
		netlab.IP(t, "link set a0 up")
		netlab.IP(t, "link set b0 up")
		s.wait("it is up", func() bool { return strings.Count(s.stdout.String(), "interface b0 is up") == 2 })
		n += replay(t, "a0", "child-rekey.pcap")
		s.settled(n)

		// Faster than anybody looks: gone, and another one.
		netlab.IP(t, "link del a0")
		netlab.IP(t, "link add a0 mtu 9000 type veth peer name b0 mtu 9000")
		netlab.IP(t, "link set a0 up")
		netlab.IP(t, "link set b0 up")
		s.wait("it was gone", func() bool { return strings.Count(s.stdout.String(), "interface b0 is gone") == 2 })
		s.wait("it is up", func() bool { return strings.Count(s.stdout.String(), "interface b0 is up") == 3 })
		n += replay(t, "a0", "clean-ipv6.pcap")
		s.settled(n)
		if status := s.end(os.Interrupt); status != exitDone {
			t.Errorf("exit status %d: %s", status, s.stderr.String())
		}
	})
}

// Interfaces are named by index, too, and several at once; others are not heard.
func TestInterfaceNames(t *testing.T) {
	t.Parallel()
	netlab.Run(t, func(t *testing.T) {
		netlab.IP(t, "link add c0 mtu 9000 type veth peer name d0 mtu 9000")
		netlab.IP(t, "link add e0 mtu 9000 type veth peer name f0 mtu 9000")
		for _, name := range []string{"c0", "d0", "e0", "f0"} {
			netlab.IP(t, "link set "+name+" up")
		}
		b0, err := net.InterfaceByName("b0")
		if err != nil {
			t.Error(err)
			return
		}
		kept := filepath.Join(t.TempDir(), "kept.pcapng")
		s := sniff(t, nil, "-i", strconv.Itoa(b0.Index), "-i", "d0,b0", "-f", "json", "-w", kept)
		if s == nil {
			return
		}
		page := curl("http://127.0.0.1:9500/metrics")
		if got := grep(page, "ikesniff_interface_up"); !strings.Contains(got, `"b0"} 1`) || !strings.Contains(got, `"d0"} 1`) || strings.Count(got, "\n") != 2 {
			t.Errorf("interfaces are %s", got)
		}
		replay(t, "e0", "child-rekey.pcap") // not asked for
		n := replay(t, "a0", "no-answer.pcap") + replay(t, "c0", "failover-udp-to-tcp.pcap")
		s.settled(n)
		// The one asked for by its index is followed by its name.
		netlab.IP(t, "link set b0 down")
		s.wait("b0 is down", func() bool {
			return strings.Contains(grep(curl("http://127.0.0.1:9500/metrics"), "ikesniff_interface_up"), `"b0"} 0`)
		})
		if status := s.end(os.Interrupt); status != exitDone {
			t.Errorf("exit status %d: %s", status, s.stderr.String())
		}
		r := parseReport(t, []byte(s.stdout.String()))
		if r.Totals.Packets != uint64(n) || len(r.Tunnels) != 2 || strings.Join(r.Sources[0].Interfaces, " ") != "b0 d0" {
			t.Errorf("%d packets on %v, want %d; %d tunnels", r.Totals.Packets, r.Sources[0].Interfaces, n, len(r.Tunnels))
		}
		if x := analyzed(t, kept).Sources[0].Interfaces; strings.Join(x, " ") != "b0 d0" {
			t.Errorf("what was kept is from %v", x)
		}
	})
}

// The kernel leaves out what a filter does not accept, from the first packet on.
func TestInterfaceFilters(t *testing.T) {
	t.Parallel()
	tcpdump := testenv.Program(t, "tcpdump")
	netlab.Run(t, func(t *testing.T) {
		const expression = "udp port 4500 or esp"
		program, err := exec.Command(tcpdump, "-i", "b0", "-ddd", expression).Output()
		if err != nil {
			t.Errorf("tcpdump: %v", err)
			return
		}
		compiled := filepath.Join(t.TempDir(), "program")
		if err := os.WriteFile(compiled, program, 0o600); err != nil {
			t.Error(err)
		}
		out, err := exec.Command(tcpdump, "-r", "../../testdata/pcaps/clean-raw-esp.pcap", "-n", "-t", expression).Output()
		want := bytes.Count(out, []byte("\n"))
		if err != nil || want == 0 || want == 30 {
			t.Errorf("tcpdump has %d packets, %v", want, err)
		}
		for _, flags := range [][]string{
			{"--filter", expression},
			{"--filter-program", compiled},
			{"--filter", expression, "-i", "lo"}, // then the program has a part of its own in front
		} {
			s := sniff(t, nil, append([]string{"-i", "b0", "-f", "json"}, flags...)...)
			if s == nil {
				return
			}
			replay(t, "a0", "clean-raw-esp.pcap")
			s.settled(want)
			if status := s.end(os.Interrupt); status != exitDone {
				t.Errorf("exit status %d: %s", status, s.stderr.String())
			}
			if r := parseReport(t, []byte(s.stdout.String())); r.Totals.Packets != uint64(want) {
				t.Errorf("%v: %d packets, want %d", flags, r.Totals.Packets, want)
			}
		}
	})
}

// What a small -s cuts off is told, and costs no tunnel.
func TestInterfaceSnaplen(t *testing.T) {
	t.Parallel()
	netlab.Run(t, func(t *testing.T) {
		s := sniff(t, nil, "-i", "b0", "-f", "json", "-s", "96")
		if s == nil {
			return
		}
		n := replay(t, "a0", "clean-raw-esp.pcap")
		s.settled(n)
		if status := s.end(os.Interrupt); status != exitDone {
			t.Errorf("exit status %d: %s", status, s.stderr.String())
		}
		r := parseReport(t, []byte(s.stdout.String()))
		if r.Totals.TruncatedPackets != uint64(n) || r.Totals.ESPPackets != 22 || len(r.Tunnels) != 1 || r.Sources[0].Snaplen != 96 {
			t.Errorf("%+v, %d tunnels, snaplen %d", r.Totals, len(r.Tunnels), r.Sources[0].Snaplen)
		}
	})
}

// An interface is put into promiscuous mode as long as the capture lasts, unless
// -p is given.
func TestInterfacePromiscuous(t *testing.T) {
	t.Parallel()
	netlab.Run(t, func(t *testing.T) {
		mode := func() string {
			out, err := exec.Command("ip", "-details", "link", "show", "b0").Output()
			if err != nil {
				t.Error(err)
			}
			return string(regexp.MustCompile(`promiscuity \d+`).Find(out))
		}
		for flag, want := range map[string]string{"-q": "promiscuity 1", "-p": "promiscuity 0"} {
			s := sniff(t, nil, "-i", "b0", flag)
			if s == nil {
				return
			}
			if got := mode(); got != want {
				t.Errorf("with %s: %s, want %s", flag, got, want)
			}
			if status := s.end(os.Interrupt); status != exitDone {
				t.Errorf("exit status %d: %s", status, s.stderr.String())
			}
			if got := mode(); got != "promiscuity 0" {
				t.Errorf("after it: %s", got)
			}
		}
	})
}

// The list of interfaces has their states.
func TestInterfaces(t *testing.T) {
	t.Parallel()
	netlab.Run(t, func(t *testing.T) {
		netlab.IP(t, "link set b0 down")
		netlab.IP(t, "addr add 192.0.2.1/24 dev a0")
		exe, err := os.Executable()
		if err != nil {
			t.Error(err)
			return
		}
		cmd := exec.Command(exe)
		cmd.Args = []string{"ikesniff", "interfaces"}
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("%v", err)
		}
		for _, want := range []string{
			`(?m)^ +1  lo +up +65536  loopback +127\.0\.0\.1/8$`,
			`(?m)^ +\d+  a0 +up +9000  ([0-9a-f]{2}:){5}[0-9a-f]{2}  192\.0\.2\.1/24$`,
			`(?m)^ +\d+  b0 +down +9000  ([0-9a-f]{2}:){5}[0-9a-f]{2}$`,
		} {
			if !regexp.MustCompile(want).Match(out) {
				t.Errorf("no %s in\n%s", want, out)
			}
		}
	})
}
