package filter

func (n relationNode) gen(g *generator, yes, no label) {
	n.left.need(g, no)
	n.right.need(g, no)
	source := uint16(srcK)
	k, constant := n.right.(number)
	if constant {
		n.left.load(g, 0)
	} else {
		source = srcX
		both(g, n.left, n.right, 0)
	}
	switch n.op {
	case "=", "==":
		g.jump(jmpJEQ|source, uint32(k), yes, no)
	case "!=":
		g.jump(jmpJEQ|source, uint32(k), no, yes)
	case ">":
		g.jump(jmpJGT|source, uint32(k), yes, no)
	case "<=":
		g.jump(jmpJGT|source, uint32(k), no, yes)
	case ">=":
		g.jump(jmpJGE|source, uint32(k), yes, no)
	case "<":
		g.jump(jmpJGE|source, uint32(k), no, yes)
	}
}

// both loads left into A and right into X.
func both(g *generator, left, right value, free uint32) {
	if free >= memoryWords {
		g.refused = "the calculation is nested too deeply"
		return
	}
	left.load(g, free)
	g.emit(Instruction{Code: classST, K: free})
	right.load(g, free+1)
	g.emit(Instruction{Code: classMISC | miscTAX})
	g.emit(Instruction{Code: classLD | modeMEM, K: free})
}

func (number) need(*generator, label)   {}
func (lengthOf) need(*generator, label) {}

func (n number) load(g *generator, _ uint32) {
	g.emit(Instruction{Code: classLD | modeIMM, K: uint32(n)})
}

func (lengthOf) load(g *generator, _ uint32) { g.emit(Instruction{Code: classLD | modeLEN}) }

func (c calculation) need(g *generator, no label) {
	c.left.need(g, no)
	c.right.need(g, no)
}

func (c calculation) load(g *generator, free uint32) {
	if k, constant := c.right.(number); constant {
		c.left.load(g, free)
		g.emit(Instruction{Code: classALU | c.op, K: uint32(k)})
		return
	}
	both(g, c.left, c.right, free)
	g.emit(Instruction{Code: classALU | c.op | srcX})
}

// need asks for the protocol whose bytes are named, and for a first fragment
// where they are the transport's.
func (a accessor) need(g *generator, no label) {
	a.offset.need(g, no)
	next := g.label()
	if t, ok := etherTypes[a.protocol]; ok {
		g.carries(a.inside, t, next, no)
	} else if n, ok := protocols[a.protocol]; ok {
		n.inside = a.inside
		if n.network != onlyIP6 {
			n.network = onlyIP
		}
		n.gen(g, next, no)
		if n.network == onlyIP {
			g.place(next)
			next = g.label()
			g.firstFragment(a.inside, next, no)
		}
	}
	if a.protocol != "ether" {
		g.place(next)
	}
}

func (a accessor) load(g *generator, free uint32) {
	base := uint32(0)
	if a.protocol != "ether" {
		base = g.at(a.inside, 0)
	}
	if a.protocol == "icmp6" {
		base += ip6Payload
	}
	header := Instruction{Code: classLDX | sizeB | modeMSH, K: base}
	_, aboveIP := protocols[a.protocol]
	aboveIP = aboveIP && a.protocol != "icmp6"
	k, constant := a.offset.(number)
	switch {
	case constant && aboveIP:
		g.emit(header)
		g.emit(Instruction{Code: classLD | a.size | modeIND, K: base + uint32(k)})
	case constant:
		g.loadAt(a.size, base+uint32(k))
	default:
		a.offset.load(g, free)
		if aboveIP {
			g.emit(header)
			g.emit(Instruction{Code: classALU | aluADD | srcX})
		}
		g.emit(Instruction{Code: classMISC | miscTAX})
		g.emit(Instruction{Code: classLD | a.size | modeIND, K: base})
	}
}
