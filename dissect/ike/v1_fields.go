package ike

import (
	"reflect"
	"strconv"
)

// payloadFieldsV1 gives the fields of the body of a payload of IKEv1, and what
// is wrong with them. Offsets count from the beginning of the message m. What
// no field covers is shown as bytes that are not read. Of a payload that the
// capture cut there are no findings: the sender did nothing wrong.
func payloadFieldsV1(m *Message, p *Payload) ([]Field, []Finding) {
	at := p.Offset + genericLength
	fields, found, err := v1Body(m, p.Type, p.Body, at)
	end := at
	if n := len(fields); n > 0 {
		end = fields[n-1].Offset + fields[n-1].Length
	}
	if length := p.Offset + p.Length - end; length > 0 {
		f := Field{Name: "not read", Offset: end, Length: length, Bytes: p.Body[min(end-at, len(p.Body)):]}
		if fields == nil {
			f.Name = "body"
		}
		f.Value = opaqueText(f.Bytes)
		fields = append(fields, f)
	}
	if p.Truncated {
		return fields, nil
	}
	if err != nil {
		found = append(found, findingOf(err, at))
	}
	return fields, found
}

// v1Body parses a body as what it is.
func v1Body(m *Message, t PayloadType, body []byte, at int) ([]Field, []Finding, error) {
	switch t {
	case PayloadV1SA:
		return v1Parsed(body, at, ParseV1SA)
	case PayloadV1KE:
		return v1Parsed(body, at, ParseV1KE)
	case PayloadV1ID:
		return v1Parsed(body, at, ParseV1ID)
	case PayloadV1Certificate:
		return v1Parsed(body, at, ParseV1Certificate)
	case PayloadV1CertRequest:
		return v1Parsed(body, at, ParseV1CertRequest)
	case PayloadV1Hash:
		return v1Parsed(body, at, ParseV1Hash)
	case PayloadV1Signature:
		return v1Parsed(body, at, ParseV1Signature)
	case PayloadV1Nonce:
		return v1Parsed(body, at, ParseV1Nonce)
	case PayloadV1Notify:
		return v1Parsed(body, at, ParseV1Notify)
	case PayloadV1Delete:
		return v1Parsed(body, at, ParseV1Delete)
	case PayloadV1VendorID:
		return v1Parsed(body, at, ParseVendorID)
	case PayloadV1Attributes:
		return v1Parsed(body, at, ParseV1Config)
	case PayloadV1SAKEK:
		return v1Parsed(body, at, ParseV1SAKEK)
	case PayloadV1SATEK:
		return v1Parsed(body, at, ParseV1SATEK)
	case PayloadV1GAP:
		return v1Parsed(body, at, ParseV1GAP)
	case PayloadV1KeyDownload:
		return v1Parsed(body, at, ParseV1KeyDownload)
	case PayloadV1Sequence:
		return v1Parsed(body, at, ParseV1Sequence)
	case PayloadV1Possession:
		return v1Parsed(body, at, ParseV1Possession)
	case PayloadV1NATD, PayloadV1NATDDraft:
		return v1Parsed(body, at, ParseV1NATD)
	case PayloadV1NATOA, PayloadV1NATOADraft:
		return v1Parsed(body, at, ParseV1NATOA)
	case PayloadV1Fragment:
		return v1Parsed(body, at, ParseV1Fragment)
	}
	if name := authIPPayloadName(m, t); name != "" {
		return []Field{bytesField(name, at, body)}, nil, nil
	}
	return nil, nil, nil
}

// v1Parsed parses a body and asks what was in it for its fields. A parser that
// fails may still return what it could read.
func v1Parsed[T interface{ Fields(at int) []Field }](body []byte, at int, parse func([]byte) (T, error)) ([]Field, []Finding, error) {
	v, err := parse(body)
	if err != nil && reflect.ValueOf(v).IsZero() {
		return nil, nil, err
	}
	var found []Finding
	if c, ok := any(v).(interface{ findings(at int) []Finding }); ok {
		found = c.findings(at)
	}
	return v.Fields(at), found, err
}

// bytesField is a field of bytes that mean nothing by themselves.
func bytesField(name string, at int, b []byte) Field {
	return Field{Name: name, Value: opaqueText(b), Offset: at, Length: len(b), Bytes: b}
}

func decimal[T uint8 | uint16 | uint32 | uint64](v T) string {
	return strconv.FormatUint(uint64(v), 10)
}
