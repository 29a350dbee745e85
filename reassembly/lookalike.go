package reassembly

// lookalike is a protocol over UDP whose datagrams could be taken for ESP.
type lookalike struct {
	name string
	// is tells whether p, the captured part of a payload of n bytes, at least
	// 8, is this protocol. Of SPIs chosen at random, and whatever the sequence
	// numbers and vectors behind them, hardly more than one in ten thousand
	// passes, so that hardly any ESP is lost.
	is func(p []byte, n int) bool
}

// lookalikes are checked in this order. RTP, ZeroTier and QUIC's short header
// show themselves only in two datagrams: see evidence.
var lookalikes = [...]lookalike{
	{"text", isText},
	{"DNS", isDNS},
	{"QUIC", isQUICLong},
	{"STUN", isSTUN},
	{"DTLS", isDTLS},
	{"RTCP", isRTCP},
	{"WireGuard", isWireGuard},
	{"OpenVPN", isOpenVPN},
	{"DHCP", isDHCP},
	{"uTP", isUTP},
	{"KCP", isKCP},
	{"GTP", isGTP},
	{"L2TP", isL2TP},
	{"IP", isIP},
	{"NTP", isNTP},
	{"BER", isBER},
	{"RADIUS", isRADIUS},
	{"NetFlow", isNetFlow},
	{"TFTP", isTFTP},
}

// lookalikeOf names the protocol that p is, "" if none of those that are known.
// p is what was captured of a UDP payload of n bytes.
func lookalikeOf(p []byte, n int) string {
	if len(p) < 8 {
		return ""
	}
	for i := range lookalikes {
		if lookalikes[i].is(p, n) {
			return lookalikes[i].name
		}
	}
	return ""
}
