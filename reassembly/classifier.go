package reassembly

import (
	"encoding/binary"
	"net/netip"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly/tcpframe"
)

// Classifier tells which datagrams carry IPsec and emits them as events. It
// belongs to one goroutine and must see all datagrams of the address pairs it
// is given, in capture order.
type Classifier struct {
	cfg      Config
	emit     func(*Event)
	natt     *portSet
	tcpPorts *portSet
	flows    *table[tuple, flow]
	spis     *table[tuple, struct{}]
	holds    holds
	nearby   nearby
	counters Counters

	conns      *table[tuple, tcpEntry]
	judged     connList           // those of conns that are looked at more closely
	live       connList           // those that carry IPsec
	listSlack  uint64             // how exactly the two lists keep the order of use
	midways    []*tcpframe.Midway // memory for those to come
	idleConns  []*tcpConn
	tcpHeld    int      // bytes of held segments
	holding    holdList // those whose streams hold something
	streamHeld int      // and how much all of them do
	arrived    segment  // the segment at hand
	opening    [tcpframe.JudgeBytes]byte
	ikes       *table[ikeKey, struct{}]
	endpoints  endpoints

	arrivals uint64
	event    Event
	datagram dissect.Datagram // of the frame at hand
	// key and udpAt are of the frame at hand, too. They lie here because variables
	// of Packet would be allocated where it is inlined in another package, whose
	// compilation cannot see that the tables, being generic, keep no pointers to
	// their keys.
	key   tuple
	udpAt udpFlow
}

// Counters count captured packets (Datagram.Packets). Every packet given to a
// Classifier is in exactly one of IPsecPackets and IgnoredPackets once Finish
// has returned; before, those held without verdict are in none.
type Counters struct {
	// IPsecPackets carried what an event was emitted for.
	IPsecPackets uint64
	// IgnoredPackets are all others; UndecidedPackets are those of them that
	// could be ESP, or a message of which too little was captured.
	IgnoredPackets, UndecidedPackets uint64
	// Evicted counts flows and SPIs that were forgotten to make room. While it
	// is 0, nothing was missed for lack of memory.
	Evicted uint64

	// TCPConnections counts TCP connections that carried IPsec or began to.
	TCPConnections uint64
	// IgnoredForgotten counts TCP connections without IPsec that were forgotten
	// to make room; nothing of theirs would have been of interest.
	IgnoredForgotten uint64
}

// Add sums up counters of several workers.
func (c *Counters) Add(o Counters) {
	c.IPsecPackets += o.IPsecPackets
	c.IgnoredPackets += o.IgnoredPackets
	c.UndecidedPackets += o.UndecidedPackets
	c.Evicted += o.Evicted
	c.TCPConnections += o.TCPConnections
	c.IgnoredForgotten += o.IgnoredForgotten
}

// NewClassifier returns a Classifier that hands events to emit. The event and
// its bytes are only lent until emit returns.
func NewClassifier(cfg Config, emit func(*Event)) *Classifier {
	cfg = cfg.withDefaults()
	c := &Classifier{
		cfg:  cfg,
		emit: emit,
		natt: cfg.natTraversalPorts(),

		tcpPorts: cfg.tcpPorts(),

		flows: newTable[tuple, flow](cfg.MaxFlows),
		spis:  newTable[tuple, struct{}](cfg.MaxSPIs),
		conns: newTable[tuple, tcpEntry](cfg.MaxConnections),
		ikes:  newTable[ikeKey, struct{}](cfg.MaxSPIs),
	}
	c.listSlack = uint64(min(cfg.MaxStreams/16, maxSlack))
	c.endpoints = endpoints{newTable[netip.AddrPort, Endpoint](maxEndpoints), &c.counters.IgnoredForgotten}
	return c
}

// Datagram takes in the next datagram; it keeps no reference to it. Fragments
// must have gone through a Defragmenter before. What is no datagram at all
// (fragments, other protocols, malformed packets) counts as ignored: a caller
// that counts malformed packets does not pass them.
func (c *Classifier) Datagram(d *dissect.Datagram) {
	c.arrivals++
	switch {
	case d.Status == dissect.StatusQuote:
		c.quote(d)
	case d.Status != dissect.StatusOK:
		c.ignore(d)
	case d.Proto == dissect.ProtoUDP:
		u := &c.udpAt
		u.key, u.direction = endpointsKey(d.Src, d.Dst)
		c.findFlow(u)
		c.udp(d, u)
	case d.Proto == dissect.ProtoTCP:
		key, dir := endpointsKey(d.Src, d.Dst)
		hash := key.hash()
		e := lookup(c.conns, &key, hash)
		if e == nil {
			e = c.newTCP(d, key, hash)
		}
		c.tcp(d, e, dir)
	case d.Proto == dissect.ProtoESP:
		c.esp(d)
	case d.Proto == dissect.ProtoAH:
		c.ah(d)
	default:
		c.ignore(d)
	}
}

// Loss tells that the capture lost n packets right before the packet at ref.
// A loss belongs to no pair, so the caller tells every Classifier of the run,
// in order with the datagrams. The event has no addresses.
func (c *Classifier) Loss(time int64, ref capture.Ref, n uint64) {
	c.event = Event{Kind: KindLoss, Time: time, FirstTime: time, Ref: ref, FirstRef: ref, Lost: n}
	c.emit(&c.event)
}

// Finish ends the capture: what is still held gets its verdict. Nothing may be
// passed afterwards.
func (c *Classifier) Finish() {
	c.finishHolds()
	c.finishTCP()
}

// Counters returns the counts so far.
func (c *Classifier) Counters() Counters { return c.counters }

func (c *Classifier) ignore(d *dissect.Datagram) {
	c.counters.IgnoredPackets += uint64(d.Packets)
}

func (c *Classifier) undecided(d *dissect.Datagram) {
	c.counters.IgnoredPackets += uint64(d.Packets)
	c.counters.UndecidedPackets += uint64(d.Packets)
}

// begin readies an event with what all events take from a datagram. data is
// the captured part of the message and a tail of the datagram's payload.
func (c *Classifier) begin(d *dissect.Datagram, data []byte) *Event {
	length := d.PayloadLength - (len(d.Payload) - len(data))
	e := &c.event
	e.renew()
	e.Time, e.FirstTime, e.Ref, e.FirstRef, e.Tap = d.Time, d.Time, d.Ref, d.Ref, d.Tap
	e.Src, e.Dst, e.Encap = d.Src, d.Dst, d.Encap
	e.Data, e.Length, e.Truncated = data, length, len(data) < length
	e.Packets, e.IPLength, e.Fragments = d.Packets, d.IPLength, d.Fragments
	e.TTL, e.IPID, e.HasIPID = d.TTL, d.IPID, d.HasIPID
	if d.Fragments > 0 {
		e.FirstTime, e.FirstRef = d.FirstTime, d.FirstRef
	}
	return e
}

// message emits an event of KindMessage and counts its packets.
func (c *Classifier) message(e *Event) {
	if e.Kind == KindMessage && e.Message == MessageIKE && len(e.Data) >= ike.HeaderLength {
		c.learnIKE(e.Src.Addr(), e.Dst.Addr(), binary.BigEndian.Uint64(e.Data), binary.BigEndian.Uint64(e.Data[8:]))
	}
	c.counters.IPsecPackets += uint64(e.Packets)
	c.emit(e)
}

// emitHeld emits a message that was held.
func (c *Classifier) emitHeld(h *hold, m *heldMessage, conf Confidence) {
	data := h.buf[m.begin:m.end:m.end]
	c.event = Event{
		Kind: KindMessage, Message: m.kind, Transport: TransportUDPNATT, Confidence: conf,
		Time: m.time, FirstTime: m.firstTime, Ref: m.ref, FirstRef: m.firstRef, Tap: m.tap,
		Src: h.ends[m.direction], Dst: h.ends[1-m.direction], Encap: m.encap,
		Packets: m.packets, IPLength: m.ipLength, Fragments: m.fragments,
		TTL: m.ttl, IPID: m.ipid, HasIPID: m.hasIPID, Length: m.length,
	}
	e := &c.event
	if m.kind == MessageESP {
		e.setESP(data)
		e.Truncated = len(data) < m.length
		c.learnESP(e)
	}
	c.message(e)
}

// learnESP remembers that the SPI of an event was used between its addresses.
func (c *Classifier) learnESP(e *Event) {
	k := spiKey(e.Src.Addr(), e.Dst.Addr(), e.SPI)
	c.learnSPI(&k)
}

// learnSPI remembers a spiKey.
func (c *Classifier) learnSPI(k *tuple) {
	h := k.hash()
	if lookup(c.spis, k, h) == nil {
		if c.spis.len() >= c.cfg.MaxSPIs {
			c.counters.Evicted++
		}
		c.spis.put(*k, h, nil)
	}
}

func (c *Classifier) knowsSPI(k tuple) bool {
	return c.spis.len() > 0 && lookup(c.spis, &k, k.hash()) != nil
}
