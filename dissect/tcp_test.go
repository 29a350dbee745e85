package dissect

import (
	"bytes"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

var tcpFrames = []frame{
	{"segment", capture.LinkRaw, ip4(ProtoTCP, tcp(4500, 50000, esp)), want{sport: 4500, dport: 50000, proto: ProtoTCP, payload: esp}},
	{"segment over ipv6", capture.LinkRaw, ip6(ProtoTCP, tcp(443, 50000, esp)), want{src: src6, dst: dst6, sport: 443, dport: 50000, proto: ProtoTCP, payload: esp}},
	{"acknowledgement in a padded frame", capture.LinkEthernet, cat(eth(etherIPv4, ip4(ProtoTCP, hx("1194 c350 00000001 00000002 50 10 ffff 0000 0000"))), make([]byte, 6)),
		want{sport: 4500, dport: 50000, proto: ProtoTCP}},
}

func TestTCP(t *testing.T) { run(t, tcpFrames) }

func TestTCPFields(t *testing.T) {
	d := decode(capture.LinkRaw, ip4(ProtoTCP, tcp(4500, 50000, esp)))
	options := hx("01 01 08 0a 00000001 00000002")
	if h := d.TCP; h.Seq != 0x01020304 || h.Ack != 0x05060708 || h.Flags != TCPPsh|TCPAck || h.Window != 501 || !bytes.Equal(h.Options, options) {
		t.Errorf("%+v", h)
	}
	// The options end where the capture does.
	var short Datagram
	b := ip4(ProtoTCP, tcp(4500, 50000, esp))
	NewDecoder().Decode(&capture.Packet{LinkType: capture.LinkRaw, Data: b[:20+22], OrigLen: len(b)}, &short)
	want{sport: 4500, dport: 50000, proto: ProtoTCP, length: len(esp), truncated: true}.check(t, &short)
	if !bytes.Equal(short.TCP.Options, options[:2]) {
		t.Errorf("options %x", short.TCP.Options)
	}
}

func TestTCPBroken(t *testing.T) {
	const offset = "TCP data offset is impossible"
	run(t, []frame{
		{"19 bytes", capture.LinkRaw, ip4(ProtoTCP, make([]byte, 19)), want{status: StatusMalformed, problem: "TCP header is cut short"}},
		{"offset 16", capture.LinkRaw, ip4(ProtoTCP, with(tcp(1, 2, esp), 12, 0x40)), want{status: StatusMalformed, problem: offset}},
		{"offset beyond the packet", capture.LinkRaw, ip4(ProtoTCP, with(tcp(1, 2, nil), 12, 0xf0)), want{status: StatusMalformed, problem: offset}},
	})
}
