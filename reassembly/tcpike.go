package reassembly

import "net/netip"

// ikeKey is the key of an IKE SA between two addresses.
type ikeKey struct {
	pair       tuple
	spiI, spiR uint64
}

func newIKEKey(a, b netip.Addr, spiI, spiR uint64) ikeKey {
	if b.Less(a) {
		a, b = b, a
	}
	return ikeKey{spiKey(a, b, 0), spiI, spiR}
}

// learnIKE remembers that an IKE SA was met between two addresses. Requests
// without an answer have no responder SPI and are not remembered.
func (c *Classifier) learnIKE(a, b netip.Addr, spiI, spiR uint64) {
	if spiR == 0 {
		return
	}
	k := newIKEKey(a, b, spiI, spiR)
	if c.ikes.get(k) == nil {
		c.ikes.put(k, nil)
	}
}

func (c *Classifier) knowsIKE(a, b netip.Addr, spiI, spiR uint64) bool {
	return c.ikes.len() > 0 && c.ikes.get(newIKEKey(a, b, spiI, spiR)) != nil
}
