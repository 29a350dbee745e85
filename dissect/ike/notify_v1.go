package ike

import "encoding/binary"

// Notification types that the rest of the program asks for (RFC 2408 3.14.1,
// RFC 2407 4.6.3, RFC 3706 5.2).
const (
	V1NotifyInvalidPayloadType    V1NotifyType = 1
	V1NotifyInvalidCookie         V1NotifyType = 4
	V1NotifyInvalidMajorVersion   V1NotifyType = 5
	V1NotifyInvalidExchangeType   V1NotifyType = 7
	V1NotifyNoProposalChosen      V1NotifyType = 14
	V1NotifyPayloadMalformed      V1NotifyType = 16
	V1NotifyInvalidKeyInformation V1NotifyType = 17
	V1NotifyInvalidIDInformation  V1NotifyType = 18
	V1NotifyInvalidHash           V1NotifyType = 23
	V1NotifyAuthenticationFailed  V1NotifyType = 24
	V1NotifyInitialContact        V1NotifyType = 24578
	V1NotifyRUThere               V1NotifyType = 36136
	V1NotifyRUThereAck            V1NotifyType = 36137
)

// V1Notify is the body of a notification payload of IKEv1 (RFC 2408 3.14).
type V1Notify struct {
	DOI      uint32
	Protocol V1ProtocolID
	Type     V1NotifyType
	SPI      []byte // borrowed
	Data     []byte // borrowed
}

// ParseV1Notify reads the body of a notification payload.
func ParseV1Notify(body []byte) (V1Notify, error) {
	const part = "notification"
	if len(body) < 8 {
		return V1Notify{}, short(part, body)
	}
	end := 8 + int(body[5])
	if end > len(body) {
		return V1Notify{}, &SyntaxError{Part: part, Offset: 5, Problem: "SPI reaches beyond the payload"}
	}
	return V1Notify{
		DOI:      binary.BigEndian.Uint32(body),
		Protocol: V1ProtocolID(body[4]),
		Type:     V1NotifyType(binary.BigEndian.Uint16(body[6:])),
		SPI:      body[8:end:end],
		Data:     body[end:],
	}, nil
}

// Append appends the body to b. An SPI of more than 255 bytes has no room in
// its length field.
func (n V1Notify) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, n.DOI)
	b = append(b, byte(n.Protocol), byte(len(n.SPI)))
	b = binary.BigEndian.AppendUint16(b, uint16(n.Type))
	b = append(b, n.SPI...)
	return append(b, n.Data...)
}
