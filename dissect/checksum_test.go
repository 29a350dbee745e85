package dissect

import (
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// A NAT keepalive from 127.0.0.1 to itself, its checksums added up by hand.
var keepalive = hx(`
	45 00 001d 0001 0000 40 11  7ccd   7f000001 7f000001  # IPv4, header checksum
	1194 1194 0009  dfb0                                  # UDP, length 9, checksum
	ff                                                    # odd number of bytes
	`)

func TestChecksums(t *testing.T) {
	sum := func(b []byte, verify bool, kernel capture.ChecksumState, origLen int) (ip, transport capture.ChecksumState) {
		var d Datagram
		dec := &Decoder{VerifyChecksums: verify}
		dec.Decode(&capture.Packet{LinkType: capture.LinkRaw, Data: b, OrigLen: origLen, Checksum: kernel}, &d)
		return d.IPChecksum, d.Checksum
	}
	const (
		unknown = capture.ChecksumUnknown
		good    = capture.ChecksumGood
		bad     = capture.ChecksumBad
		partial = capture.ChecksumPartial
		absent  = capture.ChecksumAbsent
	)
	v6 := rightChecksum(ip6(ProtoUDP, udp(500, 4500, esp)), 40, 6)
	seg := rightChecksum(ip4(ProtoTCP, tcp(1, 2, esp)), 20, 16)
	for _, c := range []struct {
		name          string
		b             []byte
		verify        bool
		kernel        capture.ChecksumState
		origLen       int
		ip, transport capture.ChecksumState
	}{
		{"not asked for", keepalive, false, unknown, 0, unknown, unknown},
		{"both good", keepalive, true, unknown, 0, good, good},
		{"header bad", with(keepalive, 8, 0x3f), true, unknown, 0, bad, good},
		{"payload bad", with(keepalive, 28, 0xfe), true, unknown, 0, good, bad},
		{"length in the sum", with(cat(keepalive, hx("00")), 3, 0x1e), true, unknown, 0, bad, good},
		{"kernel knows", keepalive, true, partial, 0, good, partial},
		{"kernel knows, nothing asked for", keepalive, false, partial, 0, unknown, partial},
		{"none", with(keepalive, 26, 0, 0), false, unknown, 0, unknown, absent},
		{"snapped", keepalive[:28], true, unknown, 29, good, unknown},
		{"ipv6", v6, true, unknown, 0, unknown, good},
		{"ipv6 bad", with(v6, 50, 0xff), true, unknown, 0, unknown, bad},
		{"tcp", seg, true, unknown, 0, bad, good},
		{"tcp bad", with(seg, 60, 0xff), true, unknown, 0, bad, bad},
		{"fragment", with(keepalive, 6, 0x20), true, unknown, 0, bad, unknown},
		{"kernel knows of a fragment", with(keepalive, 6, 0x20), false, good, 0, unknown, unknown},
		{"kernel knows of the outer packet", outer4(ProtoIPIP, keepalive), true, partial, 0, good, good},
		{"rerouted", ip6(extRouting, cat(ext(ProtoUDP), v6[40:])), true, unknown, 0, unknown, unknown},
	} {
		ip, transport := sum(c.b, c.verify, c.kernel, max(c.origLen, len(c.b)))
		if ip != c.ip || transport != c.transport {
			t.Errorf("%s: IP %d, transport %d; want %d, %d", c.name, ip, transport, c.ip, c.transport)
		}
	}
}

// rightChecksum sets the checksum at offset of the payload of an IP packet by
// the letter of RFC 1071: 16 bits at a time, over a pseudo-header written out.
func rightChecksum(packet []byte, header, offset int) []byte {
	packet = cat(packet)
	body := packet[header:]
	addresses, proto := packet[12:20], packet[9]
	if header == 40 {
		addresses, proto = packet[8:40], packet[6]
	}
	pseudo := cat(addresses, u32(uint32(len(body))), []byte{0, 0, 0, proto}, body)
	if len(pseudo)%2 == 1 {
		pseudo = append(pseudo, 0)
	}
	sum := 0
	for i := 0; i < len(pseudo); i += 2 {
		sum += int(be16(pseudo[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	copy(body[offset:], u16(^sum))
	return packet
}
