package ike

// SPI is the security parameter index of an IKE SA on one side (RFC 7296 3.1).
// IKEv1 calls it a cookie (RFC 2408 3.1).
type SPI uint64

// IsZero reports whether the SPI is not set, as the responder's is in the
// first message.
func (s SPI) IsZero() bool { return s == 0 }

// String gives 16 lower-case hexadecimal digits, the form of all reports.
func (s SPI) String() string {
	var b [16]byte
	return string(s.appendTo(b[:0]))
}

func (s SPI) appendTo(b []byte) []byte {
	const digits = "0123456789abcdef"
	for shift := 60; shift >= 0; shift -= 4 {
		b = append(b, digits[s>>shift&15])
	}
	return b
}
