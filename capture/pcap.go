package capture

import (
	"io"
	"math"
)

const (
	pcapMicros   = 0xa1b2c3d4
	pcapNanos    = 0xa1b23c4d
	pcapModified = 0xa1b2cd34 // Alexey Kuznetzov's patch to libpcap

	pcapHeaderLen         = 24
	pcapRecordLen         = 16
	pcapModifiedRecordLen = 24

	// maxCaptured is the most bytes that a record may hold: what libpcap and
	// Wireshark take for Ethernet and for all that can carry IP.
	maxCaptured = 256 << 10
)

// pcapReader reads the records of a pcap file.
type pcapReader struct {
	in        *input
	order     order
	link      LinkType
	headerLen int    // of a record
	usual     bool   // the record header has 16 bytes, whose order is not in doubt
	fraction  uint64 // nanoseconds of a unit of the second time field
	minor     uint16
	iface     uint16
}

// pcapMagic tells the byte order of a pcap and whether b begins like one.
func pcapMagic(b []byte) (o order, magic uint32, ok bool) {
	for _, o := range []order{littleEndian, bigEndian} {
		switch magic := o.u32(b); magic {
		case pcapMicros, pcapNanos, pcapModified:
			return o, magic, true
		}
	}
	return littleEndian, 0, false
}

// newPcapReader reads the file header, which begins with a magic number that
// pcapMagic knows.
func newPcapReader(in *input) (*pcapReader, error) {
	h := in.win.peek(pcapHeaderLen)
	if len(h) < pcapHeaderLen {
		return nil, shortHeader(in.win, len(h), pcapHeaderLen)
	}
	o, magic, _ := pcapMagic(h)
	r := &pcapReader{in: in, order: o, headerLen: pcapRecordLen, fraction: 1000}
	switch magic {
	case pcapNanos:
		r.fraction = 1
	case pcapModified:
		r.headerLen = pcapModifiedRecordLen
	}
	major := o.u16(h[4:])
	r.minor = o.u16(h[6:])
	if major != 2 {
		return nil, flawf(0, "it is a pcap of version %d.%d, and only 2.x is known", major, r.minor)
	}
	r.usual = r.headerLen == pcapRecordLen && r.minor > 3
	in.snaplen(o.u32(h[16:]))
	r.link = LinkType(o.u32(h[20:])) // drops the upper 16 bits, as it should
	r.iface = in.names.id("")
	in.win.skip(pcapHeaderLen)
	return r, nil
}

// next implements recordReader.
func (r *pcapReader) next(p *Packet) error {
	w := r.in.win
	if b := w.buf[w.start:w.end]; r.usual && len(b) >= pcapRecordLen {
		// The common case: the whole record is there, and nothing is odd.
		h := (*[pcapRecordLen]byte)(b)
		captured := r.order.u32(h[8:])
		if n := pcapRecordLen + int(captured); captured-1 < maxCaptured && n <= len(b) {
			w.start += n
			p.Data = b[pcapRecordLen:n:n]
			r.fill(p, h, captured, r.order.u32(h[12:]))
			return nil
		}
	}
	h := w.peek(r.headerLen)
	at := w.offset()
	if len(h) < r.headerLen {
		if len(h) == 0 && w.err == io.EOF {
			return w.err
		}
		return ended(w, at, int64(len(h)), int64(r.headerLen))
	}
	captured, wire := r.order.u32(h[8:]), r.order.u32(h[12:])
	if r.minor < 3 || r.minor == 3 && captured > wire {
		// Before version 2.3 the two lengths stood the other way round, and
		// some writers of 2.3 had not heard of it (libpcap, sf-pcap.c).
		captured, wire = wire, captured
	}
	if captured > maxCaptured {
		return flawf(at, "its header claims %d captured bytes, and %d are the most there can be", captured, maxCaptured)
	}
	if captured == 0 && wire == 0 && r.zeros() {
		return flawf(at, "there is nothing but zeros, as in a file that was not written to its end")
	}
	n := r.headerLen + int(captured)
	b := w.peek(n)
	if len(b) < n {
		return r.short(at, len(b), n, captured)
	}
	w.skip(n)
	p.Data = b[r.headerLen:n:n]
	r.fill(p, (*[pcapRecordLen]byte)(b), captured, wire)
	if r.headerLen == pcapModifiedRecordLen {
		p.Direction = packetType(b[22])
	}
	return nil
}

// fill makes p the packet of the record with header h, all fields of it but
// Data.
func (r *pcapReader) fill(p *Packet, h *[pcapRecordLen]byte, captured, wire uint32) {
	p.Ref = r.in.nextRef()
	p.Time = int64(r.order.u32(h[:]))*1e9 + int64(uint64(r.order.u32(h[4:]))*r.fraction)
	p.LinkType = r.link
	p.OrigLen = wireLength(captured, wire)
	p.Interface = r.iface
	p.Direction, p.GSOSize, p.Checksum, p.DropsBefore, p.Buffer = 0, 0, 0, 0, nil
}

// short tells a record that the end of the file cut from a wrong length. A
// writer that is stopped leaves less than a record, and no record of its is
// longer than the snapshot length.
func (r *pcapReader) short(at int64, have, want int, captured uint32) error {
	if limit := r.in.info.Snaplen; limit != 0 && captured > limit {
		return flawf(at, "its header claims %d captured bytes, more than the snapshot length of %d and more than the file has left",
			captured, limit)
	}
	return ended(r.in.win, at, int64(have), int64(want))
}

// zeros tells whether this record header and the next one are zeros.
func (r *pcapReader) zeros() bool {
	for _, c := range r.in.win.peek(2 * r.headerLen) {
		if c != 0 {
			return false
		}
	}
	return true
}

// packetType reads the direction from the sll_pkttype that a modified pcap
// keeps: 0 to us, 1 broadcast, 2 multicast, 3 to others, 4 from us.
func packetType(t byte) Direction {
	switch t {
	case 0, 1, 2:
		return DirectionIn
	case 4:
		return DirectionOut
	}
	return DirectionUnknown
}

// wireLength is the length on the wire; writers that do not know it leave 0,
// and it is never less than what was captured.
func wireLength(captured, wire uint32) int {
	return int(min(max(captured, wire), math.MaxInt32))
}
