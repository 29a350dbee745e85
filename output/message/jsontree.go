package message

import (
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// jsonTree writes the fields and findings of IKE messages, payload by payload.
type jsonTree struct {
	hex   bool // with the bytes of fields
	tree  ike.Tree
	found []ike.Finding
	known memory[knownPayload]
	key   []byte
}

// knownPayload is what was written of a payload.
type knownPayload struct {
	fields []byte
	found  []ike.Finding
}

func (j *jsonTree) append(b []byte, s *summary) []byte {
	b = append(b, `,"findings":[`...)
	at := len(b)
	b = append(b, `],"fields":[`...)
	m := &s.m
	j.tree.Reset()
	j.tree.AddHeader(m)
	b = j.appendFields(b)
	j.found = append(j.found[:0], j.tree.Findings...)
	w := m.Walk()
	for w.Next() {
		b = append(b, ',')
		b = j.appendPayload(b, m, w.Payload())
	}
	j.tree.Reset()
	j.tree.AddRest(m, &w)
	if whole, ok := wholeMessage(s); ok {
		j.tree.AddInside(wholeName, wholeValue, &whole)
	}
	if len(j.tree.Fields) > 0 {
		b = append(b, ',')
		b = j.appendFields(b)
	}
	j.found = append(j.found, j.tree.Findings...)
	j.found = withJudgement(j.found, s)
	if len(j.found) > 0 { // they go in front of the fields
		b = slices.Insert(b, at, appendFindings(nil, j.found)...)
	}
	return append(b, ']')
}

// appendPayload appends the fields of a payload. Those that senders repeat in
// every message are written once and copied.
func (j *jsonTree) appendPayload(b []byte, m *ike.Message, p ike.Payload) []byte {
	repeats := !p.Truncated && repeated(m, &p)
	if repeats {
		// All that the text depends on: where the payload lies, and its bytes.
		j.key = append(j.key[:0], m.Version.Major, byte(p.Type))
		j.key = strconv.AppendInt(j.key, int64(p.Offset), 10)
		j.key = append(j.key, ' ')
		j.key = append(j.key, m.Bytes()[p.Offset:p.Offset+p.Length]...)
		if k, ok := j.known.get(j.key); ok {
			j.found = append(j.found, k.found...)
			return append(b, k.fields...)
		}
	}
	from := len(b)
	j.tree.Reset()
	j.tree.AddPayload(m, p)
	b = j.appendFields(b)
	j.found = append(j.found, j.tree.Findings...)
	if repeats {
		j.known.put(j.key, knownPayload{slices.Clone(b[from:]), slices.Clone(j.tree.Findings)}, len(b)-from)
	}
	return b
}

// repeated tells of the payloads that say what the sender can do and who it is:
// those are the same from message to message. All others hold what is made anew;
// of notifies that is so for the long ones.
func repeated(m *ike.Message, p *ike.Payload) bool {
	const longNotify = 24
	if m.V1() {
		switch p.Type {
		case ike.PayloadV1SA, ike.PayloadV1VendorID, ike.PayloadV1Certificate, ike.PayloadV1CertRequest:
			return true
		}
		return false
	}
	switch p.Type {
	case ike.PayloadSA, ike.PayloadVendorID, ike.PayloadCertRequest:
		return true
	case ike.PayloadNotify:
		return p.Length < longNotify
	}
	return false
}

func appendFindings(b []byte, found []ike.Finding) []byte {
	for i := range found {
		f := &found[i]
		b = comma(b, i)
		b = append(b, `{"offset":`...)
		b = strconv.AppendInt(b, int64(f.Offset), 10)
		b = append(b, `,"severity":`...)
		b = appendString(b, f.Severity)
		b = append(b, `,"text":`...)
		b = appendString(b, f.Text)
		b = append(b, '}')
	}
	return b
}

// appendFields appends the fields of the tree at hand, with commas between
// those at the top.
func (j *jsonTree) appendFields(b []byte) []byte {
	level := 0
	for i := range j.tree.Fields {
		f := &j.tree.Fields[i]
		switch {
		case i == 0:
		case f.Level > level:
			b = append(b, `,"fields":[`...)
		default:
			b = appendClose(b, level-f.Level)
			b = append(b, ',')
		}
		level = f.Level
		b = append(b, `{"name":"`...)
		b = append(b, f.Name...)
		if len(f.Value) > 0 {
			b = append(b, `","value":`...)
			b = appendString(b, f.Value)
			b = append(b, `,"offset":`...)
		} else {
			b = append(b, `","offset":`...)
		}
		b = strconv.AppendInt(b, int64(f.Offset), 10)
		b = append(b, `,"length":`...)
		b = strconv.AppendInt(b, int64(f.Length), 10)
		if j.hex && len(f.Bytes) > 0 {
			b = append(b, `,"hex":"`...)
			b = hex.AppendEncode(b, f.Bytes)
			b = append(b, '"')
		}
	}
	if len(j.tree.Fields) > 0 {
		b = appendClose(b, level)
	}
	return b
}

// appendClose ends a field, and as many that hold it.
func appendClose(b []byte, levels int) []byte {
	b = append(b, '}')
	for range levels {
		b = append(b, "]}"...)
	}
	return b
}
