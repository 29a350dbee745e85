package ike

import (
	"errors"
	"strconv"
	"strings"
)

// Field is one node of the tree of a message: a part of the wire format with
// what it says. Values out of the packet are as they were sent and may hold
// control characters.
type Field struct {
	Name, Value string
	// Offset in bytes from the first byte of the message, and Length in bytes
	// on the wire, of which the capture may hold fewer.
	Offset, Length int
	Bytes          []byte // borrowed; nil where Children show them, or none were captured
	Children       []Field
}

// Severities of a Finding.
const (
	FindingNote    = "note"    // worth seeing, breaks no rule
	FindingWarning = "warning" // breaks a rule that receivers live with
	FindingError   = "error"   // the bytes cannot be read as they say
)

// Finding is something about the bytes of a message that is not as it should
// be.
type Finding struct {
	Offset   int    // in bytes from the first byte of the message
	Severity string // FindingNote, FindingWarning or FindingError
	Text     string
}

// Tree gives all fields of a message in wire order, and what is wrong with
// them. Broken parts give findings; the rest is shown nevertheless. It works on
// what Parse returned even with an error, as far as that goes.
func Tree(m *Message) ([]Field, []Finding) {
	fields := []Field{headerField(&m.Header)}
	found := headerFindings(m)
	if m.raw == nil {
		return fields, found
	}
	w := m.Walk()
	for w.Next() {
		f, more := payloadField(m, w.cur)
		fields, found = append(fields, f), append(found, more...)
	}
	if err := w.Err(); err != nil {
		found = append(found, findingOf(err, 0))
	}
	if rest, ok := restField(m, w.Offset()); ok {
		fields = append(fields, rest)
	}
	if m.Trailing > 0 {
		fields = append(fields, Field{Name: "trailing bytes", Offset: m.end, Length: m.Trailing})
	}
	return fields, found
}

// payloadField is a payload with its generic header and what is in its body.
func payloadField(m *Message, p Payload) (Field, []Finding) {
	f := Field{Name: p.Type.String(), Value: "next " + p.Next.Name(), Offset: p.Offset, Length: p.Length}
	if p.Next == PayloadNone {
		f.Value = "last"
	} else if m.V2() && p.Type.Encrypted() {
		f.Value = "first inside " + p.Next.Name()
	}
	if p.Critical {
		f.Value += ", critical"
	}
	if n := notifyName(m, &p); n != "" {
		f.Value = n + ", " + f.Value
	}
	var found []Finding
	reserved := m.raw[p.Offset+1]
	if m.V2() {
		reserved &= 0x7f
	}
	if reserved != 0 {
		found = append(found, Finding{p.Offset + 1, FindingWarning, "reserved bits of the payload header are set"})
	}
	var more []Finding
	f.Children, more = PayloadFields(m, p)
	return f, append(found, more...)
}

// notifyName names the type of a notify, of which a message may have many; it
// is "" for other payloads, and for types without a name.
func notifyName(m *Message, p *Payload) string {
	var name string
	var typ uint16
	switch {
	case m.V2() && p.Type == PayloadNotify:
		n, err := ParseNotify(p.Body)
		if err != nil {
			return ""
		}
		name, typ = n.Type.Name(), uint16(n.Type)
	case m.V1() && p.Type == PayloadV1Notify:
		n, err := ParseV1Notify(p.Body)
		if err != nil {
			return ""
		}
		name, typ = n.Type.Name(), uint16(n.Type)
	default:
		return ""
	}
	if name == strconv.Itoa(int(typ)) {
		return ""
	}
	return name
}

// restField is what the walk over the payloads left: encrypted, behind the
// last payload, or not to be read.
func restField(m *Message, at int) (Field, bool) {
	if at >= m.end {
		return Field{}, false
	}
	f := Field{Name: "rest", Offset: at, Length: m.end - at}
	if m.V1() && m.Flags&FlagEncryption != 0 {
		f.Name, f.Value = "encrypted", "first inside "+m.NextPayload.Name()
	}
	if at < len(m.raw) {
		f.Bytes = m.raw[at:]
	}
	return f, true
}

func headerField(h *Header) Field {
	f := Field{Name: "header", Value: "IKEv" + strconv.Itoa(int(h.Version.Major)) + " " + h.ExchangeType.String(), Length: HeaderLength}
	for _, c := range []struct {
		name, value string
		length      int
	}{
		{"initiator SPI", h.InitiatorSPI.String(), 8},
		{"responder SPI", h.ResponderSPI.String(), 8},
		{"next payload", named(h.NextPayload.String(), uint16(h.NextPayload)), 1},
		{"version", h.Version.String(), 1},
		{"exchange type", named(h.ExchangeType.String(), uint16(h.ExchangeType)), 1},
		{"flags", h.flagNames(), 1},
		{"message ID", strconv.FormatUint(uint64(h.MessageID), 10), 4},
		{"length", strconv.FormatUint(uint64(h.Length), 10), 4},
	} {
		at := 0
		if n := len(f.Children); n > 0 {
			at = f.Children[n-1].Offset + f.Children[n-1].Length
		}
		f.Children = append(f.Children, Field{Name: c.name, Value: c.value, Offset: at, Length: c.length})
	}
	return f
}

// flagNames lists the flags that are set, "none" if there are none.
func (h *Header) flagNames() string {
	names := [8]string{3: "initiator", 4: "version", 5: "response"}
	if h.V1() {
		names = [8]string{0: "encryption", 1: "commit", 2: "authentication only"}
	}
	var set []string
	for bit, name := range names {
		switch {
		case h.Flags&(1<<bit) == 0:
		case name == "":
			set = append(set, "reserved bit "+strconv.Itoa(bit))
		default:
			set = append(set, name)
		}
	}
	if set == nil {
		return "none"
	}
	return strings.Join(set, ", ")
}

// headerFindings judges the header against what was there.
func headerFindings(m *Message) []Finding {
	var found []Finding
	add := func(at int, severity, text string) { found = append(found, Finding{at, severity, text}) }
	reserved := m.Flags &^ flagsV2
	if m.V1() {
		reserved = m.Flags &^ flagsV1
	}
	switch {
	case !m.V1() && !m.V2():
		add(17, FindingError, "major version is neither 1 nor 2")
		return found
	case m.Version.Minor != 0:
		add(17, FindingNote, "minor version is not 0")
	}
	if reserved != 0 {
		add(19, FindingWarning, "reserved flags are set")
	}
	switch {
	case m.Length < HeaderLength:
		add(24, FindingError, "length is less than that of the header")
	case m.Overlong:
		add(24, FindingError, "length is "+strconv.FormatUint(uint64(m.Length), 10)+" bytes, but only "+strconv.Itoa(m.end)+" were sent")
	case m.Trailing > 0:
		add(m.end, FindingWarning, strconv.Itoa(m.Trailing)+" bytes follow the message")
	}
	if m.Truncated {
		add(len(m.raw), FindingNote, "the capture holds only "+strconv.Itoa(len(m.raw))+" of "+strconv.Itoa(m.end)+" bytes")
	}
	return found
}

// findingOf turns the error of a parser whose input began at the given offset
// into a finding.
func findingOf(err error, at int) Finding {
	var e *SyntaxError
	if errors.As(err, &e) {
		return Finding{at + e.Offset, FindingError, e.Part + ": " + e.Problem}
	}
	return Finding{at, FindingError, err.Error()}
}

// named gives "name (number)", or the number alone where there is no name.
func named(name string, v uint16) string {
	if n := strconv.Itoa(int(v)); name != n {
		return name + " (" + n + ")"
	}
	return name
}
