package ike

import "encoding/binary"

// Proposals and transforms of both versions are substructures that begin
// alike (RFC 7296 3.3.1 and 3.3.2, RFC 2408 3.5 and 3.6):
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|  0 last, else |   reserved    |    length, all 8 bytes of     |
//	|  2 or 3       |               |    this head included         |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                 4 bytes that differ, then more                |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
const substructureHead = 8

// The first byte of a substructure that is not the last.
const (
	moreProposals  = 2
	moreTransforms = 3
)

// firstByte is that of a substructure, which says whether it is the last.
func firstByte(more byte, last bool) byte {
	if last {
		return 0
	}
	return more
}

// substructures goes over a row of them.
type substructures struct {
	b       []byte
	more    byte // moreProposals or moreTransforms
	at      int  // of the next one
	cur     []byte
	last    bool
	problem string
}

// next steps to the next one. It stops without a problem behind the last one
// only; at is then the end of b.
func (s *substructures) next() bool {
	rest := s.b[s.at:]
	switch {
	case s.problem != "":
		return false
	case s.last:
		if len(rest) > 0 {
			s.problem = "bytes behind the last one"
		}
		return false
	case len(rest) < substructureHead:
		s.problem = endsEarly
		return false
	case rest[0] != 0 && rest[0] != s.more:
		s.problem = "first byte says neither last nor more"
		return false
	}
	n := int(binary.BigEndian.Uint16(rest[2:]))
	if n < substructureHead {
		s.problem = "length is less than that of its head"
		return false
	}
	if n > len(rest) {
		s.problem = "length reaches beyond its container"
		return false
	}
	s.cur, s.last = rest[:n:n], rest[0] == 0
	s.at += n
	return true
}

// checkProposals goes over a row of proposals and all in them. It returns how
// many bytes of it hold whole proposals, and what is wrong behind them.
func checkProposals(part string, b []byte) (good int, err error) {
	fail := func(at int, problem string) error {
		return &SyntaxError{Part: part, Offset: at, Problem: problem}
	}
	p := substructures{b: b, more: moreProposals}
	for p.next() {
		from := p.at - len(p.cur)
		spi := int(p.cur[6])
		if spi > len(p.cur)-substructureHead {
			return from, fail(from+6, "SPI reaches beyond its proposal")
		}
		begin := substructureHead + spi
		t := substructures{b: p.cur[begin:], more: moreTransforms}
		count := 0
		for len(t.b) > 0 && t.next() {
			count++
			a := Attributes{b: t.cur[substructureHead:]}
			for a.Next() {
			}
			if a.problem != "" {
				return from, fail(from+begin+t.at-len(a.b)+a.at, "attribute: "+a.problem)
			}
		}
		if t.problem != "" {
			return from, fail(from+begin+t.at, "transform: "+t.problem)
		}
		if count != int(p.cur[7]) {
			return p.at, fail(from+7, "proposal states another number of transforms than it has")
		}
	}
	if p.problem != "" {
		return p.at, fail(p.at, "proposal: "+p.problem)
	}
	return p.at, nil
}

// appendSubstructure appends a substructure with its head; four are the bytes
// 4 to 7.
func appendSubstructure(b []byte, first byte, four [4]byte, spi, body []byte) []byte {
	b = append(b, first, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(substructureHead+len(spi)+len(body)))
	b = append(b, four[:]...)
	b = append(b, spi...)
	return append(b, body...)
}
