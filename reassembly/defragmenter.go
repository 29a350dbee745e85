package reassembly

import (
	"encoding/binary"
	"net/netip"

	"github.com/ikesniff/ikesniff/dissect"
)

// Defragmenter puts IP fragments together. It belongs to one goroutine and
// must see all fragments of the run in capture order: the pieces of a datagram
// do not all carry ports, so it comes before anything is shared out.
//
// Pieces belong together if addresses, protocol and identification are the same
// (RFC 791 3.2, RFC 8200 4.5), and the place and wrapping they were captured
// in: what a capture saw twice stays two datagrams. Overlapping pieces make an
// IPv6 datagram void (RFC 5722); in IPv4 the bytes that came first stay. Exact
// copies of a piece are counted with their datagram and change nothing.
type Defragmenter struct {
	cfg      Config
	emit     func(*Event)
	natt     *portSet
	decoder  *dissect.Decoder
	timeout  int64
	index    map[fragmentKey]*partial
	waiting  partialList // incomplete, oldest first
	done     partialList // completed: only their marks remain, to know late copies
	idle     []*partial
	buffers  [][]byte // for reuse
	bytes    int      // of all buffers in use
	counters FragmentCounters

	whole [2]dissect.Datagram
	buf   [2][]byte
	head  []byte
	event Event
}

// FragmentCounters count what became of fragments. Every captured packet that
// Add was given and that is in no datagram it returned is, after Flush, in
// exactly one of IPsecPackets and IgnoredPackets.
type FragmentCounters struct {
	// IPsecPackets are fragments of datagrams that never became whole but show
	// that they are IPsec, and late copies of fragments of such datagrams.
	IPsecPackets uint64
	// IgnoredPackets are the other ones that never became whole;
	// UndecidedPackets those of them whose first piece, with the UDP header,
	// was not captured.
	IgnoredPackets, UndecidedPackets uint64
	// CompleteDatagrams and IncompleteDatagrams count datagrams.
	CompleteDatagrams, IncompleteDatagrams uint64
	// Duplicates counts exact copies of pieces, Conflicts pieces that said
	// something else than those before them or overlapped where they must not,
	// Hostile those no sender makes.
	Duplicates, Conflicts, Hostile uint64
	// Evicted counts datagrams given up to make room.
	Evicted uint64
}

type fragmentKey struct {
	src, dst netip.Addr
	id       uint32
	proto    uint8
	tap      dissect.Tap
	encap    dissect.Encap
	vlan     uint16
}

// NewDefragmenter returns a Defragmenter. emit gets a KindFragment event for
// each datagram of IPsec that never became whole; see Add.
func NewDefragmenter(cfg Config, emit func(*Event)) *Defragmenter {
	cfg = cfg.withDefaults()
	return &Defragmenter{
		cfg:     cfg,
		emit:    emit,
		natt:    cfg.natTraversalPorts(),
		decoder: dissect.NewDecoder(),
		timeout: int64(cfg.FragmentTimeout),
		index:   make(map[fragmentKey]*partial),
	}
}

// Add takes in the next fragment and returns the datagram that it completes, or
// nil. A datagram that is no fragment is returned as it is. What is returned is
// valid until the next call, and d must be unchanged until then.
//
// Time, Ref and the like of a datagram put together are those of the packet
// that completed it, TTL that of its first piece; FirstTime, FirstRef,
// Fragments, Packets and IPLength tell of all its pieces. If the capture holds
// less of a piece than the wire had, Payload ends there and Truncated is set.
//
// A piece that comes too late for its datagram lets Add emit an event: Kind is
// KindFragment, Message, SPI, Data and ports are what the first piece tells, if
// it was seen, else QuotedUnknown is set. Length is that of the message, if
// known, else 0.
func (f *Defragmenter) Add(d *dissect.Datagram) *dissect.Datagram {
	// A tunnel inside fragments may itself hold fragments.
	for i := 0; d.Status == dissect.StatusFragment; i++ {
		if i == maxFragmentLevels {
			f.counters.IgnoredPackets += uint64(d.Packets)
			return nil
		}
		if d = f.add(d, i%2); d == nil {
			return nil
		}
	}
	return d
}

const maxFragmentLevels = 4

// Advance tells that the capture has come to time now, in nanoseconds since the
// Unix epoch, so that datagrams may time out although no fragment came.
func (f *Defragmenter) Advance(now int64) {
	for p := f.waiting.oldest; p != nil && now-p.firstTime > f.timeout; p = f.waiting.oldest {
		f.giveUp(p)
	}
	for p := f.done.oldest; p != nil && now-p.firstTime > f.timeout; p = f.done.oldest {
		f.forget(p)
	}
}

// Flush ends the capture: what is incomplete stays so.
func (f *Defragmenter) Flush() {
	for f.waiting.oldest != nil {
		f.giveUp(f.waiting.oldest)
	}
	for f.done.oldest != nil {
		f.forget(f.done.oldest)
	}
}

// Counters returns the counts so far.
func (f *Defragmenter) Counters() FragmentCounters { return f.counters }

func (f *Defragmenter) add(d *dissect.Datagram, out int) *dissect.Datagram {
	f.Advance(d.Time)
	p := f.find(d)
	p.note(d)
	if p.void {
		return nil
	}
	f.bytes -= cap(p.data)
	f.takeBuffer(p)
	strict := d.Src.Addr().Is6()
	result := p.add(d.Frag.Offset, d.PayloadLength, d.Payload, !d.Frag.More, strict)
	f.bytes += cap(p.data)
	switch {
	case result == pieceDuplicate:
		f.counters.Duplicates++
	case result == pieceHostile:
		f.counters.Hostile++
		p.void = true
	case result == pieceConflicts, result == pieceOverlaps && strict:
		f.counters.Conflicts++
		p.void = strict // and all pieces yet to come (RFC 5722 4, RFC 8200 4.5)
	}
	if !p.void && p.complete() {
		return f.complete(p, d, out)
	}
	for f.bytes > f.cfg.MaxFragmentBytes {
		f.counters.Evicted++
		f.giveUp(f.waiting.oldest)
	}
	return nil
}

// find returns the datagram that d is a piece of, which may be a new one.
func (f *Defragmenter) find(d *dissect.Datagram) *partial {
	key := fragmentKey{d.Src.Addr(), d.Dst.Addr(), d.IPID, d.Proto, d.Tap, d.Encap, d.VLAN}
	p := f.index[key]
	switch {
	case p == nil:
		f.makeRoom()
		p = f.fresh()
		p.key = key
		f.index[key] = p
	case p.completed:
		// A late copy of a piece, a copy of the whole datagram, or the
		// identification was used again: that shows when it is complete.
		f.done.remove(p)
		p.completed = false
	default:
		return p
	}
	f.waiting.append(p)
	return p
}

func (f *Defragmenter) makeRoom() {
	if len(f.index) < f.cfg.MaxFragmented {
		return
	}
	if f.done.oldest != nil {
		f.forget(f.done.oldest)
		return
	}
	f.counters.Evicted++
	f.giveUp(f.waiting.oldest)
}

// complete makes the datagram of which d is the piece that was missing.
func (f *Defragmenter) complete(p *partial, d *dissect.Datagram, out int) *dissect.Datagram {
	f.counters.CompleteDatagrams++
	f.buf[out] = p.join(f.buf[out][:0])
	payload := f.buf[out]
	missing := p.total - len(payload)

	w := &f.whole[out]
	*w = *d
	w.Packets, w.Fragments, w.IPLength = p.packets, len(p.list), p.ipLength
	w.FirstTime, w.FirstRef = p.firstTime, p.firstRef
	w.TTL, w.DF = p.ttl, p.df
	f.decoder.Resume(w, payload)
	if missing > 0 {
		cut(w, payload, missing, d.Encap)
	}

	p.ipsec = f.tell(p.key.proto, payload, p.total).ipsec
	p.marks = p.pieces.marks(p.marks[:0])
	f.waiting.remove(p)
	f.giveBuffer(p)
	p.clear()
	p.completed = true
	p.firstTime = d.Time
	f.done.append(p)
	return w
}

// cut corrects a datagram of which the last missing bytes were not captured:
// the decoder took the payload for all there was. encap is what the fragments
// were wrapped in.
func cut(w *dissect.Datagram, payload []byte, missing int, encap dissect.Encap) {
	w.Truncated = true
	switch {
	case w.Status == dissect.StatusMalformed:
		w.Status = dissect.StatusOther // it ends early because the capture does
	case w.Status != dissect.StatusOK:
	case w.Proto == dissect.ProtoUDP && w.Encap == encap:
		w.Problem = ""
		n := int(binary.BigEndian.Uint16(payload[4:]))
		if n < udpHeaderLength {
			n = len(payload) + missing // a jumbogram ends where the IP packet does
		}
		w.PayloadLength = min(n, len(payload)+missing) - udpHeaderLength
	default:
		w.PayloadLength += missing
	}
}

// giveUp counts a datagram that did not become whole.
func (f *Defragmenter) giveUp(p *partial) {
	if !p.void && p.repeats(p.marks) {
		// Late copies of pieces of a datagram that is complete.
		f.counters.Duplicates += uint64(p.packets)
		f.count(p.packets, p.ipsec, false)
		f.forget(p)
		return
	}
	f.counters.IncompleteDatagrams++
	f.head = p.join(f.head[:0])
	head := f.head
	t := f.tell(p.key.proto, head, p.total)
	f.count(p.packets, t.ipsec, !t.known)
	if t.ipsec {
		f.event = Event{
			Kind: KindFragment,
			Time: p.lastTime, FirstTime: p.firstTime, Ref: p.lastRef, FirstRef: p.firstRef,
			Tap:   p.key.tap,
			Src:   netip.AddrPortFrom(p.key.src, t.srcPort),
			Dst:   netip.AddrPortFrom(p.key.dst, t.dstPort),
			Encap: p.key.encap, Transport: t.transport, Message: t.message,
			Confidence: t.confidence, SPI: t.spi, Sequence: t.sequence,
			QuotedUnknown: !t.seen,
			Data:          t.data, Length: t.length, Truncated: len(t.data) < t.length || t.length == 0,
			Packets: p.packets, IPLength: p.ipLength, Fragments: len(p.list),
			TTL: p.ttl, IPID: p.key.id, HasIPID: true,
		}
		f.emit(&f.event)
	}
	f.forget(p)
}

func (f *Defragmenter) count(packets int, ipsec, undecided bool) {
	n := uint64(packets)
	switch {
	case ipsec:
		f.counters.IPsecPackets += n
		return
	case undecided:
		f.counters.UndecidedPackets += n
	}
	f.counters.IgnoredPackets += n
}
