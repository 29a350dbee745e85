package capgen

import (
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// ikev2 is a tunnel negotiated with IKEv2, without keys: what is encrypted is
// random bytes of the right length.
type ikev2 struct {
	peers
	began  sender // who began the IKE SA that is in use: has the I flag
	nextID [2]uint32
	offer  [][]wire.Transform
	chosen int // index into offer
	group  uint16
	nonce  []byte
	public []byte
	// whole ends do not offer IKE fragmentation (RFC 7383 2.3).
	whole [2]bool
	// vendors end both IKE_SA_INIT messages.
	vendors [2][]wire.Payload
}

// strong is an ordinary proposal of today.
var strong = []wire.Transform{wire.AES256CBC, wire.PRFSHA256, wire.HMACSHA256, wire.ECP256}

func newIKEv2(t *trace, a, b end) *ikev2 {
	x := &ikev2{peers: newPeers(t, a, b), offer: [][]wire.Transform{strong}, group: 19}
	x.nonce = t.bytes(32)
	return x
}

// message makes a message of the IKE SA.
func (x *ikev2) message(from sender, exchange uint8, response bool, id uint32, payloads ...wire.Payload) []byte {
	h := wire.Header{InitiatorSPI: x.spi[x.began], ResponderSPI: x.spi[1-x.began], Version: 0x20, Exchange: exchange, MessageID: id}
	if from == x.began {
		h.Flags |= wire.FlagInitiator
	}
	if response {
		h.Flags |= wire.FlagResponse
	}
	if exchange == wire.ExchangeInit && !response {
		h.ResponderSPI = 0
	}
	return wire.Message(h, payloads...)
}

// initRequest makes the IKE_SA_INIT request. Payloads in front are what an
// earlier answer asked for: a cookie.
func (x *ikev2) initRequest(front ...wire.Payload) []byte {
	if x.public == nil {
		x.public = x.t.bytes(wire.PublicSize(x.group))
	}
	p := append(front, wire.SA(1, x.offer...), wire.KE(x.group, x.public), wire.Nonce(x.nonce))
	p = append(p, wire.NATDetection(x.spi[0], 0, x.end[0].own, x.end[1].seen)...)
	p = append(p, x.fragmentation(initiator)...)
	p = append(p, wire.Notify(wire.NotifySignatureHashAlgos, []byte{0, 2, 0, 3, 0, 4}))
	p = append(p, x.vendors[initiator]...)
	return x.message(initiator, wire.ExchangeInit, false, 0, p...)
}

// initResponse makes the IKE_SA_INIT response that accepts.
func (x *ikev2) initResponse() []byte {
	t := x.t
	// One transform of each type (RFC 7296 3.3): the first that was offered, but
	// for the group.
	choice := []wire.Transform{}
	taken := map[uint8]bool{}
	for _, tr := range x.offer[x.chosen] {
		if tr.Type == wire.TransformDH && tr.ID != x.group || taken[tr.Type] {
			continue
		}
		taken[tr.Type] = true
		choice = append(choice, tr)
	}
	p := []wire.Payload{wire.SA(uint8(1+x.chosen), choice), wire.KE(x.group, t.bytes(wire.PublicSize(x.group))), wire.Nonce(t.bytes(32))}
	p = append(p, wire.NATDetection(x.spi[0], x.spi[1], x.end[1].own, x.end[0].seen)...)
	p = append(p, x.fragmentation(responder)...)
	p = append(p, x.vendors[responder]...)
	return x.message(responder, wire.ExchangeInit, true, 0, p...)
}

// fragmentation is the notify by which an end offers IKE fragmentation, if it
// does.
func (x *ikev2) fragmentation(from sender) []wire.Payload {
	if x.whole[from] {
		return nil
	}
	return []wire.Payload{wire.Notify(wire.NotifyFragmentation, nil)}
}

// initError makes an IKE_SA_INIT response that holds nothing but a notify.
func (x *ikev2) initError(kind uint16, data []byte) []byte {
	h := wire.Header{InitiatorSPI: x.spi[0], Version: 0x20, Exchange: wire.ExchangeInit, Flags: wire.FlagResponse}
	return wire.Message(h, wire.Notify(kind, data))
}

// init captures a whole IKE_SA_INIT exchange.
func (x *ikev2) init() {
	x.ike(initiator, x.initRequest())
	x.t.wait(x.rtt)
	x.ike(responder, x.initResponse())
	x.nextID = [2]uint32{1, 0}
	x.t.wait(4 * time.Millisecond)
}

// sealed makes an SK payload around inner bytes of clear text: IV, padding to
// 16 bytes, ICV, as AES-CBC with HMAC-SHA-256-128 makes them.
func (x *ikev2) sealed(first uint8, inner int) wire.Payload {
	return wire.Payload{Type: wire.PayloadSK, Inner: first, Body: x.t.bytes(16 + (inner+1+15)/16*16 + 16)}
}

// request makes the next request of one end, and the number it carries.
func (x *ikev2) request(from sender, exchange, first uint8, inner int) ([]byte, uint32) {
	id := x.nextID[from]
	x.nextID[from]++
	return x.message(from, exchange, false, id, x.sealed(first, inner)), id
}

// response makes the answer of one end to request id of the other.
func (x *ikev2) response(from sender, exchange uint8, id uint32, first uint8, inner int) []byte {
	return x.message(from, exchange, true, id, x.sealed(first, inner))
}

// exchange captures a request of one end and its answer.
func (x *ikev2) exchange(from sender, exchange, first uint8, inner, innerBack int) {
	req, id := x.request(from, exchange, first, inner)
	x.ike(from, req)
	x.t.wait(x.rtt)
	x.ike(1-from, x.response(1-from, exchange, id, first, innerBack))
	x.t.wait(4 * time.Millisecond)
}

// auth captures IKE_AUTH with a pre-shared key, which makes the first Child SA.
func (x *ikev2) auth() { x.exchange(initiator, wire.ExchangeAuth, wire.PayloadIDi, 236, 188) }

// liveness captures an empty INFORMATIONAL exchange.
func (x *ikev2) liveness(from sender) { x.exchange(from, wire.ExchangeInformational, 0, 0, 0) }

// delete captures an INFORMATIONAL exchange of the size of a DELETE.
func (x *ikev2) delete(from sender) {
	x.exchange(from, wire.ExchangeInformational, wire.PayloadDelete, 12, 12)
}

// establish captures IKE_SA_INIT and IKE_AUTH on one pair of ports.
func (x *ikev2) establish() {
	x.init()
	x.auth()
	x.t.wait(30 * time.Millisecond)
}

// rekeyChild captures CREATE_CHILD_SA for a Child SA, and returns the old SAs.
func (x *ikev2) rekeyChild(from sender) (old [2]child) {
	x.exchange(from, wire.ExchangeCreateChild, wire.PayloadNotify, 228, 204)
	old = x.peers.child
	x.peers.child = [2]child{{spi: x.t.espSPI()}, {spi: x.t.espSPI()}}
	return old
}

// rekeyIKE captures CREATE_CHILD_SA for the IKE SA: later messages are of the
// new one, which from began. The old one is returned, still in use.
func (x *ikev2) rekeyIKE(from sender) *ikev2 {
	x.exchange(from, wire.ExchangeCreateChild, wire.PayloadSA, 168, 168)
	old := *x
	x.spi = [2]uint64{x.t.spi(), x.t.spi()}
	x.began, x.nextID = from, [2]uint32{}
	return &old
}
