package reassembly

import "encoding/binary"

// Sizes of ESP on the wire: the header, an integrity check value of 8 bytes or
// more, and padding that ends on a 4-byte boundary (RFC 4303 2.4); all
// registered initialization vectors and check values are multiples of 4.
const (
	espAlignment = 4
	// espMinimum is a header, 4 bytes of trailer and 8 bytes of check value or
	// initialization vector.
	espMinimum = 20
	// espMinimumNATT is what suffices on port 4500.
	espMinimumNATT = 12
)

// looksLikeESP tells whether a UDP payload of a flow that is not known to be
// IPsec could be ESP. p is what was captured, at least a header, n its length
// on the wire. On a port of NAT traversal it is lenient.
func looksLikeESP(p []byte, n int, natt bool) bool {
	least := espMinimum
	if natt {
		least = espMinimumNATT
	}
	if n < least || n%espAlignment != 0 {
		return false
	}
	if !plausibleSPI(binary.BigEndian.Uint32(p)) || lookalikeOf(p, n) != "" {
		return false
	}
	return natt || looksRandom(p[espHeaderLength:])
}

// plausibleSPI rules out SPIs that nobody chooses and other protocols show in
// this place. Peers choose SPIs at random or count up from a random start.
func plausibleSPI(spi uint32) bool {
	switch {
	case spi < 256:
		return false // reserved (RFC 4303 2.1)
	case spi&0xffffff == 0:
		// WireGuard and Nebula (a type and three zeros), Mosh (the top of a
		// 63-bit counter), VXLAN (flags and three zeros).
		return false
	case spi == 0xffffffff:
		return false // connectionless packets of Quake and Source engine games
	}
	return true
}

// looksRandom tells whether b could be ciphertext. Only off the ports of NAT
// traversal is this asked: ESP with NULL encryption fails it. Of 64 random bytes
// 57 are distinct on average, of 12 nearly all; five in eight tell ciphertext
// from headers with counters, zeros and text, and err less than once in 100,000.
func looksRandom(b []byte) bool {
	b = b[:min(len(b), 64)]
	if len(b) < 8 {
		return true // too little to tell
	}
	var seen [256 / 64]uint64
	distinct := 0
	for _, x := range b {
		bit := uint64(1) << (x & 63)
		if seen[x>>6]&bit == 0 {
			seen[x>>6] |= bit
			distinct++
		}
	}
	return distinct*8 >= len(b)*5
}
