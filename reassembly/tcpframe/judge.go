package tcpframe

import (
	"bytes"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// JudgeBytes is how many bytes Judge needs at most to come to a verdict. Of
// most streams it needs six.
const JudgeBytes = 64

// Judge tells what the first bytes of one direction of a connection are, from
// the first byte that followed the handshake on. originator is whether they
// are from the side that opened the connection. A connection is RFC 8229 if a
// direction is; that of the originator must be, but a broken originator leaves
// out the prefix, and a capture may lack a direction.
//
// ESP at the beginning has no mark of its own, so that the verdict is
// VerdictFramed only if b holds enough of it, and VerdictMaybe otherwise.
func Judge(b []byte, originator bool) Verdict {
	if len(b) < len(prefix) {
		if prefix[:len(b)] == string(b) && originator {
			return VerdictNeedMore
		}
	} else if string(b[:len(prefix)]) == prefix {
		if originator {
			return VerdictPrefix
		}
		return VerdictOther // an echo: only the originator sends it (RFC 9329 4)
	}
	if v := name(b); v != VerdictNeedMore {
		return v
	}
	return judgeFrames(b)
}

// judgeFrames tells whether b begins with frames.
func judgeFrames(b []byte) Verdict {
	// Empty frames and keepalives prove nothing, and there is no end to them.
	for skip := 0; len(b) >= 3 && skip < JudgeBytes-ikeHead-lengthSize; {
		n := short(b)
		if n == 0 {
			break
		}
		b, skip = b[n:], skip+n
	}
	if len(b) >= 2 {
		if n := int(b[0])<<8 | int(b[1]); n < minESP && n != 2 && n != 3 {
			return VerdictOther
		}
	}
	if len(b) < espHead {
		return VerdictNeedMore
	}
	switch h := readHead(b); {
	case short(b) > 0:
		return VerdictOther
	case h.ike && (h.length < ikeHead || len(b) > ikeVersion && !versionOK(b[ikeVersion])):
		return VerdictOther
	case h.ike && len(b) < ikeHead:
		return VerdictNeedMore
	case h.ike && ikeShape(b, h.length, nil):
		return VerdictFramed
	case h.ike && ike.PlausibleOnPort(b[lengthSize+markerSize:ikeHead], h.length-lengthSize-markerSize):
		return VerdictMaybe // malformed, if it is IKE
	case h.ike || !h.espShape() || h.seq >= oldSequence:
		return VerdictOther
	}
	if chained(b) {
		return VerdictFramed
	}
	return VerdictMaybe
}

// ikeVersion is the offset of the version byte of IKE in a frame.
const ikeVersion = lengthSize + markerSize + 17

func versionOK(v byte) bool { return v>>4 == 1 || v>>4 == 2 }

// chained tells whether the frames that b begins with prove themselves.
func chained(b []byte) bool {
	var c chain
	for {
		at := int(c.due)
		if len(b)-at < espHead {
			return false
		}
		h := readHead(b[at:])
		h.readBody(b[at:])
		n := short(b[at:])
		switch {
		case n > 0:
			c.due += uint64(n)
		case h.ike && ikeShape(b[at:], h.length, nil):
			return true
		case h.ike || !h.espShape() || !c.add(h, false):
			return false
		case c.proven():
			return true
		}
	}
}

// words begin the first line that other protocols send.
var words = [...]struct {
	text string
	v    Verdict
}{
	{"GET ", VerdictHTTP}, {"POST ", VerdictHTTP}, {"HEAD ", VerdictHTTP}, {"PUT ", VerdictHTTP},
	{"DELETE ", VerdictHTTP}, {"CONNECT ", VerdictHTTP}, {"OPTIONS ", VerdictHTTP}, {"TRACE ", VerdictHTTP},
	{"PATCH ", VerdictHTTP}, {"PROPFIND ", VerdictHTTP}, {"PRI * HTTP", VerdictHTTP}, {"HTTP/1.", VerdictHTTP},
	{"SSH-", VerdictSSH},
}

// name recognises protocols by how a message of theirs begins.
func name(b []byte) Verdict {
	for i := range words {
		if w := words[i].text; len(b) >= len(w) && string(b[:len(w)]) == w {
			return words[i].v
		}
	}
	if isTLS(b) {
		return VerdictTLS
	}
	return VerdictNeedMore
}

// isTLS recognises a TLS record (RFC 8446 5.1) by its header, and the hello of
// SSL 2 that old clients send (RFC 5246 E.2).
//
//	| type 20-23 | 03 | minor 0-4 | length, at most 2^14+2048 |
//	| 80 | length | 01 | 03 | minor 0-3 |
func isTLS(b []byte) bool {
	switch {
	case len(b) < 5:
		return false
	case b[0] >= 20 && b[0] <= 23:
		n := int(b[3])<<8 | int(b[4])
		return b[1] == 3 && b[2] <= 4 && n > 0 && n <= 1<<14+2048
	}
	return b[0] == 0x80 && bytes.Equal(b[2:4], []byte{1, 3}) && b[4] <= 3
}
