package filter

import "github.com/ikesniff/ikesniff/capture"

// layout says where packets of a link type have what, in bytes from their start.
type layout struct {
	kind linkKind
	// etherType and ip are the places of the type of what is carried, and of that.
	etherType, ip uint32
}

type linkKind uint8

const (
	typed    linkKind = iota // a type as Ethernet's
	ethernet                 // the same, with VLAN tags and addresses
	bare                     // IP alone
	family                   // BSD loopback: an address family, in either byte order
	kernel                   // whatever it is, as the Linux kernel sees it
)

var layouts = map[capture.LinkType]layout{
	capture.LinkEthernet: {ethernet, 12, 14},
	capture.LinkSLL:      {typed, 14, 16},
	capture.LinkSLL2:     {typed, 0, 20},
	capture.LinkRaw12:    {kind: bare},
	capture.LinkRaw14:    {kind: bare},
	capture.LinkRaw:      {kind: bare},
	capture.LinkIPv4:     {kind: bare},
	capture.LinkIPv6:     {kind: bare},
	capture.LinkNull:     {family, 0, 4},
	capture.LinkLoop:     {family, 0, 4},
}

// tagWidth is the length of a VLAN tag (IEEE 802.1Q).
const tagWidth = 4

// at is the place of a byte of IP behind so many VLAN tags.
func (g *generator) at(in inside, offset uint32) uint32 { return g.ip + g.tags(in) + offset }

// tags is the width of the tags in front. The kernel has taken the first off.
func (g *generator) tags(in inside) uint32 {
	if g.kind == kernel {
		return uint32(max(0, in.tags-1)) * tagWidth
	}
	return uint32(in.tags) * tagWidth
}

// typeAt is the place of the type of what is carried behind tags. The kernel
// tells the type behind the tag that it has taken off; further ones are where
// it takes IP to begin.
func (g *generator) typeAt(in inside) uint32 {
	if g.kind == kernel && in.tags > 1 {
		return g.ip + g.tags(in) - 2
	}
	return g.etherType + g.tags(in)
}

// families are the numbers of an address family: IPv6's differs by system
// (Linux 10, NetBSD and OpenBSD 24, FreeBSD 28, macOS 30).
var families = map[uint16][]uint32{0x0800: {2}, 0x86dd: {10, 24, 28, 30}}

// carries goes to yes if what is carried has this type of Ethernet's.
func (g *generator) carries(in inside, etherType uint16, yes, no label) {
	switch g.kind {
	case typed, ethernet, kernel:
		g.loadAt(sizeH, g.typeAt(in))
		g.jump(jmpJEQ, uint32(etherType), yes, no)
	case bare:
		version := map[uint16]uint32{0x0800: 0x40, 0x86dd: 0x60}[etherType]
		if version == 0 {
			g.never(no)
			return
		}
		g.loadAt(sizeB, 0)
		g.emit(Instruction{Code: classALU | aluAND, K: 0xf0})
		g.jump(jmpJEQ, version, yes, no)
	case family:
		known := families[etherType]
		if known == nil {
			g.never(no)
			return
		}
		g.loadAt(sizeW, 0)
		for _, f := range known {
			for _, v := range []uint32{f, f << 24} {
				next := g.label()
				g.jump(jmpJEQ, v, yes, next)
				g.place(next)
			}
		}
		g.never(no)
	}
}

// never goes to no.
func (g *generator) never(no label) { g.jump(jmpJEQ, 0, no, no) }
