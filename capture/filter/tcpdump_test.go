package filter

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/internal/testenv"
)

// expressions that people write, and corners of the language.
var expressions = []string{
	"ip", "ip6", "arp", "tcp", "udp", "icmp", "icmp6", "esp", "ah", "sctp", "igmp", "not arp",
	"host 192.0.2.10", "src host 192.0.2.10", "dst 203.0.113.1", "host 192.0.2.10 or 203.0.113.1", "ip host 192.0.2.10", "arp host 192.0.2.10",
	"src and dst host 192.0.2.10", "src or dst 192.0.2.10",
	"net 192.0.2.0/24", "net 192.0.2", "net 10", "dst net 203.0.112.0/21", "net 0.0.0.0/0", "src net 198.51.100.0 mask 255.255.255.0",
	"host 2001:db8::1", "net 2001:db8::/32", "src net 2001:db8::/48", "dst host 2001:db8::2", "net ::/0",
	"port 500", "port 500 or 4500", "udp port 4500", "tcp port 4500 or tcp port 443", "udp src port 500", "dst port 4500",
	"portrange 500-510", "udp portrange 4000-5000", "tcp dst portrange 1-1023", "src and dst port 500",
	"udp port 500 or udp port 4500 or esp or tcp port 4500", "host 192.0.2.10 and port 500 or 4500",
	"host 192.0.2.10 and (port 500 or 4500)", "not (udp port 500)", "not udp port 500 and not arp", "! udp && ! tcp",
	"ip proto 50", "ip6 proto 50", "proto 50", `ip proto \udp`, "ether proto 0x0806", "ether proto \\ip6",
	"vlan", "vlan 42", "vlan and udp port 500", "vlan 42 and esp", "vlan and vlan and ip", "vlan or udp", "udp or vlan 42 or tcp",
	"ip6 and tcp port 4500", "vlan and ip6", "icmp or icmp6",
	"ip[6:2] & 0x1fff != 0", "tcp[13] & 2 != 0", "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", "udp[8:4] = 0", "udp port 4500 and udp[8:4] != 0",
	"ip[0] & 0xf > 5", "(ip[2:2] - ((ip[0]&0xf)<<2)) > 100", "udp[4:2] - 8 >= 20", "ether[0] & 1 = 0", "ip[8] < 64", "ip6[7] <= 64", "icmp[icmptype] = icmp-unreach",
	"len > 100", "less 100", "greater 60 and less 200", "tcp[(tcp[12] >> 4) * 4] = 0x16", "udp[8 + 1] = ip[9]", "len - 14 = ip[2:2]", "icmp6[0] = 1", "arp[6:2] = 1",
	"ether src 02:00:00:00:00:01", "ether host 02:00:00:00:00:01", "udp[8:4] % 3 = 1", "ip[4:2] ^ 0xffff > 0x7fff", "len + -1 > 50",
}

// atoms are put together at random.
var atoms = []string{
	"udp", "tcp", "esp", "ip", "ip6", "arp", "host 192.0.2.10", "net 203.0.113.0/24", "port 500", "udp port 4500", "tcp port 4500", "src port 500",
	"dst net 2001:db8::/32", "ip[6:2] & 0x1fff = 0", "udp[8:4] = 0", "len > 120", "portrange 400-600", "icmp", "greater 90",
}

func randomExpression(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(4) == 0 {
		return atoms[r.IntN(len(atoms))]
	}
	a, b := randomExpression(r, depth-1), randomExpression(r, depth-1)
	switch r.IntN(5) {
	case 0:
		return "not (" + a + ")"
	case 1:
		return "(" + a + ") and (" + b + ")"
	case 2:
		return "(" + a + ") or " + b
	case 3:
		return a + " and " + b
	}
	return a + " or not " + b
}

// packets are those of the project's captures, and damaged ones made of them.
func packets(t *testing.T) [][]byte {
	names, err := filepath.Glob("../../testdata/pcaps/*")
	if err != nil || len(names) == 0 {
		t.Fatal("no captures", err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	var out [][]byte
	for _, name := range names {
		src, err := capture.Open([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		var p capture.Packet
		n := 0
		for ; n < 60; n++ {
			if err := src.Next(&p); err == io.EOF {
				break
			} else if err != nil {
				break // broken on purpose
			}
			if p.LinkType != capture.LinkEthernet {
				continue
			}
			b := append([]byte(nil), p.Data...)
			out = append(out, b)
			if len(b) < 20 {
				continue
			}
			switch r.IntN(6) {
			case 0:
				out = append(out, tagged(42, b))
			case 1:
				out = append(out, tagged(7, tagged(42, b)))
			case 2: // header bytes changed
				c := append([]byte(nil), b...)
				for range 3 {
					c[r.IntN(min(len(c), 60))] = byte(r.Uint32())
				}
				out = append(out, c)
			case 3: // a fragment
				c := append([]byte(nil), b...)
				c[20], c[21] = 0x20, byte(r.IntN(2))
				out = append(out, c)
			case 4: // cut short
				out = append(out, b[:14+r.IntN(len(b)-14)])
			}
		}
		src.Close()
	}
	return out
}

// Programs mean what those of tcpdump's compiler mean, on every packet.
func TestLikeTcpdump(t *testing.T) {
	tcpdump := testenv.Program(t, "tcpdump")
	all := packets(t)
	r := rand.New(rand.NewPCG(3, 4))
	list := append([]string(nil), expressions...)
	for range 150 {
		list = append(list, randomExpression(r, 3))
	}
	matched := 0
	for _, expression := range list {
		ours, err := Compile(expression, capture.LinkEthernet)
		if err != nil {
			t.Errorf("%q: %v", expression, err)
			continue
		}
		// Without the optimizer: that one drops loads which reject short packets.
		text, err := exec.Command(tcpdump, "-O", "-y", "EN10MB", "-ddd", expression).CombinedOutput()
		if err != nil {
			t.Errorf("tcpdump refuses %q: %s", expression, text)
			continue
		}
		theirs, err := ParseProgram(skipNotes(string(text)))
		if err != nil {
			t.Fatalf("%q: %v in %s", expression, err, text)
		}
		wrong := 0
		for _, b := range all {
			got, want := ours.Match(b, len(b)), theirs.Match(b, len(b))
			if want {
				matched++
			}
			if got != want && wrong == 0 {
				t.Errorf("%q on %x: %v, tcpdump %v", expression, b[:min(len(b), 80)], got, want)
				wrong++
			}
		}
	}
	if matched == 0 {
		t.Error("no packet matched anything")
	}
	t.Logf("%d expressions on %d packets, %d matches", len(list), len(all), matched)
}

// skipNotes leaves out warnings that tcpdump writes before the program.
func skipNotes(s string) string {
	for {
		line, rest, ok := strings.Cut(s, "\n")
		if ok && !digits(line) {
			s = rest
			continue
		}
		return s
	}
}

// The number of packets that match is the number that tcpdump finds in a file.
func TestCountsLikeTcpdump(t *testing.T) {
	tcpdump := testenv.Program(t, "tcpdump")
	names := []string{"failover-udp-to-tcp.pcap"}
	for _, name := range names {
		name = filepath.Join("../../testdata/pcaps", name)
		for _, expression := range expressions {
			p, err := Compile(expression, capture.LinkEthernet)
			if err != nil {
				t.Fatal(err)
			}
			src, err := capture.Open([]string{name})
			if err != nil {
				t.Fatal(err)
			}
			var packet capture.Packet
			n := 0
			for src.Next(&packet) == nil {
				if p.Match(packet.Data, packet.OrigLen) {
					n++
				}
			}
			src.Close()
			out, err := exec.Command(tcpdump, "-r", name, "-w", "-", expression).Output()
			if err != nil {
				t.Fatalf("%q: %v", expression, err)
			}
			theirs := 0
			again := capture.OpenReader(strings.NewReader(string(out)), "tcpdump")
			for again.Next(&packet) == nil {
				theirs++
			}
			if n != theirs {
				t.Errorf("%s, %q: %d packets, tcpdump finds %d", filepath.Base(name), expression, n, theirs)
			}
		}
	}
}

// The subset means the same on other link types.
func TestLinkTypesLikeTcpdump(t *testing.T) {
	tcpdump := testenv.Program(t, "tcpdump")
	all := packets(t)
	for link, test := range map[capture.LinkType]struct {
		name string
		head func(b []byte) []byte
	}{
		capture.LinkRaw: {"RAW", func(b []byte) []byte { return b[14:] }},
		capture.LinkSLL: {"LINUX_SLL", func(b []byte) []byte { return append(append(make([]byte, 14), b[12:14]...), b[14:]...) }},
		capture.LinkSLL2: {"LINUX_SLL2", func(b []byte) []byte {
			return append(append(append([]byte{}, b[12:14]...), make([]byte, 18)...), b[14:]...)
		}},
	} {
		for _, expression := range expressions {
			ours, err := Compile(expression, link)
			if err != nil {
				continue // vlan and the like
			}
			text, err := exec.Command(tcpdump, "-O", "-y", test.name, "-ddd", expression).CombinedOutput()
			if err != nil {
				continue // tcpdump refuses some on raw IP
			}
			theirs, err := ParseProgram(skipNotes(string(text)))
			if err != nil {
				t.Fatal(fmt.Errorf("%q: %w in %s", expression, err, text))
			}
			for _, b := range all {
				if len(b) < 34 {
					continue
				}
				b = test.head(b)
				if got, want := ours.Match(b, len(b)), theirs.Match(b, len(b)); got != want {
					t.Errorf("%s, %q on %x: %v, tcpdump %v", test.name, expression, b[:min(len(b), 60)], got, want)
					break
				}
			}
		}
	}
}
