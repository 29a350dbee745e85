package ike

// AppendFields adds the proposals with their transforms and attributes, and
// what is wrong with them.
func (s SA) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, s.findings(to.at)...)
	for i := s.Proposals(); i.Next(); {
		p := i.Proposal()
		proposal := to.open("proposal", len(i.s.cur))
		to.num(uint64(p.Number)).str(" ").str(p.Protocol.String())
		to.substructureHead(i.s.cur)
		to.add("number", 1).num(uint64(p.Number))
		to.add("protocol", 1).enum(namesProtocols, uint16(p.Protocol))
		to.add("SPI size", 1).num(uint64(len(p.SPI)))
		to.add("number of transforms", 1).num(uint64(i.s.cur[7]))
		to.opaqueBytes("SPI", p.SPI)
		for k := p.Transforms(); k.Next(); {
			k.Transform().appendFields(to, k.s.cur)
		}
		to.close(proposal)
	}
}

// String gives type and name: "ENCR AES_CBC_256".
func (t Transform) String() string { return t.Type.Name() + " " + t.Name() }

// appendFields adds a transform; b are its bytes.
func (t Transform) appendFields(to *Tree, b []byte) {
	transform := to.open("transform", len(b))
	name, short := namesTransforms(t.Type, t.ID)
	to.str(t.Type.Name()).str(" ").str(or(short, t.ID))
	if bits := t.KeyLength(); bits != 0 {
		to.str("_").num(uint64(bits))
	}
	to.substructureHead(b)
	to.add("type", 1).enum(namesTransformTypes, uint16(t.Type))
	to.skip(1)
	to.add("ID", 2).named(name, uint64(t.ID))
	r := fieldReader{Tree: to, b: t.attributes}
	r.attributesAs(namesAttributes, transformAttribute)
	r.end()
	to.close(transform)
}

// substructureHead adds the first four bytes of a proposal or transform.
func (t *Tree) substructureHead(b []byte) {
	last := "no"
	if b[0] == 0 {
		last = "yes"
	}
	t.add("last", 1).str(last)
	t.skip(1)
	t.add("length", 2).num(uint64(len(b)))
}

// transformAttribute writes the value of a transform attribute.
func transformAttribute(t *Tree, a Attribute) {
	if a.Type == AttributeSignature && !a.Short {
		name, _ := algorithmText(a.Value)
		t.str(name)
		return
	}
	attributeValue(t, a)
}
