package dissect

import (
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/ikesniff/ikesniff/capture"
)

// benchFrames are the usual frames of an IPsec capture.
var benchFrames = []struct {
	name string
	data []byte
}{
	{"esp-udp4", eth(etherIPv4, ip4(ProtoUDP, udp(4500, 4500, make([]byte, 1200))))},
	{"esp-udp6", eth(etherIPv6, ip6(ProtoUDP, udp(4500, 4500, make([]byte, 1200))))},
	{"tcp4", eth(etherIPv4, ip4(ProtoTCP, tcp(4500, 40000, make([]byte, 1200))))},
	{"vlan-tcp4", eth(etherVLAN, cat(hx("0007 0800"), ip4(ProtoTCP, tcp(4500, 40000, make([]byte, 1200)))))},
}

func BenchmarkDecode(b *testing.B) {
	for _, f := range benchFrames {
		b.Run(f.name, func(b *testing.B) {
			p := capture.Packet{LinkType: capture.LinkEthernet, Data: f.data, OrigLen: len(f.data)}
			dec, d := NewDecoder(), new(Datagram)
			b.ReportAllocs()
			for b.Loop() {
				dec.Decode(&p, d)
			}
			if d.Status != StatusOK {
				b.Fatal(d.Problem)
			}
		})
	}
}

// BenchmarkDecodeVerified adds up 1200 bytes a packet.
func BenchmarkDecodeVerified(b *testing.B) {
	data := eth(etherIPv4, rightChecksum(ip4(ProtoUDP, udp(4500, 4500, make([]byte, 1200))), 20, 6))
	p := capture.Packet{LinkType: capture.LinkEthernet, Data: data, OrigLen: len(data)}
	dec, d := &Decoder{VerifyChecksums: true}, new(Datagram)
	b.ReportAllocs()
	for b.Loop() {
		dec.Decode(&p, d)
	}
	if d.Checksum != capture.ChecksumGood {
		b.Fatal("checksum is wrong")
	}
}

// BenchmarkGopacket decodes the same frames with gopacket's fastest decoder, and
// takes nothing out of the layers.
func BenchmarkGopacket(b *testing.B) {
	for _, f := range benchFrames {
		b.Run(f.name, func(b *testing.B) {
			var l oracleLayers
			parser := l.parser()
			var decoded []gopacket.LayerType
			b.ReportAllocs()
			for b.Loop() {
				if err := parser.DecodeLayers(f.data, &decoded); err != nil {
					b.Fatal(err)
				}
			}
			if last := decoded[len(decoded)-1]; last != gopacket.LayerTypePayload {
				b.Fatalf("ended at %v", last)
			}
		})
	}
}

// oracleLayers are the layers that gopacket decodes as this package does.
type oracleLayers struct {
	eth     layers.Ethernet
	vlan    layers.Dot1Q
	ip4     layers.IPv4
	ip6     layers.IPv6
	udp     layers.UDP
	tcp     layers.TCP
	payload gopacket.Payload
}

func (l *oracleLayers) parser() *gopacket.DecodingLayerParser {
	p := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &l.eth, &l.vlan, &l.ip4, &l.ip6, &l.udp, &l.tcp, &l.payload)
	p.IgnoreUnsupported = true
	return p
}
