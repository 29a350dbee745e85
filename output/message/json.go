package message

import (
	"net/netip"
	"strconv"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// jsonForm writes an object a message: a line each, or as a list in one
// object. Fields have the names of Suricata's EVE records where those have
// them. Objects are appended by hand: encoding/json takes several times as
// long as reading the message does.
type jsonForm struct {
	l     *Lister
	lines bool
	began bool
	words []byte
	names map[uint64]string                 // by algorithm.key
	kinds [ike.TransformAddKE7 + 1][]string // of the proposal at hand, by transform type
	tree  jsonTree

	proposals memory[[]byte] // by version, whether they are a choice, and body
	key       []byte
}

// begin begins an object of the list.
func (j *jsonForm) begin(b []byte) []byte {
	if j.lines {
		return b
	}
	if j.began {
		return append(b, ",\n    "...)
	}
	j.began = true
	b = append(b, `{
  "schema_version": `...)
	b = strconv.AppendInt(b, report.SchemaVersion, 10)
	return append(b, ",\n  \"messages\": [\n    "...)
}

func (j *jsonForm) finish(b []byte) []byte {
	if j.lines {
		return append(b, '\n')
	}
	return b
}

func (j *jsonForm) ike(b []byte, e *reassembly.Event, s *summary) []byte {
	b = j.begin(b)
	b = appendCommon(b, "ike", e.Time, e.FirstRef, e.Ref, e.Transport, e.Message, e.Src, e.Dst)
	b = appendHeader(b, &s.m)
	b = appendUint(b, `,"length":`, uint64(e.Length))
	b = appendBool(b, `,"truncated":`, e.Truncated)
	b = appendBool(b, `,"encrypted":`, s.encrypted)
	b = append(b, `,"payload":[`...)
	for i, p := range s.payloads {
		b = comma(b, i)
		b = appendString(b, p.Name())
	}
	b = append(b, `],"notify":[`...)
	for i := range s.notifies {
		b = comma(b, i)
		b = appendString(b, s.notifyName(i))
	}
	b = append(b, `],"vendor_ids":[`...)
	for i, v := range s.vendors {
		b = comma(b, i)
		b = appendString(b, j.l.vendors.name(v).name)
	}
	b = append(b, ']')
	b = j.appendProposals(b, s)
	b = j.appendAnswer(b, s)
	if s.hasKE && s.m.V2() {
		b = append(b, `,"key_exchange":`...)
		b = appendString(b, ike.KEGroupName(s.keGroup))
	}
	if s.behind.known {
		b = appendBool(b, `,"nat":{"source":`, s.behind.src)
		b = appendBool(b, `,"destination":`, s.behind.dst)
		b = append(b, '}')
	}
	b = appendIdentity(b, s)
	b = j.appendFingerprint(b, s)
	b = appendSizeFits(b, s)
	b = j.appendRepetition(b, s)
	if f := &s.fragment; f.Total > 0 {
		b = appendUint(b, `,"fragment":{"number":`, uint64(f.Number))
		b = appendUint(b, `,"total":`, uint64(f.Total))
		if g := s.group; g != nil && g.Total == f.Total {
			b = appendUint(b, `,"seen":`, uint64(g.Have()))
			b = appendBool(b, `,"complete":`, g.Complete())
		}
		b = append(b, '}')
	} else if s.inPieces {
		b = appendUint(b, `,"fragment":{"id":`, uint64(s.v1Fragment.ID))
		b = appendUint(b, `,"number":`, uint64(s.v1Fragment.Number))
		b = appendBool(b, `,"last":`, s.v1Fragment.Last)
		if set := &s.v1Set; set.Total > 0 {
			b = appendUint(b, `,"total":`, uint64(set.Total))
			b = appendUint(b, `,"seen":`, uint64(set.Have))
			b = appendBool(b, `,"complete":`, set.Message != nil)
		}
		b = append(b, '}')
	}
	if s.err != nil && !s.headless(e) {
		b = append(b, `,"malformed":`...)
		b = appendString(b, problem(s.err))
	}
	j.words = j.l.appendWords(j.words[:0], e, s)
	b = append(b, `,"text":`...)
	b = appendString(b, j.words)
	if j.l.opt.Verbose > 0 {
		b = j.tree.append(b, s)
	}
	return j.finish(append(b, '}'))
}

// appendHeader appends what the header of an IKE message says.
func appendHeader(b []byte, m *ike.Message) []byte {
	b = appendUint(b, `,"version_major":`, uint64(m.Version.Major))
	b = appendUint(b, `,"version_minor":`, uint64(m.Version.Minor))
	b = append(b, `,"init_spi":"`...)
	b = appendHex64(b, uint64(m.InitiatorSPI))
	b = append(b, `","resp_spi":"`...)
	b = appendHex64(b, uint64(m.ResponderSPI))
	b = appendUint(b, `","exchange_type":`, uint64(m.ExchangeType))
	b = append(b, `,"exchange":`...)
	b = appendString(b, m.ExchangeType.Name())
	b = appendUint(b, `,"message_id":`, uint64(m.MessageID))
	if m.V2() {
		b = appendBool(b, `,"response":`, m.IsResponse())
		if m.FromInitiator() {
			b = append(b, `,"role":"initiator"`...)
		} else {
			b = append(b, `,"role":"responder"`...)
		}
	}
	return b
}

// appendCommon begins an object with what all have.
func appendCommon(b []byte, event string, at int64, first, last capture.Ref, tr reassembly.Transport, kind reassembly.MessageKind, src, dst netip.AddrPort) []byte {
	b = append(b, `{"event_type":"`...)
	b = append(b, event...)
	b = append(b, `","timestamp":`...)
	b = appendTimestamp(b, at)
	b = append(b, `,"ref":`...)
	b = appendRef(b, last)
	if first != 0 && first != last {
		b = append(b, `,"first_ref":`...)
		b = appendRef(b, first)
	}
	b = append(b, `,"src_ip":"`...)
	b = src.Addr().AppendTo(b)
	if src.Port() != 0 {
		b = appendUint(b, `","src_port":`, uint64(src.Port()))
	} else {
		b = append(b, '"')
	}
	b = append(b, `,"dest_ip":"`...)
	b = dst.Addr().AppendTo(b)
	if dst.Port() != 0 {
		b = appendUint(b, `","dest_port":`, uint64(dst.Port()))
	} else {
		b = append(b, '"')
	}
	b = append(b, `,"proto":"`...)
	b = append(b, protocol(tr, kind)...)
	b = append(b, `","transport":"`...)
	b = append(b, tr.String()...)
	return append(b, '"')
}

// protocol is what the IP header says.
func protocol(tr reassembly.Transport, kind reassembly.MessageKind) string {
	switch tr {
	case reassembly.TransportUDP, reassembly.TransportUDPNATT:
		return "UDP"
	case reassembly.TransportIP:
		if kind == reassembly.MessageAH {
			return "AH"
		}
		return "ESP"
	}
	return "TCP"
}

func (j *jsonForm) run(b []byte, x *run) []byte {
	name := "keepalive"
	switch {
	case x.kind == reassembly.MessageESP:
		name = "esp_summary"
	case x.kind == reassembly.MessageAH:
		name = "ah_summary"
	}
	b = j.begin(b)
	b = appendCommon(b, name, x.firstTime, x.firstRef, x.lastRef, x.transport, x.kind, x.src, x.dst)
	b = append(b, `,"last_seen":`...)
	b = appendTimestamp(b, x.lastTime)
	b = appendUint(b, `,"packets":`, x.packets)
	if x.kind != reassembly.MessageKeepalive {
		b = append(b, `,"spi":"`...)
		b = appendHex32(b, x.spi)
		b = appendUint(b, `","bytes":`, x.bytes)
		b = appendUint(b, `,"first_sequence":`, uint64(x.firstSeq))
		b = appendUint(b, `,"last_sequence":`, uint64(x.lastSeq))
		b = appendUint(b, `,"lowest_sequence":`, uint64(x.low))
		b = appendUint(b, `,"highest_sequence":`, uint64(x.high))
		b = appendBool(b, `,"truncated":`, x.truncated)
	}
	j.words = appendRun(j.words[:0], x)
	b = append(b, `,"text":`...)
	b = appendString(b, j.words)
	return j.finish(append(b, '}'))
}
