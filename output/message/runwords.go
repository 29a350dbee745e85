package message

import (
	"strconv"

	"github.com/ikesniff/ikesniff/reassembly"
)

// appendRun appends what a run of packets says.
func appendRun(b []byte, x *run) []byte {
	if x.kind == reassembly.MessageKeepalive {
		if x.packets == 1 {
			return append(b, "NAT keepalive"...)
		}
		b = strconv.AppendUint(b, x.packets, 10)
		b = append(b, " NAT keepalives"...)
		return appendLasting(b, x)
	}
	if x.kind == reassembly.MessageAH {
		b = append(b, "AH "...)
	} else {
		b = append(b, "ESP "...)
	}
	b = appendHex32(b, x.spi)
	if x.packets == 1 {
		b = append(b, ", sequence "...)
		b = strconv.AppendUint(b, uint64(x.firstSeq), 10)
	} else {
		b = append(b, ", "...)
		b = strconv.AppendUint(b, x.packets, 10)
		b = append(b, " packets"...)
		b = appendLasting(b, x)
		b = append(b, ", sequence "...)
		b = strconv.AppendUint(b, uint64(x.low), 10)
		b = append(b, '-')
		b = strconv.AppendUint(b, uint64(x.high), 10)
	}
	b = append(b, ", "...)
	b = strconv.AppendUint(b, x.bytes, 10)
	b = append(b, " bytes"...)
	if x.truncated {
		b = append(b, ", cut by the capture"...)
	}
	return b
}

func appendLasting(b []byte, x *run) []byte {
	b = append(b, " in "...)
	b = appendSeconds(b, max(0, x.lastTime-x.firstTime), 0)
	return append(b, " s"...)
}
