package output

import (
	"strconv"
	"strings"
)

// Number writes n with thousands separators.
func Number(n uint64) string {
	s := strconv.FormatUint(n, 10)
	if len(s) <= 3 {
		return s
	}
	var b strings.Builder
	head := len(s) % 3
	b.WriteString(s[:head])
	for i := head; i < len(s); i += 3 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(s[i : i+3])
	}
	return b.String()
}

// compact writes n as Number does if that takes no more than width characters,
// else rounded down to three digits: 18.4e18.
func compact(n uint64, width int) string {
	if s := Number(n); len(s) <= width {
		return s
	}
	digits := strconv.FormatUint(n, 10)
	return digits[:1] + "." + digits[1:3] + "e" + strconv.Itoa(len(digits)-1)
}

// plural counts things: "1 tunnel", "2,000 tunnels".
func plural(n uint64, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + one + "s"
}

// are agrees with a count.
func are(n uint64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
