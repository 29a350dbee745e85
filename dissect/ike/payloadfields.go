package ike

import "reflect"

// payloadBody is what all parsed bodies have in common.
type payloadBody interface {
	// AppendFields adds the fields of the body, and what is wrong with it.
	AppendFields(to *Tree)
}

// addBody adds the fields of a payload's body and what is wrong with them. What
// no field covers is shown as bytes that are not read. Of a payload that the
// capture cut there are no findings: the sender did nothing wrong.
func (t *Tree) addBody(m *Message, p Payload) {
	level, fields, findings := t.level, len(t.Fields), len(t.Findings)
	at := p.Offset + genericLength
	t.at = at
	if m.V1() {
		t.addBodyV1(m, p.Type, p.Body)
	} else {
		t.addBodyV2(p.Type, p.Body)
	}
	t.level = level // whatever a broken body left open
	if length := p.Offset + p.Length - t.at; length > 0 {
		name, rest := "not read", p.Body[min(t.at-at, len(p.Body)):]
		if len(t.Fields) == fields {
			name = "body"
		}
		t.add(name, length).opaque(rest)
		t.Fields[t.cur].Bytes = rest
	}
	if p.Truncated {
		t.Findings = t.Findings[:findings]
	}
}

// addBodyV2 adds a body of IKEv2. It adds no fields of one that ends before its
// first fixed part does, nor of a type that is not known.
func (t *Tree) addBodyV2(kind PayloadType, b []byte) {
	switch kind {
	case PayloadSA:
		addParsed(t, kind, b, ParseSA)
	case PayloadKE:
		addParsed(t, kind, b, ParseKE)
	case PayloadIDi, PayloadIDr, PayloadIDg:
		addParsed(t, kind, b, ParseID)
	case PayloadCertificate:
		addParsed(t, kind, b, ParseCert)
	case PayloadCertRequest:
		addParsed(t, kind, b, ParseCertReq)
	case PayloadAuth:
		addParsed(t, kind, b, ParseAuth)
	case PayloadNonce:
		addParsed(t, kind, b, ParseNonce)
	case PayloadNotify:
		addParsed(t, kind, b, ParseNotify)
	case PayloadDelete:
		addParsed(t, kind, b, ParseDelete)
	case PayloadVendorID:
		addParsed(t, kind, b, ParseVendorID)
	case PayloadTSi, PayloadTSr:
		addParsed(t, kind, b, ParseTS)
	case PayloadSK:
		t.opaqueBytes("encrypted", b) // how long IV and ICV are, the chosen algorithms tell (RFC 7296 3.14)
	case PayloadSKF:
		addParsed(t, kind, b, ParseFragment)
	case PayloadConfig:
		addParsed(t, kind, b, ParseConfig)
	case PayloadEAP:
		addParsed(t, kind, b, ParseEAP)
	case PayloadGSPM:
		addParsed(t, kind, b, ParseGSPM)
	case PayloadGSA:
		addParsed(t, kind, b, ParseGSA)
	case PayloadKD:
		addParsed(t, kind, b, ParseKD)
	case PayloadPuzzle:
		addParsed(t, kind, b, ParsePuzzleSolution)
	}
}

// addParsed parses a body and adds what was in it. A parser that fails may
// still return what it could read.
func addParsed[T payloadBody](t *Tree, kind PayloadType, b []byte, parse func([]byte) (T, error)) {
	body, err := parse(b)
	if err != nil {
		t.Findings = append(t.Findings, findingOf(err, t.at))
		if reflect.ValueOf(body).IsZero() {
			return
		}
	}
	t.judgeReserved(kind, b)
	body.AppendFields(t)
}

// judgeReserved says where reserved bytes of a body are not zero.
func (t *Tree) judgeReserved(kind PayloadType, b []byte) {
	from, to := reservedBytes(kind)
	for i := from; i < to && i < len(b); i++ {
		if b[i] != 0 {
			t.find(t.at+i, FindingWarning, "reserved bytes are not zero")
			return
		}
	}
}

// reservedBytes tells where the body of a payload of IKEv2 has bytes that are
// reserved and must be zero: from and to, counted from its beginning.
func reservedBytes(t PayloadType) (from, to int) {
	switch t {
	case PayloadKE:
		return 2, 4
	case PayloadIDi, PayloadIDr, PayloadIDg, PayloadAuth, PayloadTSi, PayloadTSr, PayloadConfig:
		return 1, 4
	}
	return 0, 0
}
