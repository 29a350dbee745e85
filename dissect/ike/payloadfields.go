package ike

// PayloadFields gives the fields of a payload's body, and what is wrong with
// them. Offsets count from the beginning of the message m.
func PayloadFields(m *Message, p Payload) ([]Field, []Finding) {
	if p.Length == genericLength {
		return nil, nil
	}
	return []Field{{Name: "body", Offset: p.Offset + genericLength, Length: p.Length - genericLength, Bytes: p.Body}}, nil
}
