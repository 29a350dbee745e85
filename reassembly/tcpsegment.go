package reassembly

import (
	"net/netip"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
)

// segment is a TCP segment with what events need of it.
type segment struct {
	time, firstTime int64
	ref, firstRef   capture.Ref
	tap             dissect.Tap
	encap           dissect.Encap
	dir             uint8
	ttl             uint8
	hasIPID         bool
	flags           dissect.TCPFlags
	ipid            uint32
	packets         int
	ipLength        int
	fragments       int

	seq, ack uint32
	window   uint16
	payload  []byte // borrowed, or part of the buffer of a hold
	wire     int    // length of the payload on the wire
	copied   bool   // the capture holds the packet a second time
}

// of fills s from a datagram, whose payload it borrows.
func (s *segment) of(d *dissect.Datagram, dir int) {
	s.time, s.firstTime, s.ref, s.firstRef = d.Time, d.Time, d.Ref, d.Ref
	s.tap, s.encap, s.dir, s.ttl, s.hasIPID, s.ipid = d.Tap, d.Encap, uint8(dir), d.TTL, d.HasIPID, d.IPID
	s.packets, s.ipLength, s.fragments = d.Packets, d.IPLength, d.Fragments
	s.seq, s.ack, s.flags, s.window = d.TCP.Seq, d.TCP.Ack, d.TCP.Flags, d.TCP.Window
	s.payload, s.wire, s.copied = d.Payload, d.PayloadLength, false
	if d.Fragments > 0 {
		s.firstTime, s.firstRef = d.FirstTime, d.FirstRef
	}
	if s.flags&dissect.TCPSyn != 0 {
		s.seq++ // of the data that may come with it
	}
}

// read fills s from a packet, whose payload it borrows, as of does from the
// datagram that it makes. The packet has no SYN.
func (s *segment) read(h *dissect.Headers, p *capture.Packet, dir int) {
	s.time, s.firstTime, s.ref, s.firstRef = p.Time, p.Time, p.Ref, p.Ref
	s.tap.Interface, s.tap.Direction, s.tap.Index = p.Interface, p.Direction, 0
	s.encap, s.dir = h.Encap, uint8(dir)
	s.ttl, s.ipid, s.hasIPID, s.ipLength = h.IP(p)
	s.packets, s.fragments = 1, 0
	s.flags = h.TCPFlags
	s.seq, s.ack, s.window = h.TCP(p)
	s.payload, s.wire, s.copied = h.Payload(p), int(h.PayloadLength), false
}

func (s *segment) has(f dissect.TCPFlags) bool { return s.flags&f != 0 }

// end is the sequence number behind the payload.
func (s *segment) end() uint32 { return s.seq + uint32(s.wire) }

// event fills e with what all events take from a segment.
func (s *segment) event(e *Event, ends *[2]netip.AddrPort) {
	e.renew()
	e.Time, e.FirstTime, e.Ref, e.FirstRef, e.Tap = s.time, s.firstTime, s.ref, s.firstRef, s.tap
	e.Src, e.Dst, e.Encap, e.Fragments = ends[s.dir], ends[1-s.dir], s.encap, s.fragments
	e.TTL, e.IPID, e.HasIPID = s.ttl, s.ipid, s.hasIPID
}

// tcpHold keeps segments in order of arrival.
type tcpHold struct {
	list []segment
	buf  []byte
}

const (
	maxHeldSegments    = 16
	maxHeldSegmentSize = 32 << 10 // of all of them but the last
)

// full tells whether no more segments are to be held.
func (h *tcpHold) full() bool {
	return len(h.list) >= maxHeldSegments || len(h.buf) >= maxHeldSegmentSize
}

// keep copies a segment. The payloads of earlier ones move with the buffer.
func (h *tcpHold) keep(s *segment) {
	begin := len(h.buf)
	old := cap(h.buf)
	h.buf = append(h.buf, s.payload...)
	if cap(h.buf) != old {
		at := 0
		for i := range h.list {
			n := len(h.list[i].payload)
			h.list[i].payload = h.buf[at : at+n : at+n]
			at += n
		}
	}
	k := *s
	k.payload = h.buf[begin:len(h.buf):len(h.buf)]
	h.list = append(h.list, k)
}

// drop removes the first n segments.
func (h *tcpHold) drop(n int) {
	bytes := 0
	for i := range h.list[:n] {
		bytes += len(h.list[i].payload)
	}
	h.list = h.list[:copy(h.list, h.list[n:])]
	h.buf = h.buf[:copy(h.buf, h.buf[bytes:])]
	at := 0
	for i := range h.list {
		size := len(h.list[i].payload)
		h.list[i].payload = h.buf[at : at+size : at+size]
		at += size
	}
}

func (h *tcpHold) empty() bool { return len(h.list) == 0 }
