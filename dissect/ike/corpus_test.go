package ike

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

// udpPayload is one UDP payload of a capture.
type udpPayload struct {
	frame    int
	src, dst uint16
	b        []byte
	wireLen  int
}

// ike cuts the non-ESP marker off where the ports call for one.
func (u udpPayload) ike() ([]byte, int, bool) {
	switch {
	case u.src == 500 || u.dst == 500 || u.src == 848 || u.dst == 848:
		return u.b, u.wireLen, true
	case u.src == 4500 || u.dst == 4500:
		if len(u.b) > 4 && bytes.Equal(u.b[:4], []byte{0, 0, 0, 0}) {
			return u.b[4:], u.wireLen - 4, true
		}
	}
	return nil, 0, false
}

// readUDP reads the UDP payloads of a pcap or pcapng file, gzipped or not. IP
// fragments are left out.
func readUDP(t testing.TB, name string) []udpPayload {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	var out []udpPayload
	for i, r := range records(data) {
		p := gopacket.NewPacket(r.data, r.link, gopacket.DecodeOptions{})
		if ip, ok := p.NetworkLayer().(*layers.IPv4); ok && (ip.FragOffset != 0 || ip.Flags&layers.IPv4MoreFragments != 0) {
			continue
		}
		u, ok := p.TransportLayer().(*layers.UDP)
		if !ok || u.Length < 8 {
			continue
		}
		b := u.Payload[:min(len(u.Payload), int(u.Length)-8)]
		out = append(out, udpPayload{i + 1, uint16(u.SrcPort), uint16(u.DstPort), b, int(u.Length) - 8})
	}
	return out
}

type record struct {
	data []byte
	link layers.LinkType
}

// records reads the packets of a classic pcap or a pcapng file, as far as
// these tests need it.
func records(b []byte) []record {
	var out []record
	if len(b) < 24 {
		return nil
	}
	if !bytes.Equal(b[:4], []byte{0x0a, 0x0d, 0x0d, 0x0a}) {
		order := binary.ByteOrder(binary.LittleEndian)
		if b[0] == 0xa1 {
			order = binary.BigEndian
		}
		link := layers.LinkType(order.Uint32(b[20:]))
		for b = b[24:]; len(b) >= 16; {
			n := min(int(order.Uint32(b[8:])), len(b)-16)
			out = append(out, record{b[16 : 16+n], link})
			b = b[16+n:]
		}
		return out
	}
	order := binary.ByteOrder(binary.LittleEndian)
	var links []layers.LinkType
	for len(b) >= 12 {
		if bytes.Equal(b[:4], []byte{0x0a, 0x0d, 0x0d, 0x0a}) {
			order, links = binary.LittleEndian, nil
			if b[8] == 0x1a {
				order = binary.BigEndian
			}
		}
		n := int(order.Uint32(b[4:]))
		if n < 12 || n > len(b) {
			break
		}
		switch order.Uint32(b) {
		case 1:
			links = append(links, layers.LinkType(order.Uint16(b[8:])))
		case 6:
			out = append(out, record{b[28 : 28+order.Uint32(b[20:])], links[order.Uint32(b[8:])]})
		}
		b = b[n:]
	}
	return out
}

type truth struct {
	Tshark struct {
		IKE struct {
			Messages    int               `json:"messages"`
			MessageList []json.RawMessage `json:"message_list"`
			Payloads    []truthCount      `json:"payloads"`
			Notifies    []truthCount      `json:"notifies"`
		} `json:"ike"`
	} `json:"tshark"`
}

type truthCount struct {
	Type  int    `json:"type"`
	Major string `json:"ike_major"`
	Count int    `json:"count"`
}

func captures(t testing.TB) map[string]truth {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(testenv.Shared(t, "captures"), "*.truth.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no truth files: %v", err)
	}
	out := map[string]truth{}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		var tr truth
		if err := json.Unmarshal(b, &tr); err != nil {
			t.Fatalf("%s: %v", n, err)
		}
		out[strings.TrimSuffix(n, ".truth.json")] = tr
	}
	return out
}

// strictMisses lists the captures with messages that only PlausibleOnPort
// takes, and why.
var strictMisses = map[string]int{
	"ike_arkime_cert-synthetic.pcap":       4, // IKE_SA_INIT with message ID 1 and no flags; messages of only a header
	"bad_tcpdump_ikev2pI2-segfault.pcapng": 1, // the KE payload reaches beyond the message
	"bad_tcpdump_isakmp-no-none-np.pcapng": 1, // SPIs of zero, 2102 trailing bytes
	"bad_tcpdump_ikev2-id-short.pcap":      1, // SPIs of zero, bytes behind the last payload
}

func TestPlausibleOnSharedCaptures(t *testing.T) {
	for name, tr := range captures(t) {
		base := filepath.Base(name)
		frames := map[int]bool{}
		for _, row := range tr.Tshark.IKE.MessageList {
			var cols []any
			if err := json.Unmarshal(row, &cols); err != nil {
				t.Fatal(err)
			}
			frames[int(cols[0].(float64))] = true
		}
		misses := 0
		for _, u := range readUDP(t, name) {
			b, n, onPort := u.ike()
			if !onPort {
				if Plausible(u.b, u.wireLen) {
					t.Errorf("%s frame %d: taken for IKE", base, u.frame)
				}
				continue
			}
			if got := PlausibleOnPort(b, n); got != frames[u.frame] {
				t.Errorf("%s frame %d: PlausibleOnPort = %v, tshark says %v", base, u.frame, got, frames[u.frame])
			}
			if strict := Plausible(b, n); strict && !frames[u.frame] {
				t.Errorf("%s frame %d: taken for IKE", base, u.frame)
			} else if !strict && frames[u.frame] {
				misses++
			}
		}
		if misses != strictMisses[base] {
			t.Errorf("%s: Plausible misses %d messages, want %d", base, misses, strictMisses[base])
		}
	}
}

// The payloads and notifies that the walk finds are those that tshark counts,
// in every capture that is not malformed.
func TestCountsOfSharedCaptures(t *testing.T) {
	type key struct {
		major string
		typ   int
	}
	files := 0
	for name, tr := range captures(t) {
		base := filepath.Base(name)
		payloads, notifies := map[key]int{}, map[key]int{}
		messages := 0
		for _, u := range readUDP(t, name) {
			b, n, ok := u.ike()
			if !ok || !PlausibleOnPort(b, n) {
				continue
			}
			messages++
			m, err := Parse(b, n)
			if err != nil {
				t.Fatal(err)
			}
			major := string('0' + rune(m.Version.Major))
			w := m.Walk()
			for w.Next() {
				p := w.Payload()
				payloads[key{major, int(p.Type)}]++
				switch p.Type {
				case PayloadNotify:
					if x, err := ParseNotify(p.Body); err == nil {
						notifies[key{major, int(x.Type)}]++
					}
				case PayloadV1Notify:
					if x, err := ParseV1Notify(p.Body); err == nil {
						notifies[key{major, int(x.Type)}]++
					}
				}
			}
			if err := w.Err(); err != nil && !strings.HasPrefix(base, "bad_") {
				t.Errorf("%s frame %d: %v", base, u.frame, err)
			}
		}
		if messages == 0 || messages != tr.Tshark.IKE.Messages || strings.HasPrefix(base, "bad_") {
			continue // fragmented, or malformed
		}
		files++
		wantPayloads, wantNotifies := map[key]int{}, map[key]int{}
		for _, c := range tr.Tshark.IKE.Payloads {
			wantPayloads[key{c.Major, c.Type}] = c.Count
		}
		for _, c := range tr.Tshark.IKE.Notifies {
			wantNotifies[key{c.Major, c.Type}] = c.Count
		}
		if d := cmp.Diff(wantPayloads, payloads, cmp.AllowUnexported(key{})); d != "" {
			t.Errorf("%s: payloads: %s", base, d)
		}
		if d := cmp.Diff(wantNotifies, notifies); d != "" {
			t.Errorf("%s: notifies: %s", base, d)
		}
	}
	if files < 20 {
		t.Errorf("only %d captures were compared", files)
	}
}
