package filter

import "encoding/binary"

func (n etherTypeNode) gen(g *generator, yes, no label) { g.carries(n.inside, n.value, yes, no) }

// Places in IP (RFC 791 3.1, RFC 8200 3) and in ARP for IPv4 (RFC 826).
const (
	ip4Protocol, ip4Fragment, ip4Source, ip4Destination = 9, 6, 12, 16
	ip6Protocol, ip6Source, ip6Destination              = 6, 8, 24
	ip6Payload                                          = 40
	arpSender, arpTarget                                = 14, 24
	fragmentHeader                                      = 44 // of IPv6
)

func (n hostNode) gen(g *generator, yes, no label) {
	if n.prefix.Addr().Is6() {
		n.within(g, 0x86dd, ip6Source, ip6Destination, yes, no)
		return
	}
	kinds := []struct {
		network             network
		etherType           uint16
		source, destination uint32
	}{
		{onlyIP, 0x0800, ip4Source, ip4Destination},
		{onlyARP, 0x0806, arpSender, arpTarget},
		{onlyRARP, 0x8035, arpSender, arpTarget},
	}
	for _, k := range kinds {
		if n.network == anyNetwork || n.network == k.network {
			next := g.label()
			n.within(g, k.etherType, k.source, k.destination, yes, next)
			g.place(next)
		}
	}
	g.never(no)
}

// within looks at the addresses of one protocol.
func (n hostNode) within(g *generator, etherType uint16, source, destination uint32, yes, no label) {
	is := g.label()
	g.carries(n.inside, etherType, is, no)
	g.place(is)
	g.sides(n.side, yes, no, func(destinationWanted bool, yes, no label) {
		at := source
		if destinationWanted {
			at = destination
		}
		n.compare(g, g.at(n.inside, at), yes, no)
	})
}

// sides tries a condition on the sides that it is about.
func (g *generator) sides(s side, yes, no label, try func(destination bool, yes, no label)) {
	next := g.label()
	switch s {
	case sourceSide:
		try(false, yes, no)
	case destinationSide:
		try(true, yes, no)
	case bothSides:
		try(false, next, no)
		g.place(next)
		try(true, yes, no)
	default:
		try(false, yes, next)
		g.place(next)
		try(true, yes, no)
	}
}

// compare compares the address at a place, a word at a time. Words behind the
// prefix are loaded all the same: a packet too short for them has no address.
func (n hostNode) compare(g *generator, at uint32, yes, no label) {
	b := n.prefix.Addr().AsSlice()
	bits := n.prefix.Bits()
	for i := 0; i < len(b); i += 4 {
		next := yes
		if i+4 < len(b) {
			next = g.label()
		}
		g.loadAt(sizeW, at+uint32(i))
		switch within := bits - 8*i; {
		case within <= 0:
			g.jump(jmpJEQ, 0, next, next)
		case within < 32:
			mask := ^uint32(0) << (32 - within)
			g.emit(Instruction{Code: classALU | aluAND, K: mask})
			g.jump(jmpJEQ, binary.BigEndian.Uint32(b[i:])&mask, next, no)
		default:
			g.jump(jmpJEQ, binary.BigEndian.Uint32(b[i:]), next, no)
		}
		if next != yes {
			g.place(next)
		}
	}
}

func (n protocolNode) gen(g *generator, yes, no label) {
	six := g.label()
	if n.network == onlyIP6 {
		g.place(six)
		n.gen6(g, yes, no)
		return
	}
	is := g.label()
	g.carries(n.inside, 0x0800, is, six)
	g.place(is)
	g.loadAt(sizeB, g.at(n.inside, ip4Protocol))
	g.jump(jmpJEQ, uint32(n.protocol), yes, no)
	g.place(six)
	if n.network == onlyIP {
		g.never(no)
		return
	}
	n.gen6(g, yes, no)
}

// gen6 looks at IPv6's next header, and behind a fragment header in front.
func (n protocolNode) gen6(g *generator, yes, no label) {
	is, other, fragment := g.label(), g.label(), g.label()
	g.carries(n.inside, 0x86dd, is, no)
	g.place(is)
	g.loadAt(sizeB, g.at(n.inside, ip6Protocol))
	g.jump(jmpJEQ, uint32(n.protocol), yes, other)
	g.place(other)
	g.jump(jmpJEQ, fragmentHeader, fragment, no)
	g.place(fragment)
	g.loadAt(sizeB, g.at(n.inside, ip6Payload))
	g.jump(jmpJEQ, uint32(n.protocol), yes, no)
}

func (n portNode) gen(g *generator, yes, no label) {
	six, four, found6, found4, whole := g.label(), g.label(), g.label(), g.label(), g.label()
	not6 := g.label()
	g.carries(n.inside, 0x86dd, six, not6)
	g.place(six)
	n.transport(g, ip6Protocol, found6, no)
	g.place(found6)
	n.compare(g, modeABS, ip6Payload, yes, no)
	g.place(not6)
	g.carries(n.inside, 0x0800, four, no)
	g.place(four)
	n.transport(g, ip4Protocol, found4, no)
	g.place(found4)
	g.firstFragment(n.inside, whole, no)
	g.place(whole)
	g.emit(Instruction{Code: classLDX | sizeB | modeMSH, K: g.at(n.inside, 0)})
	n.compare(g, modeIND, 0, yes, no)
}

// transport looks for one of the protocols that have ports.
func (n portNode) transport(g *generator, at uint32, yes, no label) {
	list := []uint8{n.protocol}
	if n.protocol == 0 {
		list = []uint8{132, 6, 17}
	}
	g.loadAt(sizeB, g.at(n.inside, at))
	for _, p := range list {
		next := g.label()
		g.jump(jmpJEQ, uint32(p), yes, next)
		g.place(next)
	}
	g.never(no)
}

// firstFragment goes to no for an IPv4 fragment that is not the first: it has
// no transport header.
func (g *generator) firstFragment(in inside, yes, no label) {
	g.loadAt(sizeH, g.at(in, ip4Fragment))
	g.jump(jmpJSET, 0x1fff, no, yes)
}

func (n portNode) compare(g *generator, mode uint16, at uint32, yes, no label) {
	g.sides(n.side, yes, no, func(destination bool, yes, no label) {
		k := g.at(n.inside, at)
		if destination {
			k += 2
		}
		g.emit(Instruction{Code: classLD | sizeH | mode, K: k})
		if n.low == n.high {
			g.jump(jmpJEQ, uint32(n.low), yes, no)
			return
		}
		next := g.label()
		g.jump(jmpJGE, uint32(n.low), next, no)
		g.place(next)
		g.jump(jmpJGT, uint32(n.high), no, yes)
	})
}
