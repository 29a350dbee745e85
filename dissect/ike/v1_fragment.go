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

// Fields gives the fields of the body, which begins at the given offset.
func (f V1Fragment) Fields(at int) []Field {
	l := fieldList{at: at}
	l.add("fragment ID", decimal(f.ID), 2)
	l.add("fragment number", decimal(f.Number), 1)
	last := "more follow"
	if f.Last {
		last = "last"
	}
	l.add("flags", last, 1)
	l.opaque("piece of a message", f.Data)
	return l.fields
}

func (f V1Fragment) findings(at int) []Finding {
	if f.Number == 0 {
		return []Finding{{at + 2, FindingWarning, "fragment number is 0"}}
	}
	return nil
}
