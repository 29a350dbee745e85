package ike

import "encoding/binary"

// Notify types that the rest of the program asks for (RFC 7296 3.10.1).
const (
	NotifyInvalidIKESPI             NotifyType = 4
	NotifyInvalidMajorVersion       NotifyType = 5
	NotifyInvalidSyntax             NotifyType = 7
	NotifyInvalidSPI                NotifyType = 11
	NotifyNoProposalChosen          NotifyType = 14
	NotifyInvalidKEPayload          NotifyType = 17
	NotifyAuthenticationFailed      NotifyType = 24
	NotifyNATDetectionSourceIP      NotifyType = 16388
	NotifyNATDetectionDestinationIP NotifyType = 16389
	NotifyCookie                    NotifyType = 16390
	NotifyRekeySA                   NotifyType = 16393
	NotifyFragmentationSupported    NotifyType = 16430 // RFC 7383
	NotifySignatureHashAlgorithms   NotifyType = 16431 // RFC 7427
)

// Notify is the body of a notify payload of IKEv2 (RFC 7296 3.10).
type Notify struct {
	Protocol ProtocolID
	Type     NotifyType
	SPI      []byte // borrowed; empty where the notify concerns the IKE SA
	Data     []byte // borrowed
}

// ParseNotify reads the body of a notify payload.
func ParseNotify(body []byte) (Notify, error) {
	const part = "notify"
	if len(body) < 4 {
		return Notify{}, short(part, body)
	}
	end := 4 + int(body[1])
	if end > len(body) {
		return Notify{}, &SyntaxError{Part: part, Offset: 1, Problem: "SPI reaches beyond the payload"}
	}
	return Notify{
		Protocol: ProtocolID(body[0]),
		Type:     NotifyType(binary.BigEndian.Uint16(body[2:])),
		SPI:      body[4:end:end],
		Data:     body[end:],
	}, nil
}

// Append appends the body to b. An SPI of more than 255 bytes has no room in
// its length field.
func (n Notify) Append(b []byte) []byte {
	b = append(b, byte(n.Protocol), byte(len(n.SPI)))
	b = binary.BigEndian.AppendUint16(b, uint16(n.Type))
	b = append(b, n.SPI...)
	return append(b, n.Data...)
}

// RequestedGroup returns the key exchange method that an INVALID_KE_PAYLOAD
// asks for (RFC 7296 1.3), and false for any other notify.
func (n Notify) RequestedGroup() (group uint16, ok bool) {
	if n.Type != NotifyInvalidKEPayload || len(n.Data) < 2 {
		return 0, false
	}
	return binary.BigEndian.Uint16(n.Data), true
}
