package ike

import "encoding/binary"

// Notifications of IKEv1 whose data is decoded (RFC 2407 4.6.3, RFC 3706 5,
// and Cisco's, by strongSwan and libreswan).
const (
	V1NotifyResponderLifetime V1NotifyType = 24576
	V1NotifyReplayStatus      V1NotifyType = 24577
	V1NotifyUnityLoadBalance  V1NotifyType = 40501
)

// DPDSequence returns the sequence number of an R-U-THERE or R-U-THERE-ACK
// (RFC 3706 5.3), and false for any other notification.
func (n V1Notify) DPDSequence() (seq uint32, ok bool) {
	if n.Type != V1NotifyRUThere && n.Type != V1NotifyRUThereAck || len(n.Data) != 4 {
		return 0, false
	}
	return binary.BigEndian.Uint32(n.Data), true
}

// ReplayStatus returns what a REPLAY-STATUS says (RFC 2407 4.6.3.2): whether
// the responder checks for replays. It returns false for ok for any other
// notification.
func (n V1Notify) ReplayStatus() (enabled, ok bool) {
	if n.Type != V1NotifyReplayStatus || len(n.Data) != 4 {
		return false, false
	}
	return binary.BigEndian.Uint32(n.Data) != 0, true
}

// Lifetimes begins a walk over the attributes of a RESPONDER-LIFETIME
// (RFC 2407 4.6.3.1), which are those of a transform of the SA's protocol. Of
// any other notification it finds none.
func (n V1Notify) Lifetimes() Attributes {
	if n.Type != V1NotifyResponderLifetime {
		return Attributes{}
	}
	return Attributes{b: n.Data}
}

// AppendFields adds the fields of the body.
func (n V1Notify) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, n.findings(to.at)...)
	to.doi(n.DOI)
	to.add("protocol", 1).enum(namesV1Protocols, uint16(n.Protocol))
	to.add("SPI size", 1).num(uint64(len(n.SPI)))
	to.add("type", 2).enum(namesV1NotifyTypes, uint16(n.Type))
	if len(n.SPI) > 0 {
		to.bytes("SPI", n.SPI).str(spiText(n.SPI))
	}
	if len(n.Data) == 0 {
		return
	}
	if seq, ok := n.DPDSequence(); ok {
		to.bytes("sequence number", n.Data).num(uint64(seq))
		return
	}
	if on, ok := n.ReplayStatus(); ok {
		to.bytes("replay detection", n.Data).str(map[bool]string{false: "disabled", true: "enabled"}[on])
		return
	}
	switch n.Type {
	case V1NotifyResponderLifetime:
		name := v1IPsecAttribute
		if n.Protocol == V1ProtocolISAKMP {
			name = v1Phase1Attribute
		}
		to.attributes(n.Data, name)
	case V1NotifyUnityLoadBalance:
		to.bytes("gateway", n.Data).address(n.Data)
	default:
		to.bytes("data", n.Data).printable(n.Data)
	}
}

func (n V1Notify) findings(at int) []Finding {
	at += 8 + len(n.SPI)
	wrong := func(problem string) []Finding { return []Finding{{at, FindingWarning, problem}} }
	switch n.Type {
	case V1NotifyRUThere, V1NotifyRUThereAck:
		if len(n.Data) != 4 {
			return wrong("sequence number of " + n.Type.String() + " has not 4 bytes")
		}
		if len(n.SPI) != 16 {
			return wrong("SPI of " + n.Type.String() + " is not both cookies")
		}
	case V1NotifyReplayStatus:
		if len(n.Data) != 4 {
			return wrong("data of REPLAY-STATUS has not 4 bytes")
		}
	case V1NotifyInitialContact:
		if len(n.Data) != 0 {
			return wrong("INITIAL-CONTACT has data")
		}
	case V1NotifyResponderLifetime:
		a := n.Lifetimes()
		for a.Next() {
		}
		if a.problem != "" {
			return []Finding{{at + a.at, FindingError, "attribute: " + a.problem}}
		}
	}
	return nil
}
