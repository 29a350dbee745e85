package ike

import (
	"encoding/hex"
	"sort"
	"strconv"
)

// VendorID is the body of a vendor ID payload (RFC 7296 3.12, RFC 2408 3.16).
// It is borrowed.
type VendorID struct{ Data []byte }

// vendorEntry is one known vendor ID: its bytes, or how they begin.
type vendorEntry struct{ id, name string }

// ParseVendorID reads the body of a vendor ID payload. Any bytes are one.
func ParseVendorID(body []byte) (VendorID, error) { return VendorID{Data: body}, nil }

// Append appends the body to b.
func (v VendorID) Append(b []byte) []byte { return append(b, v.Data...) }

// Known returns the name of the vendor ID, and false if it is in no table. An
// exact match wins over a longer prefix, a longer prefix over a shorter one.
func (v VendorID) Known() (name string, ok bool) {
	i := sort.Search(len(vendorExact), func(i int) bool { return vendorExact[i].id >= string(v.Data) })
	if i < len(vendorExact) && vendorExact[i].id == string(v.Data) {
		return vendorExact[i].name, true
	}
	if e := v.prefix(); e != nil {
		return e.name, true
	}
	return "", false
}

// prefix returns the longest entry that the vendor ID begins with, or nil.
func (v VendorID) prefix() *vendorEntry {
	var best *vendorEntry
	for i := range vendorPrefixes {
		e := &vendorPrefixes[i]
		if n := len(e.id); n <= len(v.Data) && string(v.Data[:n]) == e.id && (best == nil || n > len(best.id)) {
			best = e
		}
	}
	return best
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

// Detail gives all there is to tell about the vendor ID: its name with the
// version if there is one, such as "FortiGate 5 build 589"; of an unknown one
// the bytes in hexadecimal, and as text in quotes if they are printable. Text
// out of the packet is quoted.
func (v VendorID) Detail() string {
	name, ok := v.Known()
	if !ok {
		return v.String() + quotedText(v.Data)
	}
	if version := v.Version(); version != "" {
		return name + " " + version
	}
	return name
}

// quotedText gives printable bytes as text in quotes behind a space.
func quotedText(b []byte) string {
	const most = 64
	if len(b) < 4 || textOrOpaque(b) != string(b) {
		return ""
	}
	return " " + strconv.Quote(string(b[:min(len(b), most)]))
}

// AppendFields adds the vendor ID with its name and version.
func (v VendorID) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, v.findings(to.at)...)
	if len(v.Data) == 0 {
		return
	}
	to.bytes("vendor ID", v.Data).str(v.Detail())
}

func (v VendorID) findings(at int) []Finding {
	if len(v.Data) == 0 {
		return []Finding{{at, FindingWarning, "vendor ID is empty"}}
	}
	return nil
}
