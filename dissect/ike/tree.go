package ike

import (
	"errors"
	"strconv"
)

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

// Read empties the tree and fills it with all fields of a message in wire
// order, and what is wrong with them. Broken parts give findings; the rest is
// shown nevertheless. It works on what Parse returned even with an error, as
// far as that goes.
func (t *Tree) Read(m *Message) {
	t.Reset()
	t.AddHeader(m)
	w := m.Walk()
	for w.Next() {
		t.AddPayload(m, w.cur)
	}
	t.AddRest(m, &w)
}

// AddHeader adds the header of a message.
func (t *Tree) AddHeader(m *Message) {
	h := &m.Header
	t.level, t.at = 0, 0
	header := t.open("header", HeaderLength)
	t.str("IKEv").num(uint64(h.Version.Major)).str(" ").str(h.ExchangeType.String())
	t.add("initiator SPI", 8).spi(h.InitiatorSPI)
	t.add("responder SPI", 8).spi(h.ResponderSPI)
	t.add("next payload", 1).enum(namesPayloadTypes, uint16(h.NextPayload))
	t.add("version", 1).num(uint64(h.Version.Major)).str(".").num(uint64(h.Version.Minor))
	t.add("exchange type", 1).enum(namesExchangeTypes, uint16(h.ExchangeType))
	t.add("flags", 1).flags(h)
	t.add("message ID", 4).num(uint64(h.MessageID))
	t.add("length", 4).num(uint64(h.Length))
	t.close(header)
	t.Findings = append(t.Findings, headerFindings(m)...)
}

// AddPayload adds a payload that a walk over the message gave: its generic
// header and what is in its body.
func (t *Tree) AddPayload(m *Message, p Payload) {
	t.level, t.at = 0, p.Offset
	payload := t.open(p.Type.String(), p.Length)
	if n := notifyName(m, &p); n != "" {
		t.str(n).str(", ")
	}
	switch {
	case p.Next == PayloadNone:
		t.str("last")
	case m.V2() && p.Type.Encrypted():
		t.str("first inside ").str(p.Next.Name())
	default:
		t.str("next ").str(p.Next.Name())
	}
	if p.Critical {
		t.str(", critical")
	}
	reserved := m.raw[p.Offset+1]
	if m.V2() {
		reserved &= 0x7f
	}
	if reserved != 0 {
		t.find(p.Offset+1, FindingWarning, "reserved bits of the payload header are set")
	}
	t.addBody(m, p)
	t.close(payload)
}

// AddRest adds what a walk over the payloads of a message left when it ended:
// encrypted, behind the last payload, or not to be read.
func (t *Tree) AddRest(m *Message, w *Walker) {
	if m.raw == nil {
		return
	}
	if err := w.Err(); err != nil {
		t.Findings = append(t.Findings, findingOf(err, 0))
	}
	t.level, t.at = 0, w.Offset()
	if length := m.end - t.at; length > 0 {
		encrypted := m.V1() && m.Flags&FlagEncryption != 0
		name, rest := "rest", m.raw[min(t.at, len(m.raw)):]
		if encrypted {
			name = "encrypted"
		}
		t.add(name, length)
		if encrypted {
			t.str("first inside ").str(m.NextPayload.Name())
		}
		if len(rest) > 0 {
			t.Fields[t.cur].Bytes = rest
		}
	}
	if m.Trailing > 0 {
		t.at = m.end
		t.add("trailing bytes", m.Trailing)
	}
}

// AddInside adds a field that stands for a message and holds all fields of it.
// Their offsets count from its own beginning. What is wrong with it is left out.
func (t *Tree) AddInside(name, value string, m *Message) {
	var inside Tree
	inside.Read(m)
	t.level, t.at = 0, 0
	t.add(name, m.end+m.Trailing).str(value)
	for _, f := range inside.Fields {
		f.Level++
		t.Fields = append(t.Fields, f)
	}
}

// notifyName names the type of a notify, of which a message may have many; it
// is "" for other payloads, and for types without a name.
func notifyName(m *Message, p *Payload) (name string) {
	switch {
	case m.V2() && p.Type == PayloadNotify:
		if n, err := ParseNotify(p.Body); err == nil {
			name, _ = namesNotifyTypes(uint16(n.Type))
		}
	case m.V1() && p.Type == PayloadV1Notify:
		if n, err := ParseV1Notify(p.Body); err == nil {
			name, _ = namesV1NotifyTypes(uint16(n.Type))
		}
	}
	return name
}

// flags writes which flags are set, "none" if there are none.
func (t *Tree) flags(h *Header) {
	names := [8]string{3: "initiator", 4: "version", 5: "response"}
	if h.V1() {
		names = [8]string{0: "encryption", 1: "commit", 2: "authentication only"}
	}
	for bit, name := range names {
		switch {
		case h.Flags&(1<<bit) == 0:
		case name == "":
			t.item("reserved bit ").num(uint64(bit))
		default:
			t.item(name)
		}
	}
	if h.Flags == 0 {
		t.str("none")
	}
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
