package ike

// attributesAs takes data attributes (RFC 7296 3.3.5) to the end, named out of a
// registry, with values as value writes them.
func (r *fieldReader) attributesAs(names func(uint16) (string, string), value func(*Tree, Attribute)) {
	a := Attributes{b: r.b}
	for !r.bad {
		from := a.at
		if !a.Next() {
			r.bad = a.problem != ""
			return
		}
		n := a.at - from
		name, _ := names(a.cur.Type)
		attribute := r.open("attribute", n)
		r.str(or(name, a.cur.Type)).str(" ")
		value(r.Tree, a.cur)
		r.add("type", 2).named(name, uint64(a.cur.Type))
		if !a.cur.Short {
			r.add("length", 2).num(uint64(len(a.cur.Value)))
		}
		if len(a.cur.Value) > 0 {
			value(r.bytes("value", a.cur.Value), a.cur)
		}
		r.close(attribute)
		r.b = r.b[n:]
	}
}

// attributeValue writes the value of a short attribute as a number and that of
// any other as opaque bytes.
func attributeValue(t *Tree, a Attribute) {
	if a.Short {
		t.num(bigEndian(a.Value))
	} else {
		t.opaque(a.Value)
	}
}
