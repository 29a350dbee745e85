package filter

import "encoding/binary"

func (n macNode) gen(g *generator, yes, no label) {
	if g.kind != ethernet {
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
	if g.kind != ethernet {
		g.refused = "vlan is supported on Ethernet only"
		return
	}
	at := g.etherType + uint32(n.tags)*tagWidth
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
	g.loadAt(sizeH, at+2)
	g.emit(Instruction{Code: classALU | aluAND, K: 0xfff})
	g.jump(jmpJEQ, uint32(n.id), yes, no)
}
