package pipeline

import (
	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/reassembly"
)

// Kept is a packet that belongs to a tunnel. It is lent until Keep returns.
type Kept struct {
	Packet    capture.Packet
	Interface string
	// Comments name the packet in the report, its tunnel, and its anomalies.
	Comments []string
}

// keeper chooses the packets that belong to tunnels: of two addresses between
// which there is one,
//
//   - all of the flows that carry IPsec,
//   - the first keepFirst of every other flow, for what was tried there matters,
//   - fragments, and ICMP errors about them;
//
// and the first keepNear of every connection of others to a server on whose port
// IPsec is spoken in TCP, for what else answers there tells of the tunnel.
//
// So that analyzing what was kept tells the same, the first packets of flows are
// held for a while until it is known whether they are of such a pair. Kept ones
// wait for the end of the round, when it is known which tunnel they are of. The
// order of the packets of a pair stays.
type keeper struct {
	src     capture.Source
	emit    func(*Kept)
	headers dissect.Headers
	decode  *dissect.Decoder
	data    dissect.Datagram

	pairs   map[pairWords]*keptPair
	waiting []*keptPair // not kept, in order of their first held packet
	held    int         // bytes that they hold
	out     []keptPacket
	bytes   []byte // of out
	labels  labels
	servers map[serverWords]struct{}
	swept   int64 // when idle pairs were looked for

	now    int64 // time of the packet in hand
	packet *capture.Packet
	marked []marked // flows that events of this step named
}

const (
	keepFirst    = 32
	keepNear     = 8
	holdFor      = 10e9     // ns
	holdAtMost   = 16 << 20 // bytes, over all pairs
	keepPairs    = 1 << 17
	keepFlows    = 64 // of a pair
	keepBuffered = 32 << 20
	// keepIdle is how long a pair may be idle before it is forgotten, and how
	// often idle ones are looked for, in ns of the capture.
	keepIdle = 600e9
)

// pairWords are two addresses, the smaller first.
type pairWords struct{ aHi, aLo, bHi, bLo uint64 }

// flowWords are the ports of a flow, those of the smaller address first, and its
// protocol.
type flowWords struct {
	a, b  uint16
	proto uint8
}

type marked struct {
	pair pairWords
	flow flowWords
}

// keptPair is what is known of two addresses.
type keptPair struct {
	key   pairWords
	kept  bool
	since int64
	last  int64
	flows []keptFlow
	held  []heldPacket
}

type keptFlow struct {
	flowWords
	kept  bool
	count int
}

type heldPacket struct {
	packet capture.Packet // with bytes of its own
	flow   flowWords
}

type keptPacket struct {
	packet capture.Packet // Data is not valid
	end    int            // of its bytes
	pair   pairWords
	flow   flowWords
}

func newKeeper(src capture.Source, emit func(*Kept)) *keeper {
	return &keeper{src: src, emit: emit, decode: dissect.NewDecoder(), pairs: map[pairWords]*keptPair{},
		labels: newLabels(), servers: map[serverWords]struct{}{}}
}

// begin takes the next packet, before anything is known of it.
func (k *keeper) begin(p *capture.Packet) {
	k.packet, k.now = p, p.Time
	k.marked = k.marked[:0]
}

// event notes that a flow matters. Connections that were asked for, and nothing
// more, are everywhere.
func (k *keeper) event(e *reassembly.Event) {
	if e.Kind == reassembly.KindLoss || !e.Src.IsValid() {
		return
	}
	if e.Kind == reassembly.KindTransport {
		switch e.What {
		case reassembly.HappeningSYN, reassembly.HappeningOpen, reassembly.HappeningRefused, reassembly.HappeningUnused:
			return
		}
	}
	m := marked{}
	var swapped bool
	m.pair, swapped = pairOf(e)
	m.flow = flowOf(swapped, e.Src.Port(), e.Dst.Port(), protoOf(e.Transport, e.Message))
	k.marked = append(k.marked, m)
}

// end decides on the packet, when the events that it completed are known.
func (k *keeper) end() {
	for _, m := range k.marked {
		p := k.pair(m.pair)
		p.flow(m.flow).kept = true
		if !p.kept {
			p.kept = true
			k.release(p)
		}
	}
	pair, flow, ok := k.identify()
	if !ok {
		return
	}
	p := k.pair(pair)
	p.last = k.now
	f := p.flow(flow)
	f.count++
	switch {
	case p.kept && (f.kept || f.count <= keepFirst || flow.proto == 0):
		k.keep(k.packet, pair, flow)
	case !p.kept && f.count <= keepNear && k.near(pair, flow):
		k.keep(k.packet, pair, flow)
	case !p.kept && f.count <= keepFirst:
		k.hold(p, flow)
	}
	if len(k.bytes) >= keepBuffered {
		k.flush() // without waiting for the end of the round
	}
}

// identify tells whose the packet is. Fragments and ICMP errors have no ports
// that count: their protocol is 0.
func (k *keeper) identify() (pairWords, flowWords, bool) {
	if h := &k.headers; h.Read(k.packet) {
		pair, swapped := orderWords(h.SrcHi, h.SrcLo, h.DstHi, h.DstLo, h.SrcPort > h.DstPort)
		return pair, flowOf(swapped, h.SrcPort, h.DstPort, h.Proto), true
	}
	d := &k.data
	k.decode.Decode(k.packet, d)
	switch d.Status {
	case dissect.StatusMalformed, dissect.StatusOther:
		return pairWords{}, flowWords{}, false
	}
	srcHi, srcLo := words(d.Src.Addr())
	dstHi, dstLo := words(d.Dst.Addr())
	pair, swapped := orderWords(srcHi, srcLo, dstHi, dstLo, d.Src.Port() > d.Dst.Port())
	if d.Status != dissect.StatusOK {
		return pair, flowWords{}, true
	}
	return pair, flowOf(swapped, d.Src.Port(), d.Dst.Port(), d.Proto), true
}

func (k *keeper) pair(key pairWords) *keptPair {
	p := k.pairs[key]
	if p == nil {
		if len(k.pairs) >= keepPairs {
			k.thin()
		}
		p = &keptPair{key: key, since: k.now, last: k.now}
		k.pairs[key] = p
	}
	return p
}

// flow returns the state of a flow; where there are too many, the oldest that is
// not kept makes room.
func (p *keptPair) flow(key flowWords) *keptFlow {
	for i := range p.flows {
		if p.flows[i].flowWords == key {
			return &p.flows[i]
		}
	}
	if len(p.flows) >= keepFlows {
		at := 0
		for i := range p.flows {
			if !p.flows[i].kept {
				at = i
				break
			}
		}
		p.flows = append(p.flows[:at], p.flows[at+1:]...)
	}
	p.flows = append(p.flows, keptFlow{flowWords: key})
	return &p.flows[len(p.flows)-1]
}

func (k *keeper) keep(p *capture.Packet, pair pairWords, flow flowWords) {
	k.bytes = append(k.bytes, p.Data...)
	k.out = append(k.out, keptPacket{*p, len(k.bytes), pair, flow})
}

// judged takes the names and the servers of tunnels.
func (k *keeper) judged(j *flows.Judgement) {
	k.newServers(j)
	from := uint64(0)
	if len(k.out) > 0 {
		from = k.out[0].packet.Ref.Number()
	}
	k.labels.judged(j, from)
}

// evicted takes the ids of tunnels that are known no more.
func (k *keeper) evicted(ids []string) { k.labels.forget(ids) }

// flush hands out what was kept.
func (k *keeper) flush() {
	names := k.src.Interfaces()
	from := 0
	var out Kept
	for i := range k.out {
		x := &k.out[i]
		out.Packet = x.packet
		out.Packet.Data = k.bytes[from:x.end:x.end]
		from = x.end
		out.Interface = ""
		if n := int(x.packet.Interface); n < len(names) {
			out.Interface = names[n]
		}
		out.Comments = k.labels.of(x, out.Comments[:0])
		k.emit(&out)
	}
	clear(k.out)
	k.out, k.bytes = k.out[:0], k.bytes[:0]
	k.labels.forgetEvidence()
	k.sweep()
}
