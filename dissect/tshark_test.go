package dissect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/internal/testenv"
)

// pcapngOf returns a capture file of frames of several link types.
func pcapngOf(frames []frame) []byte {
	le := binary.LittleEndian
	var b []byte
	block := func(kind uint32, body ...[]byte) {
		content := cat(body...)
		content = append(content, make([]byte, -len(content)&3)...)
		b = le.AppendUint32(b, kind)
		b = le.AppendUint32(b, uint32(12+len(content)))
		b = append(b, content...)
		b = le.AppendUint32(b, uint32(12+len(content)))
	}
	word := func(v int) []byte { return le.AppendUint32(nil, uint32(v)) }
	block(0x0a0d0d0a, word(0x1a2b3c4d), word(1), word(-1), word(-1)) // section, version 1.0
	interfaces := map[capture.LinkType]int{}
	for _, f := range frames {
		id, ok := interfaces[f.link]
		if !ok {
			id = len(interfaces)
			interfaces[f.link] = id
			block(1, word(int(f.link)), word(0)) // interface description
		}
		block(6, word(id), word(0), word(0), word(len(f.data)), word(len(f.data)), f.data) // enhanced packet
	}
	return b
}

// tsharkTuples asks tshark for the innermost addresses and ports of each frame,
// as "source:port > destination:port", without ports where there are none.
func tsharkTuples(t *testing.T, tshark string, frames []frame) []string {
	t.Helper()
	fields := []string{"frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "udp.srcport", "udp.dstport", "tcp.srcport", "tcp.dstport"}
	// Offloaded lengths are off by default, pseudowires must be named, and
	// reassembly would move fields to other frames.
	args := []string{"-n", "-r", "-", "-T", "fields", "-E", "occurrence=l", "-E", "separator=|",
		"-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-o", "ipv6.tso_support:TRUE",
		"-d", "udp.port==8472,vxlan", "-d", "mpls.label==17,pwethcw", "-d", "mpls.label==18,pwethnocw"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	cmd := exec.Command(tshark, args...)
	cmd.Stdin = bytes.NewReader(pcapngOf(frames))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(frames) {
		t.Fatalf("tshark: %d lines for %d frames", len(lines), len(frames))
	}
	tuples := make([]string, len(lines))
	for i, line := range lines {
		v := strings.Split(line, "|")
		layers := strings.Split(v[0], ":")
		var src, dst, sport, dport string
		for _, l := range layers {
			switch l {
			case "ip":
				src, dst, sport, dport = v[1], v[2], "", ""
			case "ipv6":
				src, dst, sport, dport = v[3], v[4], "", ""
			case "udp":
				sport, dport = ":"+v[5], ":"+v[6]
			case "tcp":
				sport, dport = ":"+v[7], ":"+v[8]
			}
		}
		tuples[i] = fmt.Sprintf("%s%s > %s%s", src, sport, dst, dport)
	}
	return tuples
}

func tuple(d *Datagram) string {
	if d.Src.Port() == 0 && d.Dst.Port() == 0 {
		return fmt.Sprintf("%v > %v", d.Src.Addr(), d.Dst.Addr())
	}
	return fmt.Sprintf("%v:%d > %v:%d", d.Src.Addr(), d.Src.Port(), d.Dst.Addr(), d.Dst.Port())
}

// tshark finds the same innermost addresses and ports in the frames of the
// tables, and in quoted packets.
func TestAgainstTshark(t *testing.T) {
	tshark := testenv.Program(t, "tshark")
	var frames []frame
	for _, f := range allFrames() {
		if f.want.status == StatusOK || f.want.status == StatusFragment && f.want.frag.Offset != 0 {
			frames = append(frames, f)
		}
	}
	for _, c := range quoteCases {
		frames = append(frames, frame{name: c.name, link: capture.LinkRaw, data: c.data})
	}
	// What Debian 12's tshark has no decoder for, or takes otherwise.
	differs := map[string]string{
		"payload length 0 with options": "it insists on a jumbo option",
		"null, Linux":                   "it knows the address families of BSD only",
		"ah around ip":                  "AH is payload here, and it reads on",
		"erspan III with an ip packet":  "it knows Ethernet only",
		"jumbo":                         "it insists on more than 65535 bytes",
		"jumbo option behind Pad1":      "the same",
		"jumbo beyond the frame":        "the same",
	}
	for i, want := range tsharkTuples(t, tshark, frames) {
		f := frames[i]
		d := decode(f.link, f.data)
		got := tuple(&d)
		if why, ok := differs[f.name]; ok {
			if got == want {
				t.Logf("%s: this tshark agrees, although %s", f.name, why)
			}
			continue
		}
		if got != want {
			t.Errorf("link type %d, %s: %s, tshark %s", f.link, f.name, got, want)
		}
	}
}
