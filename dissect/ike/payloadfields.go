package ike

import "reflect"

// PayloadFields gives the fields of a payload's body, and what is wrong with
// them. Offsets count from the beginning of the message m. What no field covers
// is shown as bytes that are not read. Of a payload that the capture cut there
// are no findings: the sender did nothing wrong.
func PayloadFields(m *Message, p Payload) ([]Field, []Finding) {
	if m.V1() {
		return payloadFieldsV1(m, &p)
	}
	at := p.Offset + genericLength
	fields, found := bodyFields(p.Type, at, p.Body)
	end := at
	if n := len(fields); n > 0 {
		_, reserved := reservedBytes(p.Type)
		end = max(fields[n-1].Offset+fields[n-1].Length, at+reserved)
	}
	if length := p.Offset + p.Length - end; length > 0 {
		f := Field{Name: "not read", Offset: end, Length: length, Bytes: p.Body[end-at:]}
		if fields == nil {
			f.Name = "body"
		}
		f.Value = opaqueText(f.Bytes)
		fields = append(fields, f)
	}
	if p.Truncated {
		return fields, nil
	}
	return fields, found
}

// bodyFields reads a body of IKEv2 that begins at byte at of the message. It
// gives no fields of one that ends before its first fixed part does.
func bodyFields(t PayloadType, at int, b []byte) ([]Field, []Finding) {
	body, err := parseBody(t, b)
	if body == nil {
		return nil, nil
	}
	var found []Finding
	if err != nil {
		found = append(found, findingOf(err, at))
		if reflect.ValueOf(body).IsZero() {
			return nil, found
		}
	}
	found = append(found, reservedFindings(t, at, b)...)
	if j, ok := body.(judgedBody); ok {
		found = append(found, j.findings(at)...)
	}
	return body.Fields(at), found
}
