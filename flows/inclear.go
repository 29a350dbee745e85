package flows

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/flows/diagnose"
)

// unusual is what most IKE SAs have none of.
type unusual struct {
	notifies  []clearNotify
	malformed malformed
	other     otherVersion
}

// odd returns the state for what is unusual, made when there is some.
func (sa *ikeSA) odd() *unusual {
	if sa.unusual == nil {
		sa.unusual = &unusual{}
	}
	return sa.unusual
}

// notice is a notify as it stands in a message. spi is the SPI that it is
// about, of size bytes.
type notice struct {
	typ  uint16
	size uint8
	spi  uint64
}

// noticeV2 reads what a notify is about: an INVALID_SPI has the SPI in its data
// (RFC 7296 3.10.1).
func noticeV2(n *ike.Notify) notice {
	spi := n.SPI
	if len(spi) == 0 && n.Type == ike.NotifyInvalidSPI {
		spi = n.Data
	}
	return newNotice(uint16(n.Type), spi)
}

// noticeV1 reads one of IKEv1. Most have both cookies of their IKE SA for an
// SPI, which say nothing that the header does not.
func noticeV1(n *ike.V1Notify) notice {
	spi := n.SPI
	if n.Type == v1InvalidSPI && len(spi) != 4 {
		spi = n.Data
	}
	return newNotice(uint16(n.Type), spi)
}

const v1InvalidSPI ike.V1NotifyType = 11 // RFC 2408 3.14.1

func newNotice(typ uint16, spi []byte) notice {
	switch len(spi) {
	case 4:
		return notice{typ, 4, uint64(binary.BigEndian.Uint32(spi))}
	case 8:
		return notice{typ, 8, binary.BigEndian.Uint64(spi)}
	}
	return notice{typ: typ}
}

func (n notice) spiText() string {
	if n.size == 0 {
		return ""
	}
	return fmt.Sprintf("%0*x", 2*int(n.size), n.spi)
}

// clearNotify counts one kind of notify that came unprotected.
type clearNotify struct {
	notice
	v1   bool
	side uint8
	answer
}

const (
	// maxClearNotifies bounds those kept for an IKE SA.
	maxClearNotifies = 16
	// firstStatus is the first notify type that is no error (RFC 7296 3.10.1, RFC
	// 2408 3.14.1).
	firstStatus = 16384
)

// noticed takes the notifies of one message: errors, and in informational
// exchanges all. In IKE_SA_INIT and phase 1 the others are as they should be.
func (sa *ikeSA) noticed(m *ike.Message, c *plain, side uint8, now mark) {
	for _, n := range c.notices {
		if n.typ >= firstStatus && !isInformational(m.ExchangeType) {
			continue
		}
		u := sa.odd()
		if x := findNotify(u.notifies, n, m.V1(), side); x != nil {
			x.add(now)
		} else if len(u.notifies) < maxClearNotifies {
			x := clearNotify{notice: n, v1: m.V1(), side: side}
			x.add(now)
			u.notifies = append(u.notifies, x)
		}
	}
}

func findNotify(l []clearNotify, n notice, v1 bool, side uint8) *clearNotify {
	for i := range l {
		if x := &l[i]; x.notice == n && x.v1 == v1 && x.side == side {
			return x
		}
	}
	return nil
}

func (x *clearNotify) fact(from string) diagnose.ClearNotify {
	name := ike.NotifyType(x.typ).String()
	if x.v1 {
		name = ike.V1NotifyType(x.typ).String()
	}
	return diagnose.ClearNotify{
		Type: x.typ, Name: name, From: from, Count: x.count, SPI: x.spiText(), First: x.first.fact(), Last: x.last.fact(),
	}
}

// mergeUnusual makes one of what two pairs of addresses saw.
func mergeUnusual(twice bool, a, b *unusual) *unusual {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	m := unusual{
		notifies:  slices.Clone(a.notifies),
		malformed: mergeMalformed(twice, a.malformed, b.malformed),
		other:     mergeOther(twice, a.other, b.other),
	}
	for _, y := range b.notifies {
		if x := findNotify(m.notifies, y.notice, y.v1, y.side); x != nil {
			x.answer = mergeAnswer(twice, x.answer, y.answer)
		} else {
			m.notifies = append(m.notifies, y)
		}
	}
	return &m
}

// abilities are what the first messages of an IKE SA tell of their senders.
type abilities struct {
	read                [2]bool // the message with the SA payload was read whole, by side
	fragmentation, natt [2]bool
}

// learn takes a clear message of IKE_SA_INIT or phase 1.
func (a *abilities) learn(m *ike.Message, c *plain, side uint8) {
	a.read[side] = a.read[side] || c.whole && c.sa != nil
	a.natt[side] = a.natt[side] || len(c.natSrc)+len(c.natDst) > 0
	a.fragmentation[side] = a.fragmentation[side] || m.V2() && c.has(uint16(ike.NotifyFragmentationSupported))
}

func (a *abilities) merge(b *abilities) {
	for side := range a.read {
		a.read[side] = a.read[side] || b.read[side]
		a.natt[side] = a.natt[side] || b.natt[side]
		a.fragmentation[side] = a.fragmentation[side] || b.fragmentation[side]
	}
}

// fact adds what the vendor IDs of IKEv1 tell.
func (a abilities) fact(f *diagnose.IKEFacts, v1 bool, vendors [2]*vendors) {
	for side, list := range vendors {
		for _, v := range list.list() {
			a.natt[side] = a.natt[side] || v1 && nattVendor(v)
			a.fragmentation[side] = a.fragmentation[side] || v1 && v == "FRAGMENTATION"
		}
	}
	f.RequestRead, f.ResponseRead = a.read[sideInitiator], a.read[sideResponder]
	f.FragmentationBy, f.NATTBy = a.fragmentation, a.natt
}

// nattVendor tells whether a vendor ID by its name in the table offers NAT
// traversal (RFC 3947 3.1, and the drafts before it).
func nattVendor(name string) bool {
	return strings.HasPrefix(name, "NAT-T (") || strings.HasPrefix(name, "draft-ietf-ipsec-nat-t-ike") ||
		strings.HasPrefix(name, "draft-stenberg-ipsec-nat-traversal")
}
