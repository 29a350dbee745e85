package dissect

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/ikesniff/ikesniff/capture"
)

// compareWithGopacket decodes an Ethernet frame both ways. Frames that one of
// the two takes otherwise for a reason listed in the package documentation are
// left out; agreed tells whether the frame was compared as far as its payload.
func compareWithGopacket(t *testing.T, b []byte) (agreed bool) {
	t.Helper()
	var d Datagram
	NewDecoder().Decode(&capture.Packet{LinkType: capture.LinkEthernet, Data: b, OrigLen: len(b)}, &d)

	var l oracleLayers
	parser := l.parser()
	var decoded []gopacket.LayerType
	err := parser.DecodeLayers(b, &decoded)
	if d.Encap&^(EncapVLAN|EncapQinQ) != 0 {
		return false // gopacket is not asked about tunnels
	}
	if t := l.eth.EthernetType; t == layers.EthernetTypeRaw || l.vlan.Type == layers.EthernetTypeRaw {
		return false // FFFF is IPv4 to gopacket
	}
	if d.Status == StatusQuote || d.Problem == problemQuote {
		return false // nor about the packets in ICMP errors
	}
	var ip, transport gopacket.LayerType
	for _, layer := range decoded {
		switch layer {
		case layers.LayerTypeIPv4, layers.LayerTypeIPv6:
			if ip != 0 {
				return false // IP in IP
			}
			ip = layer
		case layers.LayerTypeUDP, layers.LayerTypeTCP:
			transport = layer
		}
	}
	tagged := len(decoded) > 1 && decoded[1] == layers.LayerTypeDot1Q
	if ip == 0 {
		if d.Status == StatusOK && err == nil && !llcFrame(b, tagged, &l) {
			t.Fatalf("protocol %d found, gopacket found no IP in %v", d.Proto, decoded)
		}
		return false
	}
	if tagged && (d.Encap&EncapVLAN == 0 || d.VLAN != l.vlan.VLANIdentifier) {
		t.Fatalf("VLAN %d in %d, gopacket %d", d.VLAN, d.Encap, l.vlan.VLANIdentifier)
	}

	var src, dst netip.Addr
	var proto uint8
	switch ip {
	case layers.LayerTypeIPv4:
		if l.ip4.Version != 4 {
			mustBe(t, &d, StatusMalformed)
			return false
		}
		src, _ = netip.AddrFromSlice(l.ip4.SrcIP)
		dst, _ = netip.AddrFromSlice(l.ip4.DstIP)
		proto = uint8(l.ip4.Protocol)
		if err != nil && transport == 0 {
			// An IPv4 option, or a transport header that both refuse.
			return false
		}
		if d.TTL != l.ip4.TTL || d.IPID != uint32(l.ip4.Id) || d.DF != (l.ip4.Flags&layers.IPv4DontFragment != 0) {
			t.Fatalf("TTL %d, ID %x, DF %v; gopacket %d, %x, %v", d.TTL, d.IPID, d.DF, l.ip4.TTL, l.ip4.Id, l.ip4.Flags)
		}
		if l.ip4.FragOffset != 0 || l.ip4.Flags&layers.IPv4MoreFragments != 0 {
			if d.Status == StatusMalformed { // beyond 65535
				return false
			}
			mustBe(t, &d, StatusFragment)
			if d.Frag.Offset != 8*int(l.ip4.FragOffset) || !bytes.Equal(d.Payload, l.ip4.Payload) {
				t.Fatalf("fragment at %d, %x; gopacket %d, %x", d.Frag.Offset, d.Payload, 8*int(l.ip4.FragOffset), l.ip4.Payload)
			}
			return true
		}
	case layers.LayerTypeIPv6:
		if l.ip6.Version != 6 {
			mustBe(t, &d, StatusMalformed)
			return false
		}
		src, _ = netip.AddrFromSlice(l.ip6.SrcIP)
		dst, _ = netip.AddrFromSlice(l.ip6.DstIP)
		if err != nil && transport == 0 {
			return false
		}
		proto = uint8(l.ip6.NextHeader)
		if l.ip6.HopByHop != nil {
			proto = uint8(l.ip6.HopByHop.NextHeader)
		}
		if d.TTL != l.ip6.HopLimit {
			t.Fatalf("hop limit %d, gopacket %d", d.TTL, l.ip6.HopLimit)
		}
	}
	if d.Src.Addr() != src || d.Dst.Addr() != dst {
		t.Fatalf("from %v to %v, gopacket %v, %v", d.Src, d.Dst, src, dst)
	}
	switch transport {
	case layers.LayerTypeUDP:
		if l.udp.Length == 0 && src.Is4() {
			mustBe(t, &d, StatusMalformed)
			return false
		}
		if err != nil {
			return false
		}
		mustBe(t, &d, StatusOK)
		if d.Src.Port() != uint16(l.udp.SrcPort) || d.Dst.Port() != uint16(l.udp.DstPort) {
			t.Fatalf("ports %v %v, gopacket %v %v", d.Src, d.Dst, l.udp.SrcPort, l.udp.DstPort)
		}
		if !bytes.Equal(d.Payload, l.udp.Payload) {
			t.Fatalf("payload %x, gopacket %x", d.Payload, l.udp.Payload)
		}
	case layers.LayerTypeTCP:
		if err != nil {
			return false
		}
		mustBe(t, &d, StatusOK)
		h := d.TCP
		flags := [...]bool{l.tcp.FIN, l.tcp.SYN, l.tcp.RST, l.tcp.PSH, l.tcp.ACK, l.tcp.URG, l.tcp.ECE, l.tcp.CWR}
		for bit, set := range flags {
			if h.Flags>>bit&1 == 1 != set {
				t.Fatalf("flags %08b, gopacket %v", h.Flags, flags)
			}
		}
		if d.Src.Port() != uint16(l.tcp.SrcPort) || d.Dst.Port() != uint16(l.tcp.DstPort) ||
			h.Seq != l.tcp.Seq || h.Ack != l.tcp.Ack || h.Window != l.tcp.Window || len(h.Options) != 4*int(l.tcp.DataOffset)-20 {
			t.Fatalf("%v %v %+v, gopacket %+v", d.Src, d.Dst, h, l.tcp)
		}
		if !bytes.Equal(d.Payload, l.tcp.Payload) {
			t.Fatalf("payload %x, gopacket %x", d.Payload, l.tcp.Payload)
		}
	default:
		if err != nil {
			return false
		}
		switch proto {
		case ProtoESP, ProtoAH:
			var rest []byte
			if rest = l.ip4.Payload; ip == layers.LayerTypeIPv6 {
				rest = l.ip6.Payload
			}
			if d.Status == StatusOK && !bytes.Equal(d.Payload, rest) {
				t.Fatalf("payload %x, gopacket %x", d.Payload, rest)
			}
			return d.Status == StatusOK
		}
		return false
	}
	if d.Proto != proto {
		t.Fatalf("protocol %d, gopacket %d", d.Proto, proto)
	}
	return true
}

// llcFrame tells whether gopacket stopped at an 802.2 header or at a type of
// frame that it was given no layer for.
func llcFrame(b []byte, tagged bool, l *oracleLayers) bool {
	t := l.eth.EthernetType
	if tagged {
		t = l.vlan.Type
	}
	return t < etherTypeMin || t == layers.EthernetTypeLLC || t == etherOldQinQ || t == etherServiceVLAN || be16(b[12:]) < etherTypeMin
}

func mustBe(t *testing.T, d *Datagram, s Status) {
	t.Helper()
	if d.Status != s {
		t.Fatalf("status %d (%q), want %d", d.Status, d.Problem, s)
	}
}

// oracleSeeds are the frames of the tables that begin with Ethernet or can.
func oracleSeeds() [][]byte {
	var seeds [][]byte
	for _, f := range allFrames() {
		switch f.link {
		case capture.LinkEthernet:
			seeds = append(seeds, f.data)
		case capture.LinkRaw:
			t := etherIPv4
			if f.data[0]>>4 == 6 {
				t = etherIPv6
			}
			seeds = append(seeds, eth(t, f.data))
		}
	}
	return seeds
}

// Frames with a few bytes changed, always the same ones.
func TestAgainstGopacketMutated(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	compared := 0
	for _, seed := range oracleSeeds() {
		for range 2000 {
			b := bytes.Clone(seed)
			for range rng.IntN(4) {
				b[rng.IntN(len(b))] = byte(rng.Uint32())
			}
			if rng.IntN(4) == 0 {
				b = b[:rng.IntN(len(b)+1)]
			}
			if compareWithGopacket(t, b) {
				compared++
			}
		}
	}
	if compared < 50000 {
		t.Errorf("only %d frames were compared to the end", compared)
	}
}

func TestAgainstGopacketShared(t *testing.T) {
	for _, folder := range []string{"captures", "lab-captures"} {
		compared, all := 0, 0
		for _, name := range captureFiles(t, folder) {
			for _, p := range readFrames(t, name) {
				if p.LinkType != capture.LinkEthernet {
					continue
				}
				all++
				if compareWithGopacket(t, p.Data) {
					compared++
				}
			}
		}
		if compared < all*3/4 {
			t.Errorf("%s: %d of %d frames were compared to the end", folder, compared, all)
		}
	}
}

func FuzzAgainstGopacket(f *testing.F) {
	for _, b := range oracleSeeds() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { compareWithGopacket(t, b) })
}
