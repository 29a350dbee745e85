package ike

// mschapv2 takes the data of EAP-MSCHAPv2 (draft-kamath-pppext-eap-mschapv2-02
// 2, RFC 2759 3 to 7): an opcode; and, but in the responses to success and
// failure, an identifier, a length that counts from the opcode, and data.
func (e EAP) mschapv2(r *fieldReader) {
	const (
		challenge = 1
		response  = 2
		success   = 3
		failure   = 4
		change    = 7
	)
	op := r.enumN("opcode", 1, mschapOpcode)
	if e.Code == EAPResponse && (op == success || op == failure) && len(r.b) == 0 {
		return
	}
	r.uintN("MS-CHAPv2 identifier", 1)
	r.uintN("MS length", 2)
	switch op {
	case challenge:
		size := r.uintN("value size", 1)
		r.opaqueN("challenge", int(size))
		r.restText("name")
	case response:
		r.uintN("value size", 1)
		r.opaqueN("peer challenge", 16)
		r.skipN(8)
		r.opaqueN("NT response", 24)
		r.uintN("flags", 1)
		r.restText("name")
	case success, failure:
		r.restText("message") // "S=... M=..." and "E=691 R=1 C=... V=3 M=..."
	case change:
		r.opaqueN("encrypted password", 516)
		r.opaqueN("encrypted hash", 16)
		r.opaqueN("peer challenge", 16)
		r.skipN(8)
		r.opaqueN("NT response", 24)
		r.uintN("flags", 2)
	default:
		r.restOpaque("data")
	}
}

// mschapOpcode names an opcode of EAP-MSCHAPv2.
func mschapOpcode(v uint16) (name, short string) {
	switch v {
	case 1:
		name = "Challenge"
	case 2:
		name = "Response"
	case 3:
		name = "Success"
	case 4:
		name = "Failure"
	case 7:
		name = "Change-Password"
	}
	return name, name
}
