package pipeline

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/internal/capgen/wire"
	"github.com/ikesniff/ikesniff/report"
)

// noSource has no interfaces.
type noSource struct{ capture.Source }

func (noSource) Interfaces() []string { return nil }

// asked gives a keeper a question to a name server.
func asked(k *keeper, n uint64, at int64, from, to netip.Addr) {
	src, dst := netip.AddrPortFrom(from, uint16(1024+n%60000)), netip.AddrPortFrom(to, 53)
	b := wire.Ethernet(wire.IP(wire.IPHeader{Src: src.Addr(), Dst: dst.Addr(), Proto: wire.ProtoUDP, TTL: 60}, wire.UDP(src, dst, make([]byte, 1000), false)))
	k.begin(&capture.Packet{Ref: capture.FrameRef(0, n), Time: at, LinkType: capture.LinkEthernet, Data: b, OrigLen: len(b)})
	k.end()
}

// One pair of addresses with ever new flows, and nobody else, holds no more
// than all pairs may.
func TestKeeperHoldsNoMore(t *testing.T) {
	k := newKeeper(noSource{}, func(*Kept) {})
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for n := range uint64(60_000) {
		asked(k, n, int64(n)*1e5, a, b) // 10,000 in a second
		if k.held > holdAtMost+2000 {
			t.Fatalf("%d bytes are held after %d packets", k.held, n)
		}
	}
	for n := range uint64(100) {
		asked(k, n, 6e9+int64(n)*1e9, a, b)
	}
	if k.held > 12*1100 {
		t.Errorf("%d bytes are held of the last ten seconds, in which 10 packets came", k.held)
	}
	held := 0
	for _, p := range k.pairs {
		for i := range p.held {
			held += len(p.held[i].packet.Data)
		}
	}
	if held != k.held {
		t.Errorf("%d bytes are held, %d are counted", held, k.held)
	}
}

// Pairs that were idle for long are forgotten, though there is room.
func TestKeeperForgetsPairs(t *testing.T) {
	k := newKeeper(noSource{}, func(*Kept) {})
	to := netip.MustParseAddr("192.0.2.2")
	for n := range uint64(5_000) {
		asked(k, n, int64(n)*1e9, netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)}), to)
		k.flush()
		if len(k.pairs) > 2*keepIdle/1e9+1 {
			t.Fatalf("%d pairs after %d seconds", len(k.pairs), n)
		}
	}
}

// What names packets is forgotten with its tunnel, and with the endpoints that
// the tunnel has left.
func TestLabelsForget(t *testing.T) {
	l := newLabels()
	judge := func(n int) *flows.Judgement {
		end := func(i int) flows.Ends {
			return flows.Ends{A: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 4500), B: netip.MustParseAddrPort("192.0.2.1:4500")}
		}
		return &flows.Judgement{Tunnels: []flows.Judged{{Tunnel: &report.Tunnel{ID: "roams"}, Ends: []flows.Ends{end(n), end(n + 1)}}}}
	}
	for n := range 1000 {
		l.judged(judge(n), 1)
	}
	if len(l.byEnds) != 2 || len(l.byPair) != 2 || len(l.ends) != 1 {
		t.Errorf("%d endpoints, %d pairs, %d tunnels", len(l.byEnds), len(l.byPair), len(l.ends))
	}
	for n := range 1000 {
		j := judge(n)
		j.Tunnels[0].Tunnel.ID = fmt.Sprint(n)
		l.judged(j, 1)
		l.forget([]string{fmt.Sprint(n)})
	}
	l.forget([]string{"roams"})
	if len(l.byEnds)+len(l.byPair)+len(l.ends) != 0 {
		t.Errorf("%d endpoints, %d pairs, %d tunnels are left", len(l.byEnds), len(l.byPair), len(l.ends))
	}
}
