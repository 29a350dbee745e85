package flows

import (
	"encoding/binary"
	"net/netip"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// plain is what one message says in clear; the Tracker reuses it. Slices
// borrow the message's bytes.
type plain struct {
	sa       []byte // body of the SA payload
	group    uint16 // of the KE payload (IKEv2)
	notifies []uint16
	notices  []notice // the same, with what they are about
	whole    bool     // the chain was read to its end
	wanted   uint16   // group that INVALID_KE_PAYLOAD asks for
	hasKE    bool
	hasHash  bool
	fragment int // number of an IKE fragment, 0 for none
	total    int // IKEv2: how many fragments the message has
	// encrypted: what the first fragment of an IKEv1 message begins is encrypted.
	encrypted bool
	vendors   [][]byte
	natSrc    [][]byte // NAT_DETECTION_SOURCE_IP; IKEv1: all but the first NAT-D
	natDst    [][]byte
}

// maxClear bounds each list of plain, whatever a message says.
const maxClear = 64

// read walks the clear payloads of m.
func (c *plain) read(m *ike.Message) {
	*c = plain{notifies: c.notifies[:0], notices: c.notices[:0], vendors: c.vendors[:0], natSrc: c.natSrc[:0], natDst: c.natDst[:0]}
	w := m.Walk()
	for w.Next() {
		p := w.Payload()
		if p.Truncated {
			return
		}
		if m.V1() {
			c.payloadV1(&p)
		} else {
			c.payloadV2(&p)
		}
	}
	c.whole = w.Err() == nil && !m.Truncated && !m.Overlong
}

func (c *plain) payloadV2(p *ike.Payload) {
	switch p.Type {
	case ike.PayloadSA:
		c.sa = p.Body
	case ike.PayloadKE:
		if ke, err := ike.ParseKE(p.Body); err == nil {
			c.group, c.hasKE = uint16(ke.Group), true
		}
	case ike.PayloadVendorID:
		c.vendors = appendBounded(c.vendors, p.Body)
	case ike.PayloadSKF:
		if f, err := ike.ParseFragment(p.Body); err == nil {
			c.fragment, c.total = int(f.Number), int(f.Total)
		}
	case ike.PayloadNotify:
		n, err := ike.ParseNotify(p.Body)
		if err != nil {
			return
		}
		if len(c.notifies) < maxClear {
			c.notifies = append(c.notifies, uint16(n.Type))
			c.notices = append(c.notices, noticeV2(&n))
		}
		switch n.Type {
		case ike.NotifyInvalidKEPayload:
			if len(n.Data) >= 2 {
				c.wanted = binary.BigEndian.Uint16(n.Data)
			}
		case ike.NotifyNATDetectionSourceIP:
			c.natSrc = appendBounded(c.natSrc, n.Data)
		case ike.NotifyNATDetectionDestinationIP:
			c.natDst = appendBounded(c.natDst, n.Data)
		}
	}
}

func (c *plain) payloadV1(p *ike.Payload) {
	switch p.Type {
	case ike.PayloadV1SA:
		c.sa = p.Body
	case ike.PayloadV1KE:
		c.hasKE = true
	case ike.PayloadV1Hash:
		c.hasHash = true
	case ike.PayloadV1Fragment:
		c.fragmentV1(p.Body)
	case ike.PayloadV1VendorID:
		c.vendors = appendBounded(c.vendors, p.Body)
	case ike.PayloadV1Notify:
		if n, err := ike.ParseV1Notify(p.Body); err == nil && len(c.notifies) < maxClear {
			c.notifies = append(c.notifies, uint16(n.Type))
			c.notices = append(c.notices, noticeV1(&n))
		}
	case ike.PayloadV1NATD, ike.PayloadV1NATDDraft:
		// The first is the hash of the remote end, the others of the local one
		// (RFC 3947 3.2).
		if len(c.natDst) == 0 {
			c.natDst = appendBounded(c.natDst, p.Body)
		} else {
			c.natSrc = appendBounded(c.natSrc, p.Body)
		}
	}
}

// fragmentV1 reads a fragment of IKEv1, which holds a piece of a whole message;
// the first one tells whether that is encrypted.
func (c *plain) fragmentV1(body []byte) {
	f, err := ike.ParseV1Fragment(body)
	if err != nil || f.Number == 0 {
		return
	}
	c.fragment = int(f.Number)
	if h, err := ike.ParseHeader(f.Data); err == nil && f.Number == 1 {
		c.encrypted = h.Flags&ike.FlagEncryption != 0
	}
}

func appendBounded(l [][]byte, b []byte) [][]byte {
	if len(l) < maxClear {
		l = append(l, b)
	}
	return l
}

func (c *plain) has(typ uint16) bool {
	for _, n := range c.notifies {
		if n == typ {
			return true
		}
	}
	return false
}

// natView is what NAT detection hashes say: an end whose own idea of its
// address differs from what is on the wire here, or is not what its peer saw,
// is behind a NAT, or pretends to be to force UDP encapsulation (RFC 7296 2.23).
type natView struct {
	known, initiator, responder bool
	at                          mark // the first message that tells of a NAT
}

// learn compares the hashes of one message with its addresses.
func (n *natView) learn(m *ike.Message, c *plain, e *reassembly.Event, side uint8) {
	if len(c.natSrc) == 0 && len(c.natDst) == 0 {
		return
	}
	n.known = true
	src := len(c.natSrc) > 0 && !anyHash(m, c.natSrc, e.Src)
	dst := len(c.natDst) > 0 && !anyHash(m, c.natDst, e.Dst)
	if (src || dst) && !n.at.set() {
		n.at = mark{e.Time, e.Ref}
	}
	if side == sideInitiator {
		n.initiator = n.initiator || src
		n.responder = n.responder || dst
	} else {
		n.responder = n.responder || src
		n.initiator = n.initiator || dst
	}
}

func anyHash(m *ike.Message, hashes [][]byte, addr netip.AddrPort) bool {
	for _, h := range hashes {
		if ike.NATDetectionMatches(m, h, addr) {
			return true
		}
	}
	return false
}

// vendorIDs names the vendor IDs of a message.
func (t *Tracker) vendorIDs(c *plain) *vendors {
	if len(c.vendors) == 0 {
		return nil
	}
	key := t.scratch[:0]
	for _, v := range c.vendors {
		key = binary.BigEndian.AppendUint16(key, uint16(len(v)))
		key = append(key, v...)
	}
	t.scratch = key
	return t.offers.vendorIDs(key, c.vendors)
}
