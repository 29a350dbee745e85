package ike

import "encoding/binary"

// KE is the body of a key exchange payload of IKEv2 (RFC 7296 3.4). The one of
// IKEv1 is the data alone.
type KE struct {
	// Group is the key exchange method that Data is for; see KEGroupName.
	Group uint16
	Data  []byte // borrowed
}

// ParseKE reads the body of a KE payload.
func ParseKE(body []byte) (KE, error) {
	if len(body) < 4 {
		return KE{}, short("key exchange", body)
	}
	return KE{Group: binary.BigEndian.Uint16(body), Data: body[4:]}, nil
}

// Append appends the body to b. Reserved bits are zero.
func (k KE) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, k.Group)
	b = append(b, 0, 0)
	return append(b, k.Data...)
}
