package flows

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/report"
)

// interner shares what many IKE SAs have in common: a hub sees the same offer
// and the same vendor IDs from each of its spokes. What no longer fits is made
// anew for each SA.
type interner struct {
	offers  map[string]*offer
	vendors map[string]*vendors
	details map[string]*details
	key     []byte
	bytes   int
}

// offer is the proposals of an SA payload in the report's words, vendors the
// names of a message's vendor IDs. Nil is none.
type (
	offer struct {
		proposals []report.Proposal
		chosen    string // how the timeline tells that the first was chosen
	}
	vendors []string
)

func newOffer(l []ike.ProposalSummary) *offer {
	o := &offer{proposals: make([]report.Proposal, 0, len(l))}
	for i := range l {
		o.proposals = append(o.proposals, proposal(&l[i]))
	}
	if len(l) > 0 {
		p := &o.proposals[0]
		o.chosen = "proposal chosen: " + strings.Join(nonEmpty(p.Encryption, p.Integrity, p.PRF, p.KeyExchange), " / ")
	}
	return o
}

// list is a copy of the proposals.
func (o *offer) list() []report.Proposal {
	if o == nil {
		return []report.Proposal{}
	}
	out := make([]report.Proposal, len(o.proposals))
	copy(out, o.proposals)
	for i := range out {
		out[i].AdditionalKeyExchanges = slices.Clone(out[i].AdditionalKeyExchanges)
	}
	return out
}

func (v *vendors) list() []string {
	if v == nil {
		return nil
	}
	return *v
}

const maxInterned = 4 << 20 // bytes of keys

func (n *interner) room(k []byte) bool {
	n.bytes += len(k)
	return n.bytes <= maxInterned
}

// offer returns the proposals of the SA payload in m; body is that payload.
func (n *interner) offer(m *ike.Message, body []byte) *offer {
	if o, ok := n.offers[string(body)]; ok {
		return o
	}
	var o *offer
	if l := ike.Offer(m); l != nil {
		o = newOffer(l)
	}
	if n.room(body) {
		if n.offers == nil {
			n.offers = map[string]*offer{}
		}
		n.offers[string(body)] = o
	}
	return o
}

// vendorIDs returns the names for the bodies of vendor ID payloads, each
// behind a length byte pair in key.
func (n *interner) vendorIDs(key []byte, bodies [][]byte) *vendors {
	if v, ok := n.vendors[string(key)]; ok {
		return v
	}
	list := make(vendors, len(bodies))
	for i, b := range bodies {
		list[i] = ike.VendorName(b)
	}
	v := &list
	if n.room(key) {
		if n.vendors == nil {
			n.vendors = map[string]*vendors{}
		}
		n.vendors[string(key)] = v
	}
	return v
}

// notifies returns details with a list of notifies, which is copied.
func (n *interner) notifies(list []uint16) *details {
	n.key = n.key[:0]
	for _, typ := range list {
		n.key = binary.BigEndian.AppendUint16(n.key, typ)
	}
	if d := n.details[string(n.key)]; d != nil {
		return d
	}
	d := &details{notifies: slices.Clone(list)}
	if n.room(n.key) {
		if n.details == nil {
			n.details = map[string]*details{}
		}
		d.shared = true
		n.details[string(n.key)] = d
	}
	return d
}
