package capture

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

func TestForeign(t *testing.T) {
	const sniffer = "it looks like the text of a FortiGate's sniffer, which this version does not read yet; convert it to pcap first."
	const debug = "it looks like a FortiGate's IKE debug text, which this version does not read yet."
	tests := []struct{ begins, want string }{
		{"\x04\x22\x4d\x18\x64\x40", "it is compressed with lz4; decompress it first (lz4 -d)."},
		{"\xfd7zXZ\x00\x00\x04", "it is compressed with xz; decompress it first (xz -d)."},
		{"BZh91AY", "it is compressed with bzip2; decompress it first (bzip2 -d)."},
		{"snoop\x00\x00\x00\x00\x00\x00\x02", "it is a snoop capture; convert it first (editcap -F pcap)."},
		{"PK\x03\x04\x14", "it is a zip archive; unpack it first."},
		{"\xac\x01\x00\x1c\x02\x00", "it is an Ixia variant of pcap; convert it first (editcap -F pcap)."},
		{"\x7fELF\x02\x01\x01\x00\x00", "it is no capture file: it begins with the bytes 7f 45 4c 46 02 01 01 00."},
		{"\x00", "it is no capture file: it begins with the bytes 00."},
		{"ab", `it is no capture file: it begins with the text "ab".`},
		{"\r\n<!DOCTYPE html>\r\n<p>\x1b]0;x", `it is no capture file: it begins with the text "".`},
		{"{\"title\":\"\x1b[31m\"}\n", `it is no capture file: it begins with the text "{\"title\":\"\x1b[31m\"}".`},
		{strings.Repeat("\u00e9", 300), `it is no capture file: it begins with the text "` + strings.Repeat("\u00e9", 20) + `".`},
		{"FGT # diagnose sniffer packet any 'port 500' 4 0 l\n", sniffer},
		{"FGT # diag snif pack wan1 \"esp\" 6\n", sniffer},
		{"interfaces=[any]\r\nfilters=[port 4500]\r\n", sniffer},
		{"2026-02-26 23:17:23.208180 port2 in 10.3.2.150.59641 -> 10.55.3.193.4500: udp 842\n", sniffer},
		{"0.951319 wan1 -- 10.108.17.105.22 -> 192.168.196.105.58129: psh 814810657 ack 3631359721\n", sniffer},
		{"4.321 hello -> world\n", `it is no capture file: it begins with the text "4.321 hello -> world".`},
		{"ike V=root:0:ipsec_0: NAT keep-alive 4\n", debug},
		{"ike 0:hub:12: sent IKE msg (R-U-THERE)\n", debug},
		{"I like 0: zeros\n", `it is no capture file: it begins with the text "I like 0: zeros".`},
	}
	for _, tt := range tests {
		for _, b := range [][]byte{[]byte(tt.begins), gz(t, []byte(tt.begins))} {
			_, info := read(t, b)
			if want := "x cannot be read: " + tt.want; info.Err != want || info.Complete || info.Format != "" {
				t.Errorf("%.60q: %+v, want %s", tt.begins, info, want)
			}
		}
	}
	twice := gz(t, gz(t, smallPcap()))
	if _, info := read(t, twice); info.Err != "x cannot be read: it is compressed twice with gzip; decompress it first (gzip -d)." {
		t.Errorf("%+v", info)
	}
}

// TestSharedTexts: texts of real FortiGates are known as such, also where a
// terminal's log begins with something else.
func TestSharedTexts(t *testing.T) {
	dir := testenv.Shared(t, "fortigate-texts")
	want := map[string]string{
		"failover-sniffer-verbosity4.txt": "sniffer", "failover-ike-debug.txt": "IKE debug",
		"hub-gateway-list.txt": "begins with the text", "tcpsock.txt": "begins with the text",
		"sniftran/fac.txt": "begins with the text", // tcpdump's own output
	}
	more, err := filepath.Glob(filepath.Join(dir, "sniftran", "*.txt"))
	if err != nil || len(more) == 0 {
		t.Fatalf("no sniffer texts: %v", err)
	}
	for _, path := range more {
		if name := "sniftran/" + filepath.Base(path); want[name] == "" {
			want[name] = "sniffer"
		}
	}
	for name, what := range want {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		info := readFile(t, filepath.Join(dir, name), nil)
		if !strings.Contains(info.Err, what) {
			t.Errorf("%s: %s", name, info.Err)
		}
	}
}
