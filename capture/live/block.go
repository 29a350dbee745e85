package live

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/capture"
)

// Places in a block and in a packet's header (linux/if_packet.h).
const (
	blockHeader  = 48
	blockPackets = 12
	blockFirst   = 16

	packetHeader  = 48
	packetAddress = packetHeader // sockaddr_ll behind the header
	packetMinimum = packetAddress + 20
	virtioHeader  = 10
)

// Bits of a packet's status.
const (
	statusChecksumNotReady = 1 << 3
	statusVLANValid        = 1 << 4
	statusVLANTPIDValid    = 1 << 6
	statusChecksumValid    = 1 << 7
)

// Kinds of packets by who they are for (PACKET_OUTGOING) and how large frames
// were merged (virtio_net_hdr).
const (
	packetOutgoing = 4
	gsoTCP4        = 1 // VIRTIO_NET_HDR_GSO_TCPV4
	gsoTCP6        = 4 // VIRTIO_NET_HDR_GSO_TCPV6
	gsoUDP         = 5 // VIRTIO_NET_HDR_GSO_UDP_L4
	gsoECN         = 0x80
)

// record is one packet of a block. Data lies in the block, with headroom in
// front of it.
type record struct {
	block     []byte
	mac       int // where the frame begins
	captured  int
	wire      int
	time      int64 // nanoseconds since the Unix epoch
	status    uint32
	tci, tpid uint16
	index     int32  // of the interface
	hardware  uint16 // ARPHRD_*
	kind      uint8
	gso       uint8
	gsoSize   uint16
}

// merged tells whether the frame is one of several, all of which are there.
func (r *record) merged() bool {
	switch r.gso &^ gsoECN {
	case gsoTCP4, gsoTCP6, gsoUDP:
		return r.captured == r.wire && linkType(r.hardware) == capture.LinkEthernet
	}
	return false
}

func (r *record) data() []byte { return r.block[r.mac : r.mac+r.captured : r.mac+r.captured] }

// records reads the packets of a block one by one. What the kernel wrote is
// checked against the block: nothing beyond it is touched.
type records struct {
	block   []byte
	left    uint32
	at      int
	virtio  bool
	damaged uint64
}

// begin takes a filled block.
func (r *records) begin(block []byte) {
	r.block, r.left, r.at = block, 0, 0
	if len(block) >= blockHeader {
		r.left = binary.NativeEndian.Uint32(block[blockPackets:])
		r.at = int(binary.NativeEndian.Uint32(block[blockFirst:]))
	}
}

// next reads a packet; false at the end of the block.
func (r *records) next(p *record) bool {
	for r.left > 0 {
		if r.at < blockHeader || r.at+packetMinimum > len(r.block) {
			r.damaged += uint64(r.left)
			r.left = 0
			return false
		}
		h := r.block[r.at:]
		from := r.at
		r.left--
		step := int(binary.NativeEndian.Uint32(h))
		if step == 0 && r.left > 0 {
			r.damaged += uint64(r.left)
			r.left = 0
		}
		r.at += step
		if r.read(h, from, p) {
			return true
		}
		r.damaged++
	}
	return false
}

func (r *records) read(h []byte, from int, p *record) bool {
	ne := binary.NativeEndian
	*p = record{
		block: r.block, time: int64(ne.Uint32(h[4:]))*1e9 + int64(ne.Uint32(h[8:])),
		captured: int(ne.Uint32(h[12:])), wire: int(ne.Uint32(h[16:])), status: ne.Uint32(h[20:]),
		mac: from + int(ne.Uint16(h[24:])), tci: uint16(ne.Uint32(h[32:])), tpid: ne.Uint16(h[36:]),
		index: int32(ne.Uint32(h[packetAddress+4:])), hardware: ne.Uint16(h[packetAddress+8:]), kind: h[packetAddress+10],
	}
	first := from + packetMinimum
	if r.virtio {
		first += virtioHeader
	}
	if p.mac < first || p.captured < 0 || p.captured > len(r.block)-p.mac {
		return false
	}
	p.wire = max(p.wire, p.captured)
	if r.virtio {
		v := r.block[p.mac-virtioHeader:]
		p.gso, p.gsoSize = v[1], ne.Uint16(v[4:])
	}
	return true
}

// restoreTag puts back the VLAN tag that was taken off: the addresses move
// forward by its length, over what is in front of the frame.
func (p *record) restoreTag() {
	const addresses, width = 12, 4
	if p.status&statusVLANValid == 0 || p.captured < addresses+2 {
		return
	}
	tpid := p.tpid
	if p.status&statusVLANTPIDValid == 0 || tpid == 0 {
		tpid = 0x8100
	}
	b := p.block[p.mac-width:]
	copy(b, b[width:width+addresses])
	binary.BigEndian.PutUint16(b[addresses:], tpid)
	binary.BigEndian.PutUint16(b[addresses+2:], p.tci)
	p.mac -= width
	p.captured += width
	p.wire += width
}
