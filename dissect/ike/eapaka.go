package ike

// aka takes the data of EAP-SIM, EAP-AKA and EAP-AKA' (RFC 4186 8.1, RFC 4187
// 8.1, RFC 9048): a subtype, two reserved bytes, then attributes, each of a
// type, a length in units of four bytes and a value.
func (r *fieldReader) aka() {
	r.enumN("subtype", 1, akaSubtype)
	r.skipN(2)
	for r.more() {
		if len(r.b) < 2 || r.b[1] == 0 || 4*int(r.b[1]) > len(r.b) {
			r.bad = true
			return
		}
		b := r.take(4 * int(r.b[1]))
		name, _ := akaAttribute(uint16(b[0]))
		attribute := r.open("attribute", len(b))
		a := fieldReader{Tree: r.Tree, b: b[2:]}
		a.add("type", 1).named(name, uint64(b[0]))
		a.add("length", 1).count(len(b), " bytes")
		value := a.akaValue(b[0])
		a.end()
		r.value(attribute).str(or(name, uint16(b[0])))
		if value != "" {
			r.str(" ").str(value)
		}
		r.close(attribute)
	}
}

// akaValue takes the value of an attribute, and gives it as text where it is
// one.
func (r *fieldReader) akaValue(t byte) string {
	const (
		identity        = 14
		notification    = 12
		selectedVersion = 16
		clientErrorCode = 22
		kdfInput        = 23
		kdf             = 24
	)
	switch t {
	case identity, kdfInput: // length in bytes, text, padding
		n := r.uintN("actual length", 2)
		if r.bad || int(n) > len(r.b) {
			r.restOpaque("value")
			return ""
		}
		text := string(r.b[:n])
		r.textN("text", int(n))
		r.restOpaque("padding")
		return text
	case notification, clientErrorCode, selectedVersion, kdf:
		v := r.uintN("value", 2)
		return itoa(int(v))
	}
	r.restOpaque("value")
	return ""
}

// akaSubtype names a message of EAP-SIM and EAP-AKA, which share one registry
// (RFC 4187 11).
func akaSubtype(v uint16) (name, short string) {
	switch v {
	case 1:
		name = "AKA-Challenge"
	case 2:
		name = "AKA-Authentication-Reject"
	case 4:
		name = "AKA-Synchronization-Failure"
	case 5:
		name = "AKA-Identity"
	case 10:
		name = "SIM-Start"
	case 11:
		name = "SIM-Challenge"
	case 12:
		name = "Notification"
	case 13:
		name = "Reauthentication"
	case 14:
		name = "Client-Error"
	}
	return name, name
}

// akaAttribute names an attribute of EAP-SIM, EAP-AKA and EAP-AKA' (RFC 4186
// 10, RFC 4187 10, RFC 9048 3).
func akaAttribute(v uint16) (name, short string) {
	name = akaAttributes[v&255]
	return name, name
}

var akaAttributes = [256]string{
	1: "AT_RAND", 2: "AT_AUTN", 3: "AT_RES", 4: "AT_AUTS", 6: "AT_PADDING", 7: "AT_NONCE_MT",
	10: "AT_PERMANENT_ID_REQ", 11: "AT_MAC", 12: "AT_NOTIFICATION", 13: "AT_ANY_ID_REQ",
	14: "AT_IDENTITY", 15: "AT_VERSION_LIST", 16: "AT_SELECTED_VERSION", 17: "AT_FULLAUTH_ID_REQ",
	19: "AT_COUNTER", 20: "AT_COUNTER_TOO_SMALL", 21: "AT_NONCE_S", 22: "AT_CLIENT_ERROR_CODE",
	23: "AT_KDF_INPUT", 24: "AT_KDF", 129: "AT_IV", 130: "AT_ENCR_DATA", 132: "AT_NEXT_PSEUDONYM",
	133: "AT_NEXT_REAUTH_ID", 134: "AT_CHECKCODE", 135: "AT_RESULT_IND", 136: "AT_BIDDING",
}
