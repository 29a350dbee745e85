package ike

// Notify types whose data are decoded, beyond those in notify.go.
const (
	notifyUnsupportedCritical = 1
	notifyInvalidMessageID    = 9
	notifyInvalidSelectors    = 39
	notifyUseAssignedHoA      = 42
	notifySetWindowSize       = 16385
	notifyIPCompSupported     = 16387
	notifyMOBIKESupported     = 16396
	notifyAdditionalIP4       = 16397
	notifyAdditionalIP6       = 16398
	notifyCookie2             = 16401
	notifyNoNATsAllowed       = 16402
	notifyAuthLifetime        = 16403
	notifyRedirectSupported   = 16406
	notifyRedirect            = 16407
	notifyRedirectedFrom      = 16408
	notifyTicketLTOpaque      = 16409
	notifyTicketOpaque        = 16413
	notifyLinkID              = 16414
	notifyROHCSupported       = 16416
	notifyQCDToken            = 16419
	notifyMessageIDSync       = 16422
	notifyReplayCounterSync   = 16423
	notifyPasswordMethods     = 16424
	notifyERXSupported        = 16427
	notifyIFOMCapability      = 16428
	notifyGroupSender         = 16429
	notifyPuzzle              = 16434
	notifyPPKIdentity         = 16436
	notifyNoPPKAuth           = 16437
	notifyAdditionalKE        = 16441
	notifyUseAGGFRAG          = 16442
	notifyAuthMethods         = 16443
	notifySAResourceInfo      = 16444
	notifyPPKIdentityKey      = 16446
	notifyBackoffTimer        = 41041
	notifyDeviceIdentity      = 41101
	notifyEmergencyNumbers    = 41134
	notifyNASIP4              = 55502
	notifyNASIP6              = 55503
	notifyUPIP4               = 55504
	notifyUPIP6               = 55505
	notifyNASTCPPort          = 55506
	notifyNetworkOverlayID    = 61520
)

// ppkConfirmation is the length of what proves that a sender has a PPK.
const ppkConfirmation = 8

// AppendData adds the fields of the data, and reports whether they have the form
// that the type asks for. The data of a type that is not known, or is for
// private use, have any form.
func (n Notify) AppendData(to *Tree) (ok bool) {
	r := fieldReader{Tree: to, b: n.Data}
	if n.decodeData(&r) {
		return r.end()
	}
	if name, _ := namesNotifyTypes(uint16(n.Type)); name != "" {
		// All other types of the registry have no data. Some senders put a
		// text for people there.
		r.restPrintable("data")
		return len(n.Data) == 0
	}
	fields, at := len(to.Fields), to.at
	if n.decodePrivate(&r) && r.end() {
		return true
	}
	to.cut(fields)
	to.at = at
	r = fieldReader{Tree: to, b: n.Data}
	r.restPrintable("data")
	return true
}

// decodeData takes the data of a type in IANA's registry, and reports false for
// a type that has none.
func (n Notify) decodeData(r *fieldReader) bool {
	switch n.Type {
	case notifyUnsupportedCritical: // RFC 7296 2.5
		r.enumN("payload type", 1, namesPayloadTypes)
	case notifyInvalidMessageID: // RFC 7296 2.3
		r.uintN("message ID", 4)
	case NotifyInvalidSPI: // RFC 7296 1.5
		r.opaqueN("SPI", 4)
	case NotifyInvalidKEPayload: // RFC 7296 1.2
		r.enumN("wants group", 2, namesKeyExchangeMethods)
	case notifyInvalidSelectors: // RFC 7296 3.10.1
		r.restOpaque("packet")
	case notifySetWindowSize: // RFC 7296 2.3
		r.uintN("window size", 4)
	case notifyIPCompSupported: // RFC 7296 2.22
		r.uintN("CPI", 2)
		r.enumN("transform", 1, namesIPCOMP)
		r.restOpaque("attributes")
	case NotifyNATDetectionSourceIP, NotifyNATDetectionDestinationIP: // RFC 7296 2.23
		r.opaqueN("SHA-1 of SPIs, address and port", sha1Length)
	case NotifyCookie: // RFC 7296 2.6
		r.restOpaque("cookie")
	case notifyAdditionalIP4: // RFC 4555 4.2.2
		r.addressN("address", 4)
	case notifyAdditionalIP6:
		r.addressN("address", 16)
	case notifyCookie2: // RFC 4555 4.2.5
		r.restOpaque("cookie")
	case notifyNoNATsAllowed: // RFC 4555 4.2.6
		size := 4
		if len(n.Data) > 12 {
			size = 16
		}
		r.addressN("source address", size)
		r.addressN("destination address", size)
		r.uintN("source port", 2)
		r.uintN("destination port", 2)
	case notifyAuthLifetime: // RFC 4478 3
		r.secondsN("lifetime", 4)
	case notifyRedirectSupported: // RFC 5685 9.1
		return false
	case notifyRedirect: // RFC 5685 9.2
		r.gateway()
		r.restOpaque("nonce")
	case notifyRedirectedFrom: // RFC 5685 9.3
		r.gateway()
	case notifyTicketLTOpaque: // RFC 5723 7.1
		r.secondsN("lifetime", 4)
		r.restOpaque("ticket")
	case notifyTicketOpaque: // RFC 5723 7.2
		r.restOpaque("ticket")
	case notifyLinkID: // RFC 5739 5.3
		r.restOpaque("link ID")
	case notifyROHCSupported: // RFC 5857 3.1
		r.attributesAs(namesROHCAttributes, rohcValue)
	case notifyQCDToken: // RFC 6290 4.1
		r.restOpaque("token")
	case notifyMessageIDSync: // RFC 6311 6.3
		r.opaqueN("nonce", 4)
		r.uintN("expected send request message ID", 4)
		r.uintN("expected receive request message ID", 4)
	case notifyReplayCounterSync: // RFC 6311 6.4: 8 bytes with extended sequence numbers
		if len(n.Data) == 8 {
			r.uintN("incoming SA delta", 8)
		} else {
			r.uintN("incoming SA delta", 4)
		}
	case notifyPasswordMethods: // RFC 6467 3
		r.enums("method", namesSecurePasswordMethods)
	case notifyERXSupported: // RFC 6867 4
		r.restText("domain")
	case NotifySignatureHashAlgorithms: // RFC 7427 4
		r.enums("hash algorithm", namesHashAlgorithms)
	case notifyPuzzle: // RFC 8019 8.1
		r.enumN("PRF", 2, namesPRF)
		r.uintN("difficulty", 1)
	case notifyPPKIdentity: // RFC 8784 5.1
		r.enumN("PPK ID type", 1, namesPPKIDTypes)
		r.restPrintable("PPK ID")
	case notifyPPKIdentityKey: // RFC 9867 3.1
		r.enumN("PPK ID type", 1, namesPPKIDTypes)
		id := r.take(max(len(r.b)-ppkConfirmation, 0))
		if len(id) > 0 {
			r.bytes("PPK ID", id).printable(id)
		}
		r.opaqueN("PPK confirmation", ppkConfirmation)
	case notifyNoPPKAuth: // RFC 8784 3
		r.restOpaque("authentication data")
	case notifyAdditionalKE: // RFC 9370 2.2.4: a blob that comes back
		r.restOpaque("link")
	case notifyUseAGGFRAG: // RFC 9347 5.1
		r.flags("flags", map[int]string{1: "congestion control", 0: "do not fragment"})
	case notifyAuthMethods: // RFC 9593 3.2
		for r.more() {
			r.announcement()
		}
	case notifyGroupSender: // RFC 9838 4.7.4
		r.uintN("sender IDs wanted", 4)
	case notifySAResourceInfo, notifyMOBIKESupported, notifyUseAssignedHoA, notifyIFOMCapability:
		// Any data: RFC 9611, RFC 4555 4.2.1 (to be ignored), 3GPP.
		r.restPrintable("data")
	default:
		return false
	}
	return true
}

// enums takes numbers of two bytes to the end.
func (r *fieldReader) enums(name string, names func(uint16) (string, string)) {
	for r.more() {
		r.enumN(name, 2, names)
	}
}

// AppendFields adds the fields of the body, and whether the data have not the
// form of the type as a finding.
func (n Notify) AppendFields(to *Tree) {
	to.add("protocol", 1).enum(namesProtocols, uint16(n.Protocol))
	to.add("SPI size", 1).num(uint64(len(n.SPI)))
	name, _ := namesNotifyTypes(uint16(n.Type))
	to.add("notify type", 2).named(name, uint64(n.Type))
	if name, owner := n.Type.Private(); name != "" {
		to.str(", ").str(name).str(" if of ").str(owner)
	}
	to.opaqueBytes("SPI", n.SPI)
	at := to.at
	if !n.AppendData(to) {
		to.find(at, FindingWarning, "data are not of the form of "+n.Type.String())
	}
}
