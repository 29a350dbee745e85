package ike

import "encoding/binary"

// Append appends the body to b.
func (f V1Fragment) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, f.ID)
	b = append(b, f.Number, 0)
	if f.Last {
		b[len(b)-1] = 1
	}
	return append(b, f.Data...)
}

// AppendFields adds the fields of the body.
func (f V1Fragment) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, f.findings(to.at)...)
	to.add("fragment ID", 2).num(uint64(f.ID))
	to.add("fragment number", 1).num(uint64(f.Number))
	last := "more follow"
	if f.Last {
		last = "last"
	}
	to.add("flags", 1).str(last)
	to.opaqueBytes("piece of a message", f.Data)
}

func (f V1Fragment) findings(at int) []Finding {
	if f.Number == 0 {
		return []Finding{{at + 2, FindingWarning, "fragment number is 0"}}
	}
	return nil
}
