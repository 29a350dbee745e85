package message

import (
	"fmt"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect/ike"
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
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < 0x7f {
			if c == '"' || c == '\\' {
				b = append(b, '\\')
			}
			b = append(b, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(string(s[i:min(len(s), i+utf8.UTFMax)]))
		b = appendRune(b, r)
		i += n
	}
	return append(b, '"')
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

// appendTree appends the fields and findings of an IKE message.
func appendTree(b []byte, s *summary, bytes bool) []byte {
	fields, found := fieldsOf(s)
	b = append(b, `,"findings":[`...)
	for i := range found {
		f := &found[i]
		b = comma(b, i)
		b = append(b, `{"offset":`...)
		b = strconv.AppendInt(b, int64(f.Offset), 10)
		b = append(b, `,"severity":`...)
		b = appendString(b, f.Severity)
		b = append(b, `,"text":`...)
		b = appendString(b, f.Text)
		b = append(b, '}')
	}
	b = append(b, `],"fields":`...)
	return appendFields(b, fields, bytes, 0)
}

func appendFields(b []byte, fields []ike.Field, bytes bool, depth int) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '[')
	for i := range fields {
		f := &fields[i]
		b = comma(b, i)
		b = append(b, `{"name":`...)
		b = appendString(b, f.Name)
		if f.Value != "" {
			b = append(b, `,"value":`...)
			b = appendString(b, f.Value)
		}
		b = append(b, `,"offset":`...)
		b = strconv.AppendInt(b, int64(f.Offset), 10)
		b = append(b, `,"length":`...)
		b = strconv.AppendInt(b, int64(f.Length), 10)
		if bytes && len(f.Bytes) > 0 {
			b = append(b, `,"hex":"`...)
			for _, c := range f.Bytes {
				b = append(b, digits[c>>4], digits[c&15])
			}
			b = append(b, '"')
		}
		if len(f.Children) > 0 && depth < maxDepth {
			b = append(b, `,"fields":`...)
			b = appendFields(b, f.Children, bytes, depth+1)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}
