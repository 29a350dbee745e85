package ike

import "encoding/hex"

// VendorID is the body of a vendor ID payload (RFC 7296 3.12, RFC 2408 3.16).
// It is borrowed.
type VendorID struct{ Data []byte }

// vendorEntry is one known vendor ID: its bytes, or how they begin.
type vendorEntry struct {
	id     string
	prefix bool
	name   string
}

// ParseVendorID reads the body of a vendor ID payload. Any bytes are one.
func ParseVendorID(body []byte) (VendorID, error) { return VendorID{Data: body}, nil }

// Append appends the body to b.
func (v VendorID) Append(b []byte) []byte { return append(b, v.Data...) }

// Known returns the name of the vendor ID, and false if it is in no table. An
// exact match wins over a longer prefix, a longer prefix over a shorter one.
func (v VendorID) Known() (name string, ok bool) {
	best := 0
	for i := range vendorTable {
		e := &vendorTable[i]
		n := len(e.id)
		if len(v.Data) < n || string(v.Data[:n]) != e.id {
			continue
		}
		if len(v.Data) == n && !e.prefix {
			return e.name, true
		}
		if e.prefix && n > best {
			best, name = n, e.name
		}
	}
	return name, best > 0
}

// String gives the name, or "unknown" with the first bytes in hexadecimal.
func (v VendorID) String() string {
	if name, ok := v.Known(); ok {
		return name
	}
	const most = 32
	if len(v.Data) > most {
		return "unknown " + hex.EncodeToString(v.Data[:most]) + "..."
	}
	return "unknown " + hex.EncodeToString(v.Data)
}

// VendorName names the body of a vendor ID payload: VendorID's String.
func VendorName(body []byte) string { return VendorID{Data: body}.String() }
