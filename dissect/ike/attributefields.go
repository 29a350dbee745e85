package ike

// attributesAs takes data attributes (RFC 7296 3.3.5) to the end, named out of
// a registry, with values as value gives them.
func (r *fieldReader) attributesAs(names func(uint16) (string, string), value func(Attribute) string) {
	a := Attributes{b: r.b}
	for !r.bad {
		from := a.at
		if !a.Next() {
			r.bad = a.problem != ""
			return
		}
		n := a.at - from
		name, _ := names(a.cur.Type)
		l := fieldList{at: r.at}
		l.add("type", named(or(name, a.cur.Type), a.cur.Type), 2)
		if !a.cur.Short {
			l.number("length", uint64(len(a.cur.Value)), 2)
		}
		text := value(a.cur)
		if len(a.cur.Value) > 0 {
			l.bytes("value", text, a.cur.Value)
		}
		r.group("attribute", or(name, a.cur.Type)+" "+text, n, l.fields)
		r.b = r.b[n:]
	}
}

// valueText gives the value of a short attribute as a number and that of any
// other as opaque bytes.
func (a Attribute) valueText() string {
	if a.Short {
		return itoa(int(bigEndian(a.Value)))
	}
	return opaqueText(a.Value)
}
