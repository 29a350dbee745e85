package flows

import (
	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
)

// largest is the largest packet of a stream, and the largest IP datagram that
// carried one, in bytes.
type largest struct {
	size, datagram uint32
	at             mark
}

func (l *largest) add(e *reassembly.Event, m mark) {
	if n := uint32(e.Length); n > l.size {
		l.size, l.at = n, m
		l.datagram = max(l.datagram, uint32(datagram(e))) // what is around is of one length
	}
}

// fact gives the larger of what is there and l.
func (l *largest) fact(f *diagnose.ChildFacts) {
	if int(l.size) > f.Largest {
		f.Largest, f.LargestAt = int(l.size), l.at.fact()
	}
	f.LargestDatagram = max(f.LargestDatagram, int(l.datagram))
}

// fragmented counts the packets that came in IP fragments.
type fragmented struct {
	occurrence
	n uint64
}

func (s *stream) inFragments(m mark, number uint32) {
	f := &s.unusual().fragmented
	f.n++
	f.add(m, number)
}
