package tcpframe

import "github.com/ikesniff/ikesniff/reassembly/tcpstream"

// part is the message whose end has not come yet.
type part struct {
	buf         []byte // from the length field on, up to the first byte missing
	length      int    // on the wire, length field included; valid if got >= 2
	got         int    // of these, how many have passed
	captured    int    // and how many of those were captured
	cut         bool   // bytes are missing behind the header: it will be truncated
	lost        bool   // too much is missing: it was reported as lost
	first, last tcpstream.Origin
	segments    int
}

func (p *part) reset() { *p = part{buf: p.buf[:0]} }

// touch notes that a packet brings bytes of the message.
func (p *part) touch(from tcpstream.Origin) {
	if p.got == 0 {
		p.first = from
	}
	if p.segments == 0 || from.Ref != p.last.Ref {
		p.segments++
	}
	p.last = from
}

// take appends the part of b that belongs to the first n bytes of the message,
// and returns its length.
func (p *part) take(b []byte, n int) int {
	b = b[:min(len(b), n-p.got)]
	if !p.cut && !p.lost {
		p.buf = append(p.buf, b...)
	}
	p.got += len(b)
	p.captured += len(b)
	return len(b)
}

// headed tells whether what was captured shows whose message it is.
func (p *part) headed() bool {
	if len(p.buf) < espHead {
		return false
	}
	return len(p.buf) >= ikeHead || !readHead(p.buf).ike
}
