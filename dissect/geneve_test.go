package dissect

import (
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

func geneve(header []byte, inner []byte) []byte {
	return outer4(ProtoUDP, udp(50000, portGENEVE, cat(header, inner)))
}

var geneveFrames = []frame{
	{"ethernet", capture.LinkRaw, geneve(hx("00 00 6558 00002a 00"), eth(etherIPv4, inner4)), whole(EncapGENEVE)},
	{"ipv4", capture.LinkRaw, geneve(hx("00 00 0800 00002a 00"), inner4), whole(EncapGENEVE)},
	{"ipv6", capture.LinkRaw, geneve(hx("00 00 86dd 00002a 00"), inner6), whole6(EncapGENEVE)},
	{"options", capture.LinkRaw, geneve(hx(`
		03 40 0800 00002a 00  # 12 bytes of options, critical
		0108 01 02 0000000000000000
		`), inner4), whole(EncapGENEVE)},
	{"arp", capture.LinkRaw, geneve(hx("00 00 6558 00002a 00"), eth(etherARP, arp)), want{status: StatusOther, encap: EncapGENEVE}},
}

func TestGENEVE(t *testing.T) { run(t, geneveFrames) }

func TestGENEVEThatIsNone(t *testing.T) {
	for name, payload := range map[string][]byte{
		"empty":               nil,
		"header alone":        hx("00 00 0800 00002a 00"),
		"version 1":           cat(hx("40 00 0800 00002a 00"), inner4),
		"reserved bits":       cat(hx("00 01 0800 00002a 00"), inner4),
		"reserved byte":       cat(hx("00 00 0800 00002a 01"), inner4),
		"options too long":    cat(hx("3f 00 0800 00002a 00"), inner4),
		"another protocol":    cat(hx("00 00 1234 00002a 00"), inner4),
		"not IPv4":            cat(hx("00 00 0800 00002a 00"), inner6),
		"not IPv6":            cat(hx("00 00 86dd 00002a 00"), inner4),
		"not Ethernet":        cat(hx("00 00 6558 00002a 00"), inner4),
		"ike on a wrong port": hx("0011223344556677 0000000000000000 21 20 22 08 00000000 0000001c"),
	} {
		f := plain(portGENEVE, payload)
		f.name = name
		run(t, []frame{f})
	}
}
