package ike

// Fields gives the fields of the body, which begins at byte at of the message.
func (s SA) Fields(at int) []Field {
	l := fieldList{at: at}
	for i := s.Proposals(); i.Next(); {
		p := i.Proposal()
		value := itoa(int(p.Number)) + " " + p.Protocol.String()
		l.group("proposal", value, len(i.s.cur), p.fields(l.at, i.s.last, i.s.cur[7]))
	}
	return l.fields
}

// fields gives the fields of a proposal that begins at byte at of the message
// and states a number of transforms.
func (p Proposal) fields(at int, last bool, count uint8) []Field {
	l := fieldList{at: at}
	l.add("last", lastText(last), 1)
	l.skip(1)
	l.number("length", uint64(substructureHead+len(p.SPI)+len(p.transforms)), 2)
	l.number("number", uint64(p.Number), 1)
	l.add("protocol", nameOf(namesProtocols, uint16(p.Protocol)), 1)
	l.number("SPI size", uint64(len(p.SPI)), 1)
	l.number("number of transforms", uint64(count), 1)
	l.opaque("SPI", p.SPI)
	for i := p.Transforms(); i.Next(); {
		t := i.Transform()
		l.group("transform", t.String(), len(i.s.cur), t.fields(l.at, i.s.last))
	}
	return l.fields
}

// String gives type and name: "ENCR AES_CBC_256".
func (t Transform) String() string { return t.Type.Name() + " " + t.Name() }

// fields gives the fields of a transform that begins at byte at of the message.
func (t Transform) fields(at int, last bool) []Field {
	l := fieldList{at: at}
	name, _ := TransformName(t.Type, t.ID)
	l.add("last", lastText(last), 1)
	l.skip(1)
	l.number("length", uint64(substructureHead+len(t.attributes)), 2)
	l.add("type", nameOf(namesTransformTypes, uint16(t.Type)), 1)
	l.skip(1)
	l.add("ID", named(name, t.ID), 2)
	r := newFieldReader(l.at, t.attributes)
	r.attributes(namesAttributes)
	fields, _ := r.end()
	return append(l.fields, fields...)
}

func lastText(last bool) string {
	if last {
		return "yes"
	}
	return "no"
}
