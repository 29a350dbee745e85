package filter

import (
	"errors"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// frame builds Ethernet and IPv4 with a payload.
func frame(proto byte, src, dst string, payload ...byte) []byte {
	b := []byte{
		0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x08, 0x00, // destination, source, IPv4
		0x45, 0, 0, byte(20 + len(payload)), 0, 1, 0, 0, 64, proto, 0, 0,
	}
	for _, a := range []string{src, dst} {
		for _, part := range strings.Split(a, ".") {
			n, _ := parseNumber(part)
			b = append(b, byte(n))
		}
	}
	return append(b, payload...)
}

func udp(src, dst uint16, data ...byte) []byte {
	return append([]byte{byte(src >> 8), byte(src), byte(dst >> 8), byte(dst), 0, byte(8 + len(data)), 0, 0}, data...)
}

// tagged puts a VLAN tag into a frame.
func tagged(id uint16, b []byte) []byte {
	return append(append(append([]byte{}, b[:12]...), 0x81, 0, byte(id>>8), byte(id)), b[12:]...)
}

func TestMatch(t *testing.T) {
	isakmp := frame(17, "192.0.2.1", "203.0.113.9", udp(500, 500, 1, 2, 3, 4, 5, 6, 7, 8)...)
	natt := frame(17, "192.0.2.1", "203.0.113.9", udp(61000, 4500, 0, 0, 0, 0, 9)...)
	esp := frame(50, "203.0.113.9", "192.0.2.1", 0xc0, 0, 0, 1, 0, 0, 0, 1)
	fragment := frame(17, "192.0.2.1", "203.0.113.9", udp(500, 500)...)
	fragment[20], fragment[21] = 0, 185
	six := append(append([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 8, 17, 64}, make([]byte, 32)...), udp(500, 500)...)
	six[22], six[38], six[53] = 0x20, 0x20, 9
	tests := []struct {
		expression string
		packet     []byte
		want       bool
	}{
		{"", isakmp, true},
		{"udp port 500", isakmp, true},
		{"udp port 500", natt, false},
		{"udp port 500 or 4500", natt, true},
		{"udp dst port 4500", natt, true},
		{"udp src port 4500", natt, false},
		{"tcp port 500", isakmp, false},
		{"not udp port 500", isakmp, false},
		{"not (udp port 500)", esp, true},
		{"esp", esp, true},
		{"esp or ah", isakmp, false},
		{"ip proto 50", esp, true},
		{"ip6 proto 50", esp, false},
		{"host 192.0.2.1 and udp", isakmp, true},
		{"host 192.0.2.1 and udp", esp, false},
		{"src host 192.0.2.1", esp, false},
		{"dst host 192.0.2.1", esp, true},
		{"src and dst host 192.0.2.1", esp, false},
		{"src or dst host 192.0.2.1", esp, true},
		{"dst 192.0.2.1", esp, true},
		{"host 198.51.100.1 or 192.0.2.1", esp, true},
		{"net 192.0.2.0/24", esp, true},
		{"net 192.0.2.0 mask 255.255.255.0", esp, true},
		{"src net 203.0", esp, true},
		{"net 10", esp, false},
		{"portrange 490-510", isakmp, true},
		{"portrange 510-490", isakmp, true},
		{"portrange 501-510", isakmp, false},
		{"port 500", fragment, false},
		{"udp", fragment, true},
		{"ip[6:2] & 0x1fff != 0", fragment, true},
		{"ip[6:2] & 0x1fff != 0", isakmp, false},
		{"udp[8:4] = 0", natt, true},
		{"udp[8:4] = 0x01020304", isakmp, true},
		{"udp[4:2] > 12", natt, true},
		{"udp[4:2] > 2 * (3 + 4)", natt, false},
		{"ip[ip[6] + 9] == 17", isakmp, true},
		{"udp port 500", six, true},
		{"ip6 and udp", six, true},
		{"ip and udp", six, false},
		{"ip6 host 2000::", six, true},
		{"net 2000::/16", six, true},
		{"net 2001::/16", six, false},
		{"dst host ::9", six, false},
		{"udp port 500", tagged(42, isakmp), false},
		{"vlan and udp port 500", tagged(42, isakmp), true},
		{"vlan 42 and udp port 500", tagged(42, isakmp), true},
		{"vlan 43 and udp port 500", tagged(42, isakmp), false},
		{"vlan 7 and vlan 42 and udp port 500", tagged(7, tagged(42, isakmp)), true},
		{"ether host 02:00:00:00:00:01", isakmp, true},
		{"ether src 02:00:00:00:00:01", isakmp, false},
		{"ether proto 0x888e", isakmp, false},
		{"greater 20 and less 60", isakmp, true},
		{"len > 100", isakmp, false},
		{"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", isakmp, false},
		{"port isakmp", isakmp, true},
		{"udp port 500 && !host 192.0.2.2", isakmp, true},
	}
	for _, test := range tests {
		p, err := Compile(test.expression, capture.LinkEthernet)
		if err != nil {
			t.Errorf("%q: %v", test.expression, err)
			continue
		}
		if got := p.Match(test.packet, len(test.packet)); got != test.want {
			t.Errorf("%q on %x: %v", test.expression, test.packet, got)
		}
	}
}

// What is not understood is refused, with the place.
func TestRefused(t *testing.T) {
	tests := []struct {
		expression, text string
		at               int
	}{
		{"udp prt 500", `unexpected "prt"`, 4},
		{"host gateway.example", `"gateway.example" is no address`, 5},
		{"port", `"" is no port`, 4},
		{"192.0.2.1 or udp", `"192.0.2.1" needs a word in front`, 0},
		{"ip port 500", `no port can be given behind "ip"`, 8},
		{"port 70000", `"70000" is no port`, 5},
		{"gateway 10.0.0.1", `unknown word "gateway"`, 0},
		{"(udp port 500", "a ) is missing", 13},
		{"udp or", "something is missing", 6},
		{"udp[8:3] = 0", "a size of 1, 2 or 4", 6},
		{"udp[8] and tcp", "a comparison is missing", 7},
		{"esp[0] = 1", `no bytes of "esp" can be named`, 0},
		{"tcp host 10.0.0.1", `no address can be given behind "tcp"`, 9},
		{"net 10.0.0.1/8", "bits behind its prefix", 4},
		{"ip host ::1", "is no address of that protocol", 8},
		{"vlan 5000", "no number above 4095", 5},
		{"port 500-510", "write portrange", 5},
		{"ip[0] / 0 = 1", "division by 0", 10},
		{strings.Repeat("(", 100) + "udp", "nested too deeply", 0},
		{"inbound", `unknown word "inbound"`, 0},
		{"src", "", 3},
	}
	for _, test := range tests {
		_, err := Compile(test.expression, capture.LinkEthernet)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Text, test.text) || test.at != 0 && e.At != test.at {
			t.Errorf("%q: %v (at %+v)", test.expression, err, e)
		}
	}
	for _, expression := range []string{"vlan", "ether host 02:00:00:00:00:01"} {
		if _, err := Compile(expression, capture.LinkRaw); err == nil {
			t.Errorf("%q on raw IP: no error", expression)
		}
	}
	if _, err := Compile("udp", capture.LinkPPP); err == nil {
		t.Error("a link type without layout: no error")
	}
}

func TestLinkTypes(t *testing.T) {
	whole := frame(17, "192.0.2.1", "203.0.113.9", udp(500, 500)...)
	ip := whole[14:]
	cooked := append(append(make([]byte, 14), 0x08, 0), ip...)
	cooked2 := append(append([]byte{0x08, 0}, make([]byte, 18)...), ip...)
	tests := map[capture.LinkType][]byte{
		capture.LinkEthernet: whole, capture.LinkRaw: ip, capture.LinkRaw12: ip, capture.LinkIPv4: ip,
		capture.LinkSLL: cooked, capture.LinkSLL2: cooked2,
		capture.LinkNull: append([]byte{2, 0, 0, 0}, ip...), capture.LinkLoop: append([]byte{0, 0, 0, 2}, ip...),
	}
	for link, b := range tests {
		for expression, want := range map[string]bool{"udp port 500": true, "tcp": false, "ip6": false, "arp": false, "src host 192.0.2.1": true} {
			p, err := Compile(expression, link)
			if err != nil {
				t.Fatal(err)
			}
			if p.Match(b, len(b)) != want {
				t.Errorf("%q on link type %d: not %v", expression, link, want)
			}
		}
	}
}

// A long expression needs jumps farther than a byte tells.
func TestLongExpression(t *testing.T) {
	var parts []string
	for i := range 60 {
		parts = append(parts, "host 10.0.0."+string(rune('0'+i%10))+" or udp port "+string(rune('1'+i%9))+"000")
	}
	p, err := Compile(strings.Join(parts, " or "), capture.LinkEthernet)
	if err != nil {
		t.Fatal(err)
	}
	b := frame(17, "192.0.2.1", "203.0.113.9", udp(1, 9000)...)
	if !p.Match(b, len(b)) {
		t.Error("the last alternative is not found")
	}
	b = frame(17, "192.0.2.1", "203.0.113.9", udp(1, 9)...)
	if p.Match(b, len(b)) {
		t.Error("found something that is not there")
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	p, err := Compile("host 192.0.2.1 and udp port 500 or 4500 or esp", capture.LinkEthernet)
	if err != nil {
		t.Fatal(err)
	}
	b := frame(50, "192.0.2.1", "203.0.113.9", 0, 0, 0, 0)
	if n := testing.AllocsPerRun(100, func() { p.Match(b, len(b)) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestParseProgram(t *testing.T) {
	p, err := ParseProgram("4\n40 0 0 12\n21 0 1 2048\n6 0 0 262144\n6 0 0 0\n")
	if err != nil {
		t.Fatal(err)
	}
	if b := frame(1, "192.0.2.1", "192.0.2.2"); !p.Match(b, len(b)) || p.Match(b[:13], 60) {
		t.Error("IPv4 is not matched, or what is too short is")
	}
	for _, text := range []string{"", "x", "2\n6 0 0 0", "1\n6 0 0", "1\n6 0 0 0 0", "1\n40 0 0 12", "2\n21 5 0 0\n6 0 0 0", "2\n5 0 0 7\n6 0 0 0",
		"2\n96 0 0 99\n6 0 0 0", "2\n52 0 0 0\n6 0 0 0", "1\n255 0 0 0"} {
		if _, err := ParseProgram(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{"udp port 500", "ip[ip[0]&0xf*4:2] > 5 or (vlan 3 and not esp)", "net 10.1 and portrange 1-2", "tcp[13]&2!=0"} {
		f.Add(s, []byte("some bytes of a packet"))
	}
	f.Fuzz(func(t *testing.T, s string, b []byte) {
		for link := range layouts {
			p, err := Compile(s, link)
			if err != nil {
				continue
			}
			if err := p.Check(); err != nil {
				t.Fatalf("%q: %v", s, err)
			}
			p.Match(b, len(b))
		}
	})
}

func FuzzProgram(f *testing.F) {
	f.Add("4\n40 0 0 12\n21 0 1 2048\n6 0 0 262144\n6 0 0 0\n", []byte("some bytes"))
	f.Fuzz(func(t *testing.T, s string, b []byte) {
		if p, err := ParseProgram(s); err == nil {
			p.Match(b, len(b))
		}
	})
}
