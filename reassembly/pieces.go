package reassembly

import (
	"bytes"
	"hash/maphash"
	"slices"
)

const (
	// maxPieces bounds the pieces of one datagram, and with them the work that
	// any order of arrival can cause: 65,535 bytes in pieces of 576 are 119.
	maxPieces = 128
	// maxDatagram is the longest payload of an IP packet (RFC 791 3.1).
	maxDatagram = 65535
)

// pieces are the captured parts of one datagram's payload, sorted by place.
// They never overlap.
type pieces struct {
	list []piece
	data []byte // the captured bytes, in order of arrival
	// covered counts the bytes that were on the wire, total is the length of
	// the datagram's payload, -1 until the last piece is known.
	covered, total int
}

// piece is a run of bytes that was on the wire from begin to end, of which the
// first n were captured and lie in data from at on.
type piece struct{ begin, end, at, n int }

// outcome of adding a piece.
type outcome uint8

const (
	pieceAdded outcome = iota
	pieceDuplicate
	pieceOverlaps  // partly there already, with the same bytes
	pieceConflicts // says something else than what is there
	pieceHostile   // no sender makes such a piece, or so many
)

// add takes in the piece that begins at begin, was n bytes long on the wire and
// of which b was captured. last is whether none follows. Bytes that are there
// already stay as they are. In strict mode a piece that overlaps others without
// repeating one of them is not added.
func (p *pieces) add(begin, n int, b []byte, last, strict bool) outcome {
	end := begin + n
	if end > maxDatagram || n == 0 && !last || !last && n%8 != 0 {
		return pieceHostile // lengths in 8 bytes: RFC 791 3.2, RFC 8200 4.5
	}
	result := pieceAdded
	switch {
	case last && p.total >= 0 && end != p.total, !last && p.total >= 0 && end > p.total:
		return pieceConflicts
	case last && len(p.list) > 0 && p.list[len(p.list)-1].end > end:
		return pieceConflicts
	}

	// The first piece that ends behind begin, and all that begin before end.
	first, _ := slices.BinarySearchFunc(p.list, begin, func(q piece, begin int) int {
		if q.end <= begin {
			return -1
		}
		return 1
	})
	after := first
	for after < len(p.list) && p.list[after].begin < end {
		if q := p.list[after]; !p.agrees(q, begin, b) {
			result = pieceConflicts
		}
		after++
	}
	if after > first {
		if q := p.list[first]; q.begin == begin && q.end == end && result == pieceAdded {
			return pieceDuplicate
		}
		result = max(result, pieceOverlaps)
		if strict {
			return result
		}
	}
	gaps := p.gaps(first, after, begin, end)
	if len(p.list)+gaps > maxPieces {
		return pieceHostile
	}
	if last {
		p.total = end
	}
	p.fill(first, begin, end, b)
	return result
}

// agrees tells whether the captured bytes of q and of b, which begins at
// begin, are the same where both have some.
func (p *pieces) agrees(q piece, begin int, b []byte) bool {
	from := max(q.begin, begin)
	to := min(q.begin+q.n, begin+len(b))
	return from >= to ||
		bytes.Equal(p.data[q.at+from-q.begin:q.at+to-q.begin], b[from-begin:to-begin])
}

// gaps counts what is missing from begin to end; the pieces from first to after
// lie there.
func (p *pieces) gaps(first, after, begin, end int) int {
	n := 0
	for _, q := range p.list[first:after] {
		if q.begin > begin {
			n++
		}
		begin = q.end
	}
	if begin < end {
		n++
	}
	return n
}

// fill puts b, which begins at begin, where nothing is between begin and end.
// i is the first piece that ends behind begin.
func (p *pieces) fill(i, begin, end int, b []byte) {
	for from := begin; from < end; i++ {
		to := end
		if i < len(p.list) && p.list[i].begin < end {
			to = p.list[i].begin
		}
		if from < to {
			have := b[min(from-begin, len(b)):min(to-begin, len(b))]
			q := piece{begin: from, end: to, at: len(p.data), n: len(have)}
			p.data = append(p.data, have...)
			p.list = slices.Insert(p.list, i, q)
			p.covered += to - from
			i++
		}
		if i < len(p.list) {
			from = max(to, p.list[i].end)
		} else {
			from = to
		}
	}
}

func (p *pieces) complete() bool { return p.total >= 0 && p.covered == p.total }

// join appends to b the captured bytes from the start on, up to the first that
// is missing.
func (p *pieces) join(b []byte) []byte {
	next := 0
	for _, q := range p.list {
		if q.begin != next {
			break
		}
		b = append(b, p.data[q.at:q.at+q.n]...)
		if q.n < q.end-q.begin {
			break
		}
		next = q.end
	}
	return b
}

func (p *pieces) reset() {
	*p = pieces{list: p.list[:0], data: p.data[:0], total: -1}
}

// mark identifies a piece of a datagram that was completed.
type mark struct {
	begin, end int
	sum        uint64
}

var markSeed = maphash.MakeSeed()

// marks appends the identities of all pieces to list.
func (p *pieces) marks(list []mark) []mark {
	for _, q := range p.list {
		list = append(list, mark{q.begin, q.end, maphash.Bytes(markSeed, p.data[q.at:q.at+q.n])})
	}
	return list
}

// repeats tells whether all pieces are among those of list.
func (p *pieces) repeats(list []mark) bool {
	if len(list) == 0 {
		return false
	}
	for _, q := range p.list {
		m := mark{q.begin, q.end, maphash.Bytes(markSeed, p.data[q.at:q.at+q.n])}
		if !slices.Contains(list, m) {
			return false
		}
	}
	return true
}
