package filter

import "encoding/binary"

func (n macNode) gen(g *generator, yes, no label) {
	switch g.kind {
	case ethernet:
	case kernel: // Ethernet is not all there is
		is := g.label()
		g.loadAt(sizeH, ancillaryHardware)
		g.jump(jmpJEQ, hardwareEthernet, is, no)
		g.place(is)
	default:
		g.refused = "this link type has no Ethernet addresses"
		return
	}
	g.sides(n.side, yes, no, func(destination bool, yes, no label) {
		at := uint32(6)
		if destination {
			at = 0
		}
		next := g.label()
		g.loadAt(sizeW, at+2)
		g.jump(jmpJEQ, binary.BigEndian.Uint32(n.mac[2:]), next, no)
		g.place(next)
		g.loadAt(sizeH, at)
		g.jump(jmpJEQ, uint32(binary.BigEndian.Uint16(n.mac[:])), yes, no)
	})
}

// tagTypes announce a VLAN tag: IEEE 802.1Q, 802.1ad, and what was used before.
var tagTypes = []uint32{0x8100, 0x88a8, 0x9100}

func (n vlanNode) gen(g *generator, yes, no label) {
	if g.kind != ethernet && g.kind != kernel {
		g.refused = "vlan is supported on Ethernet only"
		return
	}
	if g.kind == kernel && n.tags == 0 {
		n.takenOff(g, yes, no)
		return
	}
	at := g.typeAt(n.inside)
	found := yes
	if !n.any {
		found = g.label()
	}
	g.loadAt(sizeH, at)
	for _, t := range tagTypes {
		next := g.label()
		g.jump(jmpJEQ, t, found, next)
		g.place(next)
	}
	g.never(no)
	if n.any {
		return
	}
	g.place(found)
	if g.kind == kernel && n.tags == 1 {
		at = g.ip - 2 // the type is the kernel's, the tag the packet's
	}
	g.loadAt(sizeH, at+2)
	n.compare(g, yes, no)
}

func (n vlanNode) compare(g *generator, yes, no label) {
	g.emit(Instruction{Code: classALU | aluAND, K: 0xfff})
	g.jump(jmpJEQ, uint32(n.id), yes, no)
}

// takenOff looks at the tag that the kernel has taken off.
func (n vlanNode) takenOff(g *generator, yes, no label) {
	found := yes
	if !n.any {
		found = g.label()
	}
	g.loadAt(sizeB, ancillaryTagged)
	g.jump(jmpJEQ, 0, no, found)
	if n.any {
		return
	}
	g.place(found)
	g.loadAt(sizeH, ancillaryTag)
	n.compare(g, yes, no)
}
