package ike

// decodePrivate takes the data of a type for private use that somebody is known
// to use. Whether it is theirs, only the form of the data tells: the caller
// drops what was taken where it does not fit.
func (n Notify) decodePrivate(r *fieldReader) bool {
	switch n.Type {
	case notifyBackoffTimer: // 3GPP TS 24.302 8.2.9.1
		size := r.uintN("length", 1)
		b := r.take(1)
		if size != 1 || b == nil {
			return false
		}
		r.add("backoff timer", 1).str(gprsTimer3(b[0]))
	case notifyDeviceIdentity: // 3GPP TS 24.302 8.2.9.2
		return r.deviceIdentity()
	case notifyEmergencyNumbers: // 3GPP TS 24.302 8.2.9.4, TS 24.008 10.5.4.13
		size := r.uintN("length", 1)
		if int(size) != len(r.b) {
			return false
		}
		for r.more() {
			r.emergencyNumber()
		}
	case notifyNASIP4, notifyUPIP4: // 3GPP TS 24.502 9.3.1
		r.addressN("address", 4)
	case notifyNASIP6, notifyUPIP6:
		r.addressN("address", 16)
	case notifyNASTCPPort:
		r.uintN("port", 2)
	case notifyNetworkOverlayID: // Fortinet: "network-id" of a phase 1
		r.uintN("network ID", 1)
	default:
		return false
	}
	return true
}

// gprsTimer3 gives a time of three bits for the unit and five for how many (3GPP
// TS 24.008 10.5.7.4a).
func gprsTimer3(v byte) string {
	units := [8]string{"x 10 min", "h", "x 10 h", "x 2 s", "x 30 s", "min", "x 320 h", ""}
	unit := units[v>>5]
	if unit == "" {
		return "deactivated"
	}
	return itoa(int(v&31)) + " " + unit
}

// deviceIdentity takes an IMEI or IMEISV, or the type of the one that is asked
// for.
func (r *fieldReader) deviceIdentity() bool {
	const (
		imei   = 1
		imeisv = 2
	)
	size := r.uintN("length", 2)
	if r.bad || int(size) != len(r.b) || size == 0 {
		return false
	}
	t := r.enumN("identity type", 1, func(v uint16) (name, short string) { return oneOf(v, "IMEI", "IMEISV") })
	if len(r.b) == 0 {
		return true
	}
	digits, ok := bcdDigits(r.b)
	if !ok || t != imei && t != imeisv {
		return false
	}
	r.bytes("identity", r.rest()).str(digits)
	return true
}

// emergencyNumber takes one entry of an emergency number list: length, services,
// digits.
func (r *fieldReader) emergencyNumber() {
	if len(r.b) < 2 || r.b[0] < 1 || 1+int(r.b[0]) > len(r.b) {
		r.bad = true
		return
	}
	b := r.take(1 + int(r.b[0]))
	digits, ok := bcdDigits(b[2:])
	if !ok {
		r.bad = true
		return
	}
	field := r.open("emergency number", len(b))
	r.str(digits)
	e := fieldReader{Tree: r.Tree, b: b}
	e.uintN("length", 1)
	e.flags("services", map[int]string{0: "police", 1: "ambulance", 2: "fire brigade", 3: "marine guard", 4: "mountain rescue"})
	if len(e.b) > 0 {
		e.bytes("digits", e.rest()).str(digits)
	}
	r.close(field)
}

// bcdDigits reads digits of four bits, the lower half of each byte first, with
// 15 to fill up the last byte.
func bcdDigits(b []byte) (string, bool) {
	digits := make([]byte, 0, 2*len(b))
	for i, c := range b {
		low, high := c&15, c>>4
		if low > 9 || high > 9 && (high != 15 || i != len(b)-1) {
			return "", false
		}
		digits = append(digits, '0'+low)
		if high != 15 {
			digits = append(digits, '0'+high)
		}
	}
	return string(digits), true
}
