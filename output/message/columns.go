package message

import (
	"net/netip"
	"strconv"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/reassembly"
)

// appendFrames appends the frame that completed the message, or a range.
func (t *textForm) appendFrames(b []byte, first, last capture.Ref) []byte {
	if len(t.l.opt.Sources) > 1 {
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(last.Source()+1), 10)
		b = append(b, ']')
	}
	if first != 0 && first != last && first.Source() == last.Source() {
		b = strconv.AppendUint(b, first.Number(), 10)
		b = append(b, '-')
	}
	return strconv.AppendUint(b, last.Number(), 10)
}

func (t *textForm) appendEnd(b []byte, a netip.AddrPort) []byte {
	if t.l.opt.Names != nil {
		if n := t.l.opt.Names(a.Addr().Unmap().WithZone("")); n != "" {
			b = append(b, output.Safe(n)...)
			if a.Port() == 0 {
				return b
			}
			b = append(b, ':')
			return strconv.AppendUint(b, uint64(a.Port()), 10)
		}
	}
	if a.Port() == 0 {
		return a.Addr().AppendTo(b)
	}
	return a.AppendTo(b)
}

// transportWord is the short name of a transport.
func transportWord(t reassembly.Transport) string {
	switch t {
	case reassembly.TransportUDP:
		return "UDP"
	case reassembly.TransportUDPNATT:
		return "NAT-T"
	case reassembly.TransportIP:
		return "IP"
	case reassembly.TransportTCP:
		return "TCP"
	case reassembly.TransportFortinetESP:
		return "fTCP"
	case reassembly.TransportCisco:
		return "cTCP"
	}
	return t.String()
}

// pad fills what stands in b from an offset on with blanks on the right,
// padFrom on the left.
func pad(b []byte, from, width int) []byte {
	for len(b)-from < width {
		b = append(b, ' ')
	}
	return b
}

func padFrom(b []byte, from, width int) []byte {
	n := width - (len(b) - from)
	if n <= 0 {
		return b
	}
	b = append(b, "            "[:min(n, 12)]...)
	copy(b[from+n:], b[from:])
	for i := range n {
		b[from+i] = ' '
	}
	return b
}
