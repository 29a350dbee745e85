package pipeline

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// rawUDP is an IPv4 packet with a datagram, as LinkRaw has it.
func rawUDP(src, dst netip.AddrPort, size int) []byte {
	b := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0}
	b = append(append(b, src.Addr().AsSlice()...), dst.Addr().AsSlice()...)
	b = binary.BigEndian.AppendUint16(b, src.Port())
	b = binary.BigEndian.AppendUint16(b, dst.Port())
	b = binary.BigEndian.AppendUint16(b, uint16(8+size))
	b = append(b, 0, 0)
	b = append(b, make([]byte, size)...)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	return b
}

// keepTest feeds a keeper packets of flows, of which some turn out to be IPsec.
type keepTest struct {
	k    *keeper
	n    uint64
	now  int64
	kept []Kept
}

func newKeepTest() *keepTest {
	x := &keepTest{now: 1_790_000_000e9}
	x.k = newKeeper(&source{}, func(k *Kept) {
		own := *k
		own.Packet.Data = append([]byte(nil), k.Packet.Data...)
		own.Comments = append([]string(nil), k.Comments...)
		x.kept = append(x.kept, own)
	})
	return x
}

// packet takes a packet in; ipsec if it completes a message.
func (x *keepTest) packet(src, dst string, ipsec bool) {
	x.n++
	x.now += 1e6
	a, b := addrPort(src), addrPort(dst)
	p := capture.Packet{Ref: capture.FrameRef(0, x.n), Time: x.now, LinkType: capture.LinkRaw, Data: rawUDP(a, b, 64)}
	p.OrigLen = len(p.Data)
	x.k.begin(&p)
	if ipsec {
		x.k.event(&reassembly.Event{Kind: reassembly.KindMessage, Src: a, Dst: b, Transport: reassembly.TransportUDPNATT})
	}
	x.k.end()
}

func (x *keepTest) numbers() string {
	x.k.flush()
	var out []string
	for i := range x.kept {
		out = append(out, fmt.Sprint(x.kept[i].Packet.Ref.Number()))
	}
	x.kept = nil
	return strings.Join(out, " ")
}

const (
	keepClient  = "192.0.2.1:4500"
	keepGateway = "198.51.100.1:4500"
)

// What came before the first message of a pair is kept with it, in order; other
// pairs are not.
func TestKeepWhatCameBefore(t *testing.T) {
	x := newKeepTest()
	x.packet(keepClient, keepGateway, false)              // 1
	x.packet("192.0.2.1:999", "198.51.100.1:53", false)   // 2: another flow of the pair
	x.packet("192.0.2.7:999", "198.51.100.1:53", false)   // 3: another pair
	x.packet(keepGateway, keepClient, true)               // 4
	x.packet("192.0.2.7:999", "198.51.100.1:53", false)   // 5
	x.packet(keepClient, keepGateway, false)              // 6: of the flow
	x.packet("198.51.100.1:8443", "192.0.2.1:777", false) // 7: a new flow of the pair
	if got := x.numbers(); got != "1 2 4 6 7" {
		t.Errorf("kept %s", got)
	}
}

// Of other flows between the two the first packets are kept, no more.
func TestKeepBeginningsOnly(t *testing.T) {
	x := newKeepTest()
	x.packet(keepClient, keepGateway, true)
	for range keepFirst + 20 {
		x.packet("192.0.2.1:999", "198.51.100.1:80", false)
	}
	x.k.flush()
	if len(x.kept) != 1+keepFirst {
		t.Errorf("%d packets kept, want %d", len(x.kept), 1+keepFirst)
	}
}

// What is held for a verdict is bounded in time and bytes, and so are pairs.
func TestKeepIsBounded(t *testing.T) {
	x := newKeepTest()
	for i := range 150_000 {
		src := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 5000)
		x.packet(src.String(), "198.51.100.1:443", false)
		if x.k.held > holdAtMost || len(x.k.pairs) > keepPairs {
			t.Fatalf("%d bytes held, %d pairs", x.k.held, len(x.k.pairs))
		}
	}
	first := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, 0}), 5000).String()
	x.packet(first, "198.51.100.1:443", true) // what came of it long ago is gone
	if got, want := x.numbers(), fmt.Sprint(x.n); got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
}

// Comments name packet, tunnel, anomalies and what a packet proves.
func TestKeepComments(t *testing.T) {
	x := newKeepTest()
	x.packet(keepClient, keepGateway, true)
	x.packet(keepGateway, keepClient, true)
	u := &report.Tunnel{ID: "612d1e99638d", Anomalies: []report.Anomaly{
		{Code: "esp-loss", Severity: report.SeverityWarning, Refs: []report.RoleRef{{Ref: report.Ref{Frame: 2}, Role: "hole"}}},
		{Code: "nat-detected", Severity: report.SeverityInfo},
		{Code: "one-way-esp", Severity: report.SeverityNotice, ConsequenceOf: "esp-loss-1"},
	}}
	x.k.judged(&flows.Judgement{Tunnels: []flows.Judged{{Tunnel: u, Ends: []flows.Ends{{A: addrPort(keepGateway), B: addrPort(keepClient)}}}}})
	x.k.flush()
	if got := strings.Join(x.kept[0].Comments, "|"); got != "ikesniff: packet 1, tunnel 612d1e99638d, esp-loss (warning)" {
		t.Errorf("comment %q", got)
	}
	if got := strings.Join(x.kept[1].Comments, "|"); got != "ikesniff: packet 2, tunnel 612d1e99638d, esp-loss (warning)|esp-loss (warning): hole" {
		t.Errorf("comment %q", got)
	}
	x.kept = nil
	x.k.judged(&flows.Judgement{Forgotten: []string{u.ID}})
	x.packet(keepClient, keepGateway, true)
	x.k.flush()
	if got := strings.Join(x.kept[0].Comments, "|"); got != "ikesniff: packet 3, tunnel not known yet" {
		t.Errorf("comment %q", got)
	}
}
