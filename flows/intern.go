package flows

import (
	"encoding/binary"
	"slices"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// interner shares what many IKE SAs have in common: a hub sees the same offer
// and the same vendor IDs from each of its spokes. What no longer fits is made
// anew for each SA.
type interner struct {
	offers  map[string][]ike.ProposalSummary
	vendors map[string][]string
	details map[string]*details
	key     []byte
	bytes   int
}

const maxInterned = 4 << 20 // bytes of keys

func (n *interner) room(k []byte) bool {
	n.bytes += len(k)
	return n.bytes <= maxInterned
}

// offer returns the proposals of the SA payload in m; body is that payload.
func (n *interner) offer(m *ike.Message, body []byte) []ike.ProposalSummary {
	if o, ok := n.offers[string(body)]; ok {
		return o
	}
	o := ike.Offer(m)
	if n.room(body) {
		if n.offers == nil {
			n.offers = map[string][]ike.ProposalSummary{}
		}
		n.offers[string(body)] = o
	}
	return o
}

// vendorIDs returns the names for the bodies of vendor ID payloads, each
// behind a length byte pair in key.
func (n *interner) vendorIDs(key []byte, bodies [][]byte) []string {
	if v, ok := n.vendors[string(key)]; ok {
		return v
	}
	v := make([]string, len(bodies))
	for i, b := range bodies {
		v[i] = ike.VendorName(b)
	}
	if n.room(key) {
		if n.vendors == nil {
			n.vendors = map[string][]string{}
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
