package ike

// Identification types of IKEv2 (RFC 7296 3.5, RFC 4595, RFC 7619).
const (
	IDIPv4Addr   = 1
	IDFQDN       = 2
	IDRFC822Addr = 3
	IDIPv6Addr   = 5
	IDDERASN1DN  = 9
	IDDERASN1GN  = 10
	IDKeyID      = 11
	IDFCName     = 12
	IDNull       = 13
)

// ID is the body of an identification payload of IKEv2, IDi, IDr or IDg
// (RFC 7296 3.5, RFC 9838 4.2):
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|    ID type    |                   reserved                    |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                             data                              |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type ID struct {
	Type uint8
	Data []byte // borrowed
}

// ParseID reads the body of an identification payload. Whether the data have
// the form that the type asks for is for Valid to say.
func ParseID(body []byte) (ID, error) {
	if len(body) < 4 {
		return ID{}, short("identification", body)
	}
	return ID{Type: body[0], Data: body[4:]}, nil
}

// Append appends the body to b. Reserved bytes are zero.
func (id ID) Append(b []byte) []byte {
	b = append(b, id.Type, 0, 0, 0)
	return append(b, id.Data...)
}

// TypeName gives IANA's name, such as "ID_FQDN", or the number.
func (id ID) TypeName() string {
	name, _ := namesIDTypes(uint16(id.Type))
	return or(name, uint16(id.Type))
}

// Valid reports whether the data have the form of their type: the length of an
// address, the DER of a name. Any data will do for the other types.
func (id ID) Valid() bool {
	_, ok := id.text()
	return ok
}

// String gives the identity as people write it: an address, a name, a
// distinguished name as in RFC 2253, "%any" for ID_NULL. Data that are no text
// are given in hexadecimal. A name is given as it was sent and may hold any
// bytes.
func (id ID) String() string {
	s, _ := id.text()
	return s
}

func (id ID) text() (s string, ok bool) {
	switch id.Type {
	case IDIPv4Addr:
		return addressText(id.Data), len(id.Data) == 4
	case IDIPv6Addr:
		return addressText(id.Data), len(id.Data) == 16
	case IDFQDN, IDRFC822Addr:
		return string(id.Data), len(id.Data) > 0
	case IDDERASN1DN:
		return dnText(id.Data)
	case IDDERASN1GN:
		return generalNameText(id.Data)
	case IDNull:
		return "%any", len(id.Data) == 0
	}
	return textOrOpaque(id.Data), true
}

// AppendFields adds the fields of the body.
func (id ID) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, id.findings(to.at)...)
	to.add("ID type", 1).enum(namesIDTypes, uint16(id.Type))
	to.skip(3)
	if len(id.Data) > 0 {
		to.bytes("identity", id.Data).str(id.String())
	}
}

func (id ID) findings(at int) []Finding {
	if id.Valid() {
		return nil
	}
	return []Finding{{at + 4, FindingWarning, "identity is not of the form of " + id.TypeName()}}
}
