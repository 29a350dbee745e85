package ike

// Fields gives the vendor ID with its name.
func (v VendorID) Fields(at int) []Field {
	return []Field{{Name: "vendor ID", Value: v.String(), Offset: at, Length: len(v.Data), Bytes: v.Data}}
}
