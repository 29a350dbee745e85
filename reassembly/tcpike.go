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

func (k *ikeKey) hash() uint32 {
	return uint32(fold(fold(k.spiI^seeds[1], k.spiR^seeds[2]), uint64(k.pair.hash())|seeds[3]<<32))
}

// learnIKE remembers that an IKE SA was met between two addresses. Requests
// without an answer have no responder SPI and are not remembered.
func (c *Classifier) learnIKE(a, b netip.Addr, spiI, spiR uint64) {
	if spiR == 0 {
		return
	}
	k := newIKEKey(a, b, spiI, spiR)
	if h := k.hash(); c.ikes.get(&k, h) == nil {
		c.ikes.put(k, h, nil)
	}
}

func (c *Classifier) knowsIKE(a, b netip.Addr, spiI, spiR uint64) bool {
	if c.ikes.len() == 0 {
		return false
	}
	k := newIKEKey(a, b, spiI, spiR)
	return c.ikes.get(&k, k.hash()) != nil
}
