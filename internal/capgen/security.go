package capgen

import "github.com/ikesniff/ikesniff/internal/capgen/wire"

// security: tunnels that work and are weak.
var security = []builder{
	{"aggressive-mode-psk.pcap", aggressiveModePSK},
	{"aggressive-mode-rsa.pcap", aggressiveModeRSA},
	{"weak-crypto.pcap", weakCrypto},
	{"weak-crypto-ikev1.pcap", weakCryptoIKEv1},
	{"weak-offered-strong-chosen.pcap", weakOfferedStrongChosen},
}

// IKEv1 aggressive mode with a pre-shared key: identity and HASH_R travel in the
// clear, and whoever sees them can guess keys offline.
func aggressiveModePSK(t *trace) {
	x := newIKEv1(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
	x.aggressive()
	x.quick(initiator)
	x.ping(5)
	t.tunnels(1)
	t.informs("aggressive-mode-psk")
}

// The look-alike: aggressive mode with RSA signatures. The identity is in the
// clear, but no hash of a shared key.
func aggressiveModeRSA(t *trace) {
	x := newIKEv1(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
	x.offer[0].Auth = wire.AuthRSA
	x.aggressive()
	x.quick(initiator)
	x.ping(5)
	t.tunnels(1)
}

// Triple DES, HMAC-MD5 and the 1024-bit group are chosen.
func weakCrypto(t *trace) {
	x := sites(t)
	x.offer, x.group = [][]wire.Transform{weak}, 2
	x.establish()
	x.ping(5)
	t.tunnels(1)
	t.informs("weak-crypto")
}

var weak = []wire.Transform{wire.TripleDES, wire.PRFMD5, wire.HMACMD5, wire.MODP1024}

// The same with IKEv1: 3DES, MD5, group 2. There is no NAT traversal, for its
// hashes would be made with MD5.
func weakCryptoIKEv1(t *trace) {
	x := newIKEv1(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
	x.natT = [2]bool{}
	x.offer = []wire.V1Transform{{Encryption: 5, Hash: 1, Auth: wire.AuthPSK, Group: 2, Lifetime: 28800}}
	x.main(0)
	x.quick(initiator)
	x.ping(5)
	t.tunnels(1)
	t.informs("weak-crypto", "nat-t-unsupported")
}

// The look-alike: the weak proposal is offered beside a strong one, and the
// strong one is chosen.
func weakOfferedStrongChosen(t *trace) {
	x := sites(t)
	x.offer = [][]wire.Transform{weak, strong}
	x.chosen = 1
	x.establish()
	x.ping(5)
	t.tunnels(1)
}
