package message

import (
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// Bounds of what a line or record tells of one message; a tree tells all.
const (
	maxPayloads = 64
	maxNotifies = 64
	maxVendors  = 64
	maxHashes   = 16
	maxIDs      = 2
)

// summary is what one walk over an IKE message finds. Its slices are reused
// from message to message and borrow the event's bytes.
type summary struct {
	m   ike.Message
	err error // of the header, or of the chain of payloads

	payloads []ike.PayloadType
	notifies []notify
	vendors  [][]byte
	sa       []byte
	saAt     int // where it begins, in bytes from the first of the message
	saCut    bool
	hasSA    bool
	hasKE    bool
	keGroup  uint16 // IKEv1's KE does not say
	natSrc   [][]byte
	natDst   [][]byte
	behind   nat
	ids      [][]byte // bodies of identification payloads in clear

	// What messages before tell of this one.
	sending    *sending // nil if it cannot be known again
	repetition repetition
	link       link

	encrypted  bool
	fragment   ike.Fragment       // of SKF; Total is 0 if there is none
	group      *ike.FragmentGroup // that it belongs to, nil if that is not followed
	v1Fragment ike.V1Fragment
	inPieces   bool // v1Fragment is valid
	v1Set      ike.V1FragmentStatus
}

// sets put messages together that were sent in fragments.
type sets struct {
	v1 ike.V1Reassembler
	v2 ike.FragmentGroups
}

// notify is a notify of either version.
type notify struct {
	typ  uint16
	data []byte
}

// read fills s from the bytes of an event. A fragment joins its set, unless
// join is nil.
func (s *summary) read(e *reassembly.Event, join *sets) {
	*s = summary{
		payloads: s.payloads[:0], notifies: s.notifies[:0], vendors: s.vendors[:0],
		natSrc: s.natSrc[:0], natDst: s.natDst[:0], ids: s.ids[:0],
	}
	if s.m, s.err = ike.Parse(e.Data, e.Length); s.err != nil {
		return
	}
	s.encrypted = s.m.V1() && s.m.Flags&ike.FlagEncryption != 0
	w := s.m.Walk()
	for w.Next() {
		p := w.Payload()
		if len(s.payloads) < maxPayloads {
			s.payloads = append(s.payloads, p.Type)
		}
		if s.m.V1() {
			s.payloadV1(&p, e, join)
		} else {
			s.payloadV2(&p, join)
		}
	}
	s.err = w.Err()
	s.behind = s.detectNAT(e)
}

func (s *summary) payloadV2(p *ike.Payload, join *sets) {
	switch p.Type {
	case ike.PayloadSA:
		s.setSA(p)
	case ike.PayloadKE:
		if ke, err := ike.ParseKE(p.Body); err == nil {
			s.keGroup, s.hasKE = ke.Group, true
		}
	case ike.PayloadNotify:
		n, err := ike.ParseNotify(p.Body)
		if err != nil {
			return
		}
		switch n.Type {
		case ike.NotifyNATDetectionSourceIP:
			s.natSrc = appendBounded(s.natSrc, n.Data, maxHashes)
		case ike.NotifyNATDetectionDestinationIP:
			s.natDst = appendBounded(s.natDst, n.Data, maxHashes)
		}
		s.addNotify(uint16(n.Type), n.Data)
	case ike.PayloadIDi, ike.PayloadIDr:
		if !p.Truncated {
			s.ids = appendBounded(s.ids, p.Body, maxIDs)
		}
	case ike.PayloadVendorID:
		s.vendors = appendBounded(s.vendors, p.Body, maxVendors)
	case ike.PayloadSK:
		s.encrypted = true
	case ike.PayloadSKF:
		s.encrypted = true
		if f, err := ike.ParseFragment(p.Body); err == nil {
			s.fragment = f
			if join != nil {
				s.group, _ = join.v2.Add(&s.m, *p)
			}
		}
	}
}

func (s *summary) payloadV1(p *ike.Payload, e *reassembly.Event, join *sets) {
	switch p.Type {
	case ike.PayloadV1SA:
		s.setSA(p)
	case ike.PayloadV1KE:
		s.hasKE = true
	case ike.PayloadV1Notify:
		if n, err := ike.ParseV1Notify(p.Body); err == nil {
			s.addNotify(uint16(n.Type), n.Data)
		}
	case ike.PayloadV1ID:
		if !p.Truncated {
			s.ids = appendBounded(s.ids, p.Body, maxIDs)
		}
	case ike.PayloadV1VendorID:
		s.vendors = appendBounded(s.vendors, p.Body, maxVendors)
	case ike.PayloadV1NATD, ike.PayloadV1NATDDraft:
		// The first is of the receiver, the others of the sender (RFC 3947 3.2).
		if len(s.natDst) == 0 {
			s.natDst = appendBounded(s.natDst, p.Body, maxHashes)
		} else {
			s.natSrc = appendBounded(s.natSrc, p.Body, maxHashes)
		}
	case ike.PayloadV1Fragment:
		if f, err := ike.ParseV1Fragment(p.Body); err == nil {
			s.v1Fragment, s.inPieces = f, true
			if join != nil {
				// Which direction is which does not matter, if only they differ.
				s.v1Set, _ = join.v1.Add(&s.m, *p, e.Src.Compare(e.Dst) < 0)
			}
		}
	}
}

func (s *summary) setSA(p *ike.Payload) {
	s.sa, s.hasSA, s.saCut = p.Body, true, p.Truncated
	s.saAt = p.Offset + 4 // behind the generic header
}

func (s *summary) addNotify(typ uint16, data []byte) {
	if len(s.notifies) < maxNotifies {
		s.notifies = append(s.notifies, notify{typ, data})
	}
}

func appendBounded(l [][]byte, b []byte, most int) [][]byte {
	if len(l) < most {
		l = append(l, b)
	}
	return l
}

// headless tells whether the capture cut the message within its header, so
// that nothing can be said of it.
func (s *summary) headless(e *reassembly.Event) bool {
	return e.Truncated && len(e.Data) < ike.HeaderLength
}

// chooses tells whether the SA payload is an answer, which holds what was
// chosen.
func (s *summary) chooses() bool {
	if s.m.V1() {
		return !s.m.ResponderSPI.IsZero()
	}
	return s.m.IsResponse()
}

func (s *summary) notifyName(i int) string {
	if s.m.V1() {
		return ike.V1NotifyType(s.notifies[i].typ).Name()
	}
	return ike.NotifyType(s.notifies[i].typ).Name()
}
