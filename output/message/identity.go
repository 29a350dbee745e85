package message

import (
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/output"
)

// maxIdentity is how many bytes a line has for an identity. A byte may take four
// of them to print.
const maxIdentity = 128

// identity reads an identification payload that was sent in clear: aggressive
// mode does so.
func (s *summary) identity(body []byte) (kind, value string, ok bool) {
	if s.m.V1() {
		id, err := ike.ParseV1ID(body)
		return id.Type.String(), id.String(), err == nil
	}
	id, err := ike.ParseID(body)
	return id.TypeName(), id.String(), err == nil
}

// appendIdentities appends the identities in clear, fit to print.
func (s *summary) appendIdentities(b []byte) []byte {
	for _, body := range s.ids {
		_, value, ok := s.identity(body)
		if !ok || value == "" {
			continue
		}
		text := output.Safe(value[:min(len(value), maxIdentity)])
		whole := len(value) <= maxIdentity
		if len(text) > maxIdentity {
			n := min(len(value), maxIdentity/4)
			text, whole = output.Safe(value[:n]), n == len(value)
		}
		b = append(b, `, identity "`...)
		b = append(b, text...)
		if !whole {
			b = append(b, ".."...)
		}
		b = append(b, '"')
	}
	return b
}
