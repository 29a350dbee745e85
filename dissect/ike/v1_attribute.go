package ike

// attributeWriter writes what an attribute says into the field that is open, and
// returns the attribute's name; last is the attribute in front of it, which
// tells the unit of a duration.
type attributeWriter func(to *Tree, a, last Attribute) (name string)

// attributes adds a field for each attribute of a row, as far as it can be read.
func (t *Tree) attributes(b []byte, text attributeWriter) {
	var last Attribute
	a := Attributes{b: b}
	for from := 0; a.Next(); from = a.at {
		field := t.open("", a.at-from)
		t.Fields[field].Bytes = b[from:a.at]
		name := text(t, a.cur, last)
		t.Fields[field].Name = name
		t.close(field)
		last = a.cur
	}
}

// attributeEnum writes the value of an attribute by the names of a registry,
// with the number; or as a number, or in hexadecimal if it is too large.
func (t *Tree) attributeEnum(a Attribute, names func(uint16) (name, short string)) {
	if v, ok := a.Uint(); ok && v <= 0xffff {
		t.enum(names, uint16(v))
		return
	}
	t.attributeNumber(a)
}

// attributeNumber writes the value of an attribute as a number, or in
// hexadecimal if it is too large.
func (t *Tree) attributeNumber(a Attribute) *Tree {
	if v, ok := a.Uint(); ok {
		return t.num(v)
	}
	return t.opaque(a.Value)
}

// attributeDuration writes a life duration in the unit that the life type in
// front of it names (RFC 2407 4.5, RFC 2409 appendix A).
func (t *Tree) attributeDuration(a, last Attribute, lifeType uint16) {
	t.attributeNumber(a)
	if last.Type != lifeType {
		return
	}
	switch unit, _ := last.Uint(); unit {
	case V1LifeSeconds:
		t.str(" s")
	case V1LifeKilobytes:
		t.str(" kB")
	}
}

// Attribute classes that only name their value: the type of a group of one's
// own (RFC 2409 appendix A), and the algorithm of GM/T 0022.
const (
	v1AttributeGroupType  V1AttributeType = 5
	v1AttributeAsymmetric V1AttributeType = 20
)

// v1Phase1Attribute names an attribute of a transform of phase 1 (RFC 2409
// appendix A).
func v1Phase1Attribute(to *Tree, a, last Attribute) (name string) {
	t := V1AttributeType(a.Type)
	switch t {
	case V1AttributeEncryption:
		to.attributeEnum(a, namesV1Encryption)
	case V1AttributeHash:
		to.attributeEnum(a, namesV1Hash)
	case V1AttributeAuthentication:
		to.attributeEnum(a, namesV1Authentication)
	case V1AttributeGroup:
		to.attributeEnum(a, v1GroupNames)
	case v1AttributeGroupType:
		to.attributeEnum(a, namesV1GroupTypes)
	case v1AttributeAsymmetric:
		to.attributeEnum(a, namesV1AsymmetricAlgorithms)
	case V1AttributeLifeType:
		to.attributeEnum(a, namesV1LifeTypes)
	case V1AttributeLifeDuration:
		to.attributeDuration(a, last, uint16(V1AttributeLifeType))
	case V1AttributeKeyLength:
		to.attributeNumber(a).str(" bits")
	default:
		to.attributeNumber(a)
	}
	return t.String()
}

// v1GroupNames names a group in both columns as V1GroupName does.
func v1GroupNames(id uint16) (name, short string) {
	short = V1GroupName(id)
	return short, short
}
