package ike

// attributeNames gives the name of an attribute and its value in words; last is
// the value of the attribute in front of it, which tells the unit of a
// duration.
type attributeNames func(a Attribute, last Attribute) (name, value string)

// attributeFields gives a field for each attribute of a row, as far as it can
// be read.
func attributeFields(b []byte, at int, names attributeNames) []Field {
	var out []Field
	var last Attribute
	a := Attributes{b: b}
	for from := 0; a.Next(); from = a.at {
		name, value := names(a.cur, last)
		out = append(out, Field{Name: name, Value: value, Offset: at + from, Length: a.at - from, Bytes: b[from:a.at]})
		last = a.cur
	}
	return out
}

// numberOr gives the value of an attribute by the names of a registry, with the
// number; or as a number, or in hexadecimal if it is too large.
func numberOr(a Attribute, names func(uint16) (name, short string)) string {
	v, ok := a.Uint()
	if !ok || v > 0xffff {
		return attributeNumber(a)
	}
	return nameOf(names, uint16(v))
}

func attributeNumber(a Attribute) string {
	if v, ok := a.Uint(); ok {
		return decimal(v)
	}
	return opaqueText(a.Value)
}

// durationText gives a life duration in the unit that the life type in front of
// it names (RFC 2407 4.5, RFC 2409 appendix A).
func durationText(a, last Attribute, lifeType uint16) string {
	s := attributeNumber(a)
	if last.Type != lifeType {
		return s
	}
	switch unit, _ := last.Uint(); unit {
	case V1LifeSeconds:
		return s + " s"
	case V1LifeKilobytes:
		return s + " kB"
	}
	return s
}

// Attribute classes that only name their value: the type of a group of one's
// own (RFC 2409 appendix A), and the algorithm of GM/T 0022.
const (
	v1AttributeGroupType  V1AttributeType = 5
	v1AttributeAsymmetric V1AttributeType = 20
)

// v1Phase1Attribute names an attribute of a transform of phase 1 (RFC 2409
// appendix A).
func v1Phase1Attribute(a, last Attribute) (name, value string) {
	t := V1AttributeType(a.Type)
	switch t {
	case V1AttributeEncryption:
		value = numberOr(a, namesV1Encryption)
	case V1AttributeHash:
		value = numberOr(a, namesV1Hash)
	case V1AttributeAuthentication:
		value = numberOr(a, namesV1Authentication)
	case V1AttributeGroup:
		value = numberOr(a, v1GroupNames)
	case v1AttributeGroupType:
		value = numberOr(a, namesV1GroupTypes)
	case v1AttributeAsymmetric:
		value = numberOr(a, namesV1AsymmetricAlgorithms)
	case V1AttributeLifeType:
		value = numberOr(a, namesV1LifeTypes)
	case V1AttributeLifeDuration:
		value = durationText(a, last, uint16(V1AttributeLifeType))
	case V1AttributeKeyLength:
		value = attributeNumber(a) + " bits"
	default:
		value = attributeNumber(a)
	}
	return t.String(), value
}

// v1GroupNames names a group in both columns as V1GroupName does.
func v1GroupNames(id uint16) (name, short string) {
	short = V1GroupName(id)
	return short, short
}
