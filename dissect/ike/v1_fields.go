package ike

// addBodyV1 adds a body of IKEv1.
func (t *Tree) addBodyV1(m *Message, kind PayloadType, b []byte) {
	switch kind {
	case PayloadV1SA:
		addParsed(t, kind, b, ParseV1SA)
	case PayloadV1KE:
		addParsed(t, kind, b, ParseV1KE)
	case PayloadV1ID:
		addParsed(t, kind, b, ParseV1ID)
	case PayloadV1Certificate:
		addParsed(t, kind, b, ParseV1Certificate)
	case PayloadV1CertRequest:
		addParsed(t, kind, b, ParseV1CertRequest)
	case PayloadV1Hash:
		addParsed(t, kind, b, ParseV1Hash)
	case PayloadV1Signature:
		addParsed(t, kind, b, ParseV1Signature)
	case PayloadV1Nonce:
		addParsed(t, kind, b, ParseV1Nonce)
	case PayloadV1Notify:
		addParsed(t, kind, b, ParseV1Notify)
	case PayloadV1Delete:
		addParsed(t, kind, b, ParseV1Delete)
	case PayloadV1VendorID:
		addParsed(t, kind, b, ParseVendorID)
	case PayloadV1Attributes:
		addParsed(t, kind, b, ParseV1Config)
	case PayloadV1SAKEK:
		addParsed(t, kind, b, ParseV1SAKEK)
	case PayloadV1SATEK:
		addParsed(t, kind, b, ParseV1SATEK)
	case PayloadV1GAP:
		addParsed(t, kind, b, ParseV1GAP)
	case PayloadV1KeyDownload:
		addParsed(t, kind, b, ParseV1KeyDownload)
	case PayloadV1Sequence:
		addParsed(t, kind, b, ParseV1Sequence)
	case PayloadV1Possession:
		addParsed(t, kind, b, ParseV1Possession)
	case PayloadV1NATD, PayloadV1NATDDraft:
		addParsed(t, kind, b, ParseV1NATD)
	case PayloadV1NATOA, PayloadV1NATOADraft:
		addParsed(t, kind, b, ParseV1NATOA)
	case PayloadV1Fragment:
		addParsed(t, kind, b, ParseV1Fragment)
	default:
		if name := authIPPayloadName(m, kind); name != "" {
			t.bytes(name, b).opaque(b)
		}
	}
}
