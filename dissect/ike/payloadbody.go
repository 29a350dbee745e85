package ike

// payloadBody is what all parsed bodies have in common.
type payloadBody interface {
	// Fields gives the fields of a body that begins at byte at of the message.
	Fields(at int) []Field
}

// judgedBody is a body that can break rules its parser does not ask for.
type judgedBody interface {
	findings(at int) []Finding
}

// parseBody reads the body of a payload of IKEv2. It returns nil for a type
// that is not known. Even with an error there is a body, with what was read in
// front of it.
func parseBody(t PayloadType, b []byte) (payloadBody, error) {
	switch t {
	case PayloadSA:
		return asBody(ParseSA(b))
	case PayloadKE:
		return asBody(ParseKE(b))
	case PayloadIDi, PayloadIDr, PayloadIDg:
		return asBody(ParseID(b))
	case PayloadCertificate:
		return asBody(ParseCert(b))
	case PayloadCertRequest:
		return asBody(ParseCertReq(b))
	case PayloadAuth:
		return asBody(ParseAuth(b))
	case PayloadNonce:
		return asBody(ParseNonce(b))
	case PayloadNotify:
		return asBody(ParseNotify(b))
	case PayloadDelete:
		return asBody(ParseDelete(b))
	case PayloadVendorID:
		return asBody(ParseVendorID(b))
	case PayloadTSi, PayloadTSr:
		return asBody(ParseTS(b))
	case PayloadSK:
		return encrypted(b), nil
	case PayloadSKF:
		return asBody(ParseFragment(b))
	case PayloadConfig:
		return asBody(ParseConfig(b))
	case PayloadEAP:
		return asBody(ParseEAP(b))
	case PayloadGSPM:
		return asBody(ParseGSPM(b))
	case PayloadGSA:
		return asBody(ParseGSA(b))
	case PayloadKD:
		return asBody(ParseKD(b))
	case PayloadPuzzle:
		return asBody(ParsePuzzleSolution(b))
	}
	return nil, nil
}

func asBody[T payloadBody](v T, err error) (payloadBody, error) { return v, err }

// encrypted is the body of an SK payload: initialization vector, ciphertext and
// integrity check (RFC 7296 3.14). How long each is, the algorithms tell that
// were chosen.
type encrypted []byte

// Fields gives the one field of the body.
func (e encrypted) Fields(at int) []Field {
	l := fieldList{at: at}
	l.opaque("encrypted", e)
	return l.fields
}

// reservedBytes tells where the body of a payload has bytes that are reserved
// and must be zero: from and to, counted from its beginning.
func reservedBytes(t PayloadType) (from, to int) {
	switch t {
	case PayloadKE:
		return 2, 4
	case PayloadIDi, PayloadIDr, PayloadIDg, PayloadAuth, PayloadTSi, PayloadTSr, PayloadConfig:
		return 1, 4
	}
	return 0, 0
}

// reservedFindings says where reserved bytes are not zero.
func reservedFindings(t PayloadType, at int, b []byte) []Finding {
	from, to := reservedBytes(t)
	for i := from; i < to && i < len(b); i++ {
		if b[i] != 0 {
			return []Finding{{at + i, FindingWarning, "reserved bytes are not zero"}}
		}
	}
	return nil
}
