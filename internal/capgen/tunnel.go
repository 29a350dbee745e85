package capgen

import (
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// end is one end of a tunnel: the address as the capture shows it, and as the
// end itself knows it, which differs behind a NAT.
type end struct {
	seen, own netip.AddrPort
}

// plain is an end without NAT.
func plain(a string) end {
	p := netip.MustParseAddrPort(a)
	return end{p, p}
}

// behindNAT is an end whose own address the capture does not show.
func behindNAT(seen, own string) end {
	return end{netip.MustParseAddrPort(seen), netip.MustParseAddrPort(own)}
}

// child is one direction of a Child SA.
type child struct {
	spi, seq uint32
	ah       bool
}

// sender is 0 for the tunnel's initiator, 1 for its responder.
type sender int

const (
	initiator sender = 0
	responder sender = 1
)

// peers is what IKEv1 and IKEv2 have in common: two ends, the way messages
// travel, and one Child SA for each direction.
type peers struct {
	t      *trace
	end    [2]end
	spi    [2]uint64
	rtt    time.Duration
	marked bool // non-ESP marker; ESP in UDP
	child  [2]child

	stream *conn    // nil: no TCP stream
	fake   *fakeTCP // nil: ESP is not in fake TCP
	cisco  *cTCP    // nil: not Cisco's IPsec over TCP
}

func newPeers(t *trace, a, b end) peers {
	return peers{t: t, end: [2]end{a, b}, spi: [2]uint64{t.spi(), t.spi()}, rtt: 18 * time.Millisecond,
		child: [2]child{{spi: t.espSPI()}, {spi: t.espSPI()}}}
}

// ike captures an IKE message from one end to the other, and returns the IP
// packet; nil if it is in TCP.
func (p *peers) ike(from sender, message []byte) []byte {
	if p.stream != nil {
		p.stream.send(from, wire.Marked(message), carriesIKE)
		return nil
	}
	if p.cisco != nil {
		ends := netip.AddrPortFrom(p.end[from].seen.Addr(), 500)
		p.cisco.send(from, wire.ProtoUDP, wire.UDP(ends, ends, message, false), carriesIKE)
		return nil
	}
	if p.marked {
		message = wire.Marked(message)
	}
	return p.t.udp(p.end[from].seen, p.end[1-from].seen, message, carriesIKE)
}

// float moves both ends to NAT traversal ports: the responder to 4500, the
// initiator to 4500 as itself knows it and to natPort as the capture shows it.
func (p *peers) float(natPort uint16) {
	p.marked = true
	a, b := &p.end[0], &p.end[1]
	a.own = netip.AddrPortFrom(a.own.Addr(), 4500)
	a.seen = netip.AddrPortFrom(a.seen.Addr(), natPort)
	b.own = netip.AddrPortFrom(b.own.Addr(), 4500)
	b.seen = netip.AddrPortFrom(b.seen.Addr(), 4500)
}

// esp captures the next ESP (or AH) packet from one end, with size bytes of
// inner packet, and returns the IP packet; nil if it is in TCP.
func (p *peers) esp(from sender, size int) []byte {
	p.child[from].seq++
	return p.espNumber(from, p.child[from].seq, size)
}

// espNumber captures an ESP (or AH) packet with a given sequence number.
func (p *peers) espNumber(from sender, seq uint32, size int) []byte {
	c, t := p.child[from], p.t
	src, dst := p.end[from].seen, p.end[1-from].seen
	if c.ah {
		b := wire.AH(4, c.spi, seq, t.bytes(12), t.bytes(size))
		return t.ip(src.Addr(), dst.Addr(), wire.ProtoAH, b, carriesAH(c.spi))
	}
	// AES-GCM: IV, the inner packet with trailer padded to 4 bytes, ICV.
	b := wire.ESP(c.spi, seq, t.bytes(8+(size+2+3)/4*4+16))
	if p.fake != nil {
		p.fake.esp(from, b, carriesESP(c.spi))
		return nil
	}
	if p.stream != nil {
		p.stream.send(from, b, carriesESP(c.spi))
		return nil
	}
	if p.cisco != nil {
		p.cisco.send(from, wire.ProtoESP, b, carriesESP(c.spi))
		return nil
	}
	if !p.marked {
		return t.ip(src.Addr(), dst.Addr(), wire.ProtoESP, b, carriesESP(c.spi))
	}
	udp := wire.UDP(src, dst, b, src.Addr().Is6())
	return t.ip(src.Addr(), dst.Addr(), wire.ProtoUDP, udp, carriesESP(c.spi))
}

// skip lets sequence numbers pass unseen: sent, but lost before the capture.
func (p *peers) skip(from sender, n uint32) { p.child[from].seq += n }

// ping captures n echoes: one packet from the initiator, one back, each second.
func (p *peers) ping(n int) {
	for range n {
		p.esp(initiator, 84)
		p.t.wait(p.rtt)
		p.esp(responder, 84)
		p.t.wait(time.Second - p.rtt)
	}
}

// flow captures n packets from one end, 4 milliseconds apart, of varied size.
func (p *peers) flow(from sender, n int) {
	for range n {
		p.esp(from, 60+p.t.below(600))
		p.t.wait(4 * time.Millisecond)
	}
}

// keepalive captures a NAT keepalive: one byte 0xff (RFC 3948 2.3).
func (p *peers) keepalive(from sender) {
	if p.stream != nil {
		p.stream.send(from, []byte{0xff}, carriesKeepalive)
		return
	}
	p.t.udp(p.end[from].seen, p.end[1-from].seen, []byte{0xff}, carriesKeepalive)
}
