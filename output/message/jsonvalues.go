package message

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ikesniff/ikesniff/capture"
)

func comma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}

func appendUint(b []byte, key string, v uint64) []byte {
	b = append(b, key...)
	return strconv.AppendUint(b, v, 10)
}

func appendBool(b []byte, key string, v bool) []byte {
	b = append(b, key...)
	return strconv.AppendBool(b, v)
}

func appendHex64(b []byte, v uint64) []byte {
	b = appendHex32(b, uint32(v>>32))
	return appendHex32(b, uint32(v))
}

// appendTimestamp appends nanoseconds since the Unix epoch as RFC 3339 in UTC.
func appendTimestamp(b []byte, at int64) []byte {
	b = append(b, '"')
	b = time.Unix(0, at).UTC().AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

func appendRef(b []byte, r capture.Ref) []byte {
	b = appendUint(b, `{"source":`, uint64(r.Source()))
	b = appendUint(b, `,"frame":`, r.Number())
	return append(b, '}')
}

// appendString appends a JSON string (RFC 8259 7). What does not print is
// escaped, as output.JSON does; what is no UTF-8 becomes U+FFFD.
func appendString[T string | []byte](b []byte, s T) []byte {
	b = append(b, '"')
	from := len(b)
	b = append(b, s...)
	if !plain(b[from:]) {
		b = appendEscaped(b[:from], string(s))
	}
	return append(b, '"')
}

func appendEscaped(b []byte, s string) []byte {
	for _, r := range s {
		if r == '"' || r == '\\' {
			b = append(b, '\\', byte(r))
		} else {
			b = appendRune(b, r)
		}
	}
	return b
}

// plain reports whether all of b stands for itself in a JSON string: printable
// ASCII but quotes and backslashes. It looks at eight bytes at a time; below,
// the highest bit of a byte tells what it says of it.
func plain(b []byte) bool {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
	)
	for ; len(b) >= 8; b = b[8:] {
		v := binary.LittleEndian.Uint64(b)
		quote, backslash, del := v^'"'*ones, v^'\\'*ones, v^0x7f*ones
		control := (v - ' '*ones) &^ v
		same := (quote-ones)&^quote | (backslash-ones)&^backslash | (del-ones)&^del
		if (v|control|same)&highs != 0 {
			return false
		}
	}
	for _, c := range b {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func appendRune(b []byte, r rune) []byte {
	switch {
	case unicode.IsPrint(r):
		return utf8.AppendRune(b, r)
	case r > 0xffff:
		r -= 0x10000
		return fmt.Appendf(b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
	}
	return fmt.Appendf(b, `\u%04x`, r)
}

// escaped escapes what does not print in JSON text, line ends excepted. Such
// characters stand in strings only.
func escaped(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == '\n' {
			out = append(out, '\n')
		} else {
			out = appendRune(out, r)
		}
		i += n
	}
	return out
}
