package ike

import "encoding/binary"

// EAPCode is the code of an EAP message (RFC 3748 4, RFC 6696 5.3).
type EAPCode uint8

// Codes of EAP messages.
const (
	EAPRequest  EAPCode = 1
	EAPResponse EAPCode = 2
	EAPSuccess  EAPCode = 3
	EAPFailure  EAPCode = 4
	EAPInitiate EAPCode = 5
	EAPFinish   EAPCode = 6
)

// EAPType is the type of a request or response (RFC 3748 5).
type EAPType uint8

// Types of EAP messages.
const (
	EAPIdentity     EAPType = 1
	EAPNotification EAPType = 2
	EAPNak          EAPType = 3
	EAPMD5          EAPType = 4
	EAPOTP          EAPType = 5
	EAPGTC          EAPType = 6
	EAPTLS          EAPType = 13
	EAPSIM          EAPType = 18
	EAPTTLS         EAPType = 21
	EAPAKA          EAPType = 23
	EAPPEAP         EAPType = 25
	EAPMSCHAPv2     EAPType = 26
	EAPFAST         EAPType = 43
	EAPAKAPrime     EAPType = 50
	EAPTEAP         EAPType = 55
	EAPExpanded     EAPType = 254
)

// EAP is the body of an EAP payload: one EAP message (RFC 7296 3.16, RFC 3748
// 4):
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|     code      |  identifier   |  length, this head included   |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|     type      |  data; neither is there in success, failure   |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type EAP struct {
	Code       EAPCode
	Identifier uint8
	// Type of a request or response, in an initiate or finish message that of
	// RFC 6696; 0 where there is none.
	Type EAPType
	Data []byte // behind the type, borrowed

	typed bool // there is a type
}

const eapHead = 4

// ParseEAP reads the body of an EAP payload.
func ParseEAP(body []byte) (EAP, error) {
	const part = "EAP"
	if len(body) < eapHead {
		return EAP{}, short(part, body)
	}
	e := EAP{Code: EAPCode(body[0]), Identifier: body[1]}
	n := int(binary.BigEndian.Uint16(body[2:]))
	if n < eapHead || n > len(body) {
		return e, &SyntaxError{Part: part, Offset: 2, Problem: "length does not fit the payload"}
	}
	e.Data = body[eapHead:n:n]
	if e.Code != EAPSuccess && e.Code != EAPFailure && len(e.Data) > 0 {
		e.Type, e.Data, e.typed = EAPType(e.Data[0]), e.Data[1:], true
	}
	if n < len(body) {
		return e, &SyntaxError{Part: part, Offset: n, Problem: "bytes behind the message"}
	}
	return e, nil
}

// Append appends the body to b.
func (e EAP) Append(b []byte) []byte {
	n := eapHead + len(e.Data)
	if e.typed {
		n++
	}
	b = append(b, byte(e.Code), e.Identifier)
	b = binary.BigEndian.AppendUint16(b, uint16(n))
	if e.typed {
		b = append(b, byte(e.Type))
	}
	return append(b, e.Data...)
}

// TypeName gives the short name of the type, such as "EAP-MSCHAPv2", or the
// number. It is empty for a message without a type and for those of RFC 6696,
// whose types are others.
func (e EAP) TypeName() string {
	if !e.typed || e.Code != EAPRequest && e.Code != EAPResponse {
		return ""
	}
	name, _ := eapTypeNames(uint16(e.Type))
	return or(name, uint16(e.Type))
}

// eapTypeNames gives the short names, which people know: IANA's for EAP-MSCHAPv2
// is "MS-EAP-Authentication".
func eapTypeNames(v uint16) (name, short string) {
	_, short = namesEAPTypes(v)
	return short, short
}

// Identity returns the identity of a response to an identity request.
func (e EAP) Identity() (string, bool) {
	return string(e.Data), e.Code == EAPResponse && e.Type == EAPIdentity
}

// AppendFields adds the fields of the body, and whether they have no form of the
// type as a finding.
func (e EAP) AppendFields(to *Tree) {
	at := to.at
	if !e.appendMessage(to) {
		to.find(at+eapHead, FindingWarning, "EAP data are not of the form of their type")
	}
}

// appendMessage adds the message, and reports whether the data have the form of
// the type.
func (e EAP) appendMessage(to *Tree) (ok bool) {
	r := fieldReader{Tree: to, b: e.Data}
	r.add("code", 1).enum(namesEAPCodes, uint16(e.Code))
	r.add("identifier", 1).num(uint64(e.Identifier))
	n := eapHead + len(e.Data)
	if e.typed {
		n++
	}
	r.add("length", 2).num(uint64(n))
	if !e.typed {
		return r.end() // success and failure have no data
	}
	if e.Code != EAPRequest && e.Code != EAPResponse {
		r.add("type", 1).enum(eapReauthType, uint16(e.Type))
		r.restOpaque("data")
		return r.end()
	}
	r.add("type", 1).enum(eapTypeNames, uint16(e.Type))
	e.data(&r)
	return r.end()
}

// eapReauthType names a type of the messages initiate and finish (RFC 6696
// 5.3).
func eapReauthType(v uint16) (name, short string) { return oneOf(v, "Re-auth-Start", "Re-auth") }

// data takes the data of a request or response.
func (e EAP) data(r *fieldReader) {
	switch e.Type {
	case EAPIdentity:
		r.restText("identity")
	case EAPNotification, EAPGTC, EAPOTP:
		r.restText("text")
	case EAPNak:
		for r.more() {
			r.enumN("wants", 1, eapTypeNames)
		}
	case EAPMD5: // RFC 1994 4.1
		size := r.uintN("value size", 1)
		r.opaqueN("value", int(size))
		r.restText("name")
	case EAPTLS, EAPTTLS, EAPPEAP, EAPFAST, EAPTEAP:
		e.tls(r)
	case EAPMSCHAPv2:
		e.mschapv2(r)
	case EAPSIM, EAPAKA, EAPAKAPrime:
		r.aka()
	case EAPExpanded:
		r.expanded()
	default:
		r.restOpaque("data")
	}
}

// Vendors and their types of expanded EAP messages (RFC 3748 5.7).
const (
	eapVendorIETF = 0
	eapVendorWFA  = 14122
	eapVendor3GPP = 10415
)

// expanded takes the data of an expanded type: the vendor's number, the type in
// four bytes, then data.
func (r *fieldReader) expanded() {
	b := r.take(7)
	if b == nil {
		return
	}
	vendor, t := bigEndian(b[:3]), bigEndian(b[3:])
	var v, name string
	switch {
	case vendor == eapVendorIETF:
		v = "IETF"
		if t <= 255 {
			name, _ = eapTypeNames(uint16(t))
		}
	case vendor == eapVendorWFA:
		v = "Wi-Fi Alliance"
		if t == 1 {
			name = "WSC"
		}
	case vendor == eapVendor3GPP:
		v = "3GPP"
		if t == 3 {
			name = "EAP-5G" // 3GPP TS 24.502 9.3.2
		}
	}
	r.add("vendor", 3).named(v, vendor)
	r.add("vendor type", 4).named(name, t)
	r.restOpaque("vendor data")
}
