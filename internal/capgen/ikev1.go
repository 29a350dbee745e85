package capgen

import (
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// ikev1 is a tunnel negotiated with IKEv1, without keys.
type ikev1 struct {
	peers
	offer  []wire.V1Transform
	chosen int
	natT   [2]bool // which ends speak RFC 3947
}

// strongV1 is AES-256, SHA-1 (which the NAT-D hashes use, too), group 14.
var strongV1 = wire.V1Transform{Encryption: 7, KeyLength: 256, Hash: 2, Auth: wire.AuthPSK, Group: 14, Lifetime: 28800}

func newIKEv1(t *trace, a, b end) *ikev1 {
	return &ikev1{peers: newPeers(t, a, b), offer: []wire.V1Transform{strongV1}, natT: [2]bool{true, true}}
}

// message makes a phase 1 message in the clear.
func (x *ikev1) message(exchange uint8, payloads ...wire.Payload) []byte {
	h := wire.Header{InitiatorSPI: x.spi[0], ResponderSPI: x.spi[1], Version: 0x10, Exchange: exchange}
	return wire.Message(h, payloads...)
}

// encrypted makes an encrypted message with n bytes of payloads, padded to the
// 16 bytes of AES.
func (x *ikev1) encrypted(exchange uint8, id uint32, first uint8, n int) []byte {
	h := wire.Header{InitiatorSPI: x.spi[0], ResponderSPI: x.spi[1], Version: 0x10, Exchange: exchange, MessageID: id}
	return wire.EncryptedV1(h, first, x.t.bytes((n+15)/16*16))
}

func (x *ikev1) vendors(from sender) []wire.Payload {
	p := []wire.Payload{{Type: wire.V1PayloadVendor, Body: wire.VendorDPD}}
	if x.natT[from] {
		p = append(p, wire.Payload{Type: wire.V1PayloadVendor, Body: wire.VendorNATT})
	}
	return p
}

// keyExchange makes the KE and nonce payloads of one end.
func (x *ikev1) keyExchange() []wire.Payload {
	size := wire.PublicSize(x.offer[x.chosen].Group)
	return []wire.Payload{
		{Type: wire.V1PayloadKE, Body: x.t.bytes(size)},
		{Type: wire.V1PayloadNonce, Body: x.t.bytes(20)},
	}
}

func (x *ikev1) natDetection(from sender) []wire.Payload {
	if !x.natT[initiator] || !x.natT[responder] {
		return nil
	}
	return wire.V1NATDetection(x.spi[0], x.spi[1], x.end[from].own, x.end[1-from].seen)
}

// first makes the first message of main mode: the responder's cookie is not
// known yet.
func (x *ikev1) first() []byte {
	h := wire.Header{InitiatorSPI: x.spi[0], Version: 0x10, Exchange: wire.ExchangeMain}
	return wire.Message(h, append([]wire.Payload{wire.V1SA(1, x.offer...)}, x.vendors(initiator)...)...)
}

// choice is the answer to the SA payload. The transform keeps the number it was
// offered with.
func (x *ikev1) choice() wire.Payload { return wire.V1SA(uint8(1+x.chosen), x.offer[x.chosen]) }

// main captures main mode. If natPort is not 0 the ends move to NAT traversal
// ports for message 5, as RFC 3947 4 has it.
func (x *ikev1) main(natPort uint16) {
	x.mainUntil4()
	if natPort != 0 {
		x.float(natPort)
	}
	x.ike(initiator, x.encrypted(wire.ExchangeMain, 0, wire.V1PayloadID, 64))
	x.t.wait(x.rtt)
	x.ike(responder, x.encrypted(wire.ExchangeMain, 0, wire.V1PayloadID, 36))
	x.t.wait(4 * time.Millisecond)
}

// mainUntil4 captures the messages of main mode that are in the clear, and
// returns the last of them.
func (x *ikev1) mainUntil4() []byte {
	x.ike(initiator, x.first())
	x.t.wait(x.rtt)
	x.ike(responder, x.message(wire.ExchangeMain, append([]wire.Payload{x.choice()}, x.vendors(responder)...)...))
	x.t.wait(3 * time.Millisecond)
	x.ike(initiator, x.message(wire.ExchangeMain, append(x.keyExchange(), x.natDetection(initiator)...)...))
	x.t.wait(x.rtt)
	four := x.message(wire.ExchangeMain, append(x.keyExchange(), x.natDetection(responder)...)...)
	x.ike(responder, four)
	x.t.wait(5 * time.Millisecond)
	return four
}

// aggressive captures aggressive mode. The responder proves itself in the
// clear: with HASH_R, which a pre-shared key goes into, or with a signature.
func (x *ikev1) aggressive() {
	x.aggressiveUntil2()
	x.ike(initiator, x.encrypted(wire.ExchangeAggressive, 0, wire.V1PayloadHash, 76))
	x.t.wait(3 * time.Millisecond)
}

// aggressiveUntil2 captures the messages of aggressive mode that are in the clear,
// and returns the second.
func (x *ikev1) aggressiveUntil2() []byte {
	h := wire.Header{InitiatorSPI: x.spi[0], Version: 0x10, Exchange: wire.ExchangeAggressive}
	p := append([]wire.Payload{wire.V1SA(1, x.offer...)}, x.keyExchange()...)
	p = append(p, wire.V1IDName("branch7.example.com"))
	x.ike(initiator, wire.Message(h, append(p, x.vendors(initiator)...)...))
	x.t.wait(x.rtt)
	p = append([]wire.Payload{x.choice()}, x.keyExchange()...)
	p = append(p, wire.V1IDAddress(x.end[1].own.Addr()))
	if x.offer[x.chosen].Auth == wire.AuthPSK {
		p = append(p, wire.Payload{Type: wire.V1PayloadHash, Body: x.t.bytes(20)})
	} else {
		p = append(p, wire.Payload{Type: wire.V1PayloadSignature, Body: x.t.bytes(256)})
	}
	p = append(append(p, x.vendors(responder)...), x.natDetection(responder)...)
	two := x.message(wire.ExchangeAggressive, p...)
	x.ike(responder, two)
	x.t.wait(3 * time.Millisecond)
	return two
}

// quick captures quick mode, which makes a pair of IPsec SAs.
func (x *ikev1) quick(from sender) {
	id := uint32(x.t.random.Uint64()) | 1
	x.ike(from, x.encrypted(wire.ExchangeQuick, id, wire.V1PayloadHash, 156))
	x.t.wait(x.rtt)
	x.ike(1-from, x.encrypted(wire.ExchangeQuick, id, wire.V1PayloadHash, 156))
	x.t.wait(2 * time.Millisecond)
	x.ike(from, x.encrypted(wire.ExchangeQuick, id, wire.V1PayloadHash, 24))
	x.t.wait(20 * time.Millisecond)
}

// areYouThere captures R-U-THERE and its answer (RFC 3706 5.2): two
// informational exchanges, each with a message ID of its own.
func (x *ikev1) areYouThere(from sender) {
	for _, s := range []sender{from, 1 - from} {
		id := uint32(x.t.random.Uint64()) | 1
		x.ike(s, x.encrypted(wire.ExchangeInfoV1, id, wire.V1PayloadHash, 56))
		x.t.wait(x.rtt)
	}
}
