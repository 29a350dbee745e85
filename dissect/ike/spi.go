package ike

// SPI is the security parameter index of an IKE SA on one side (RFC 7296 3.1).
// IKEv1 calls it a cookie (RFC 2408 3.1).
type SPI uint64

// IsZero reports whether the SPI is not set, as the responder's is in the
// first message.
func (s SPI) IsZero() bool { return s == 0 }

// String gives 16 lower-case hexadecimal digits, the form of all reports.
func (s SPI) String() string {
	const digits = "0123456789abcdef"
	var b [16]byte
	for i := range b {
		b[i] = digits[s>>(60-4*i)&15]
	}
	return string(b[:])
}
