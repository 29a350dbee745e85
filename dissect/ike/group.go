package ike

import "encoding/binary"

// Payload types of G-IKEv2 (RFC 9838 4.2, 4.4 and 4.5). IDg is read as an
// ID.
const (
	PayloadIDg PayloadType = 50
	PayloadGSA PayloadType = 51
	PayloadKD  PayloadType = 52
)

// Group is the body of a group security association payload, GSA, or of a key
// download payload, KD, of G-IKEv2 (RFC 9838 4.4 and 4.5). Both are a row of
// substructures that begin alike: policies in one, bags of keys in the other.
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|   protocol    |   SPI size    |  length, this head included   |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                    SPI, then contents                         |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Protocol 0 marks what concerns the group or the member as a whole and not one
// SA of it: it has no SPI, and the byte of its size is reserved (RFC 9838 4.4.3
// and 4.5.3).
type Group struct {
	KeyDownload bool // KD, not GSA
	b           []byte
}

const groupHead = 4

// ParseGSA reads the body of a GSA payload and checks the lengths in it. With
// an error, the Group still holds what is in front of the broken policy.
func ParseGSA(body []byte) (Group, error) { return parseGroup(body, false) }

// ParseKD reads the body of a KD payload, as ParseGSA does that of a GSA.
func ParseKD(body []byte) (Group, error) { return parseGroup(body, true) }

func parseGroup(body []byte, kd bool) (Group, error) {
	i := GroupItems{b: body}
	for i.Next() {
	}
	g := Group{KeyDownload: kd, b: body[:i.at:i.at]}
	if i.problem == "" {
		return g, nil
	}
	part := "group security association"
	if kd {
		part = "key download"
	}
	return g, &SyntaxError{Part: part, Offset: i.at, Problem: i.problem}
}

// Items begins a walk over the policies or key bags.
func (g Group) Items() GroupItems { return GroupItems{b: g.b} }

// Append appends the body to b.
func (g Group) Append(b []byte) []byte {
	for i := g.Items(); i.Next(); {
		b = i.cur.Append(b)
	}
	return b
}

// GroupItems goes over the policies or key bags of a Group without allocating.
type GroupItems struct {
	b       []byte
	at      int
	cur     GroupItem
	problem string
}

// Next steps to the next one and reports whether there is one.
func (g *GroupItems) Next() bool {
	rest := g.b[g.at:]
	if len(rest) == 0 || g.problem != "" {
		return false
	}
	if len(rest) < groupHead {
		g.problem = endsEarly
		return false
	}
	n, spi := int(binary.BigEndian.Uint16(rest[2:])), groupHead
	if rest[0] != 0 {
		spi += int(rest[1])
	}
	switch {
	case n < spi:
		g.problem = "length is less than that of head and SPI"
		return false
	case n > len(rest):
		g.problem = "length reaches beyond the payload"
		return false
	}
	g.cur = GroupItem{Protocol: ProtocolID(rest[0]), SPI: rest[groupHead:spi:spi], Data: rest[spi:n:n]}
	if rest[0] == 0 && rest[1] != 0 {
		g.cur.reserved = rest[1:2:2]
	}
	g.at += n
	return true
}

// Item returns the one that Next stepped to.
func (g *GroupItems) Item() GroupItem { return g.cur }

// GroupItem is one policy of a GSA payload, or one bag of keys of a KD payload.
type GroupItem struct {
	Protocol ProtocolID
	SPI      []byte // borrowed
	Data     []byte // behind the SPI, borrowed

	reserved []byte // the byte in place of the size of an SPI, if it is not zero
}

// Append appends the item to b.
func (g GroupItem) Append(b []byte) []byte {
	b = append(b, byte(g.Protocol), byte(len(g.SPI)))
	b = binary.BigEndian.AppendUint16(b, uint16(groupHead+len(g.SPI)+len(g.Data)))
	b = append(b, g.SPI...)
	return append(b, g.Data...)
}

// AppendFields adds the fields of the body.
func (g Group) AppendFields(to *Tree) {
	for i := g.Items(); i.Next(); {
		item := i.Item()
		if len(item.reserved) > 0 {
			to.find(to.at+1, FindingWarning, "reserved byte of a policy or key bag is not zero")
		}
		name, value := g.itemName(item)
		field := to.open(name, groupHead+len(item.SPI)+len(item.Data))
		to.str(value)
		g.itemFields(item, to)
		to.close(field)
	}
}

func (g Group) itemName(item GroupItem) (name, value string) {
	switch {
	case g.KeyDownload && item.Protocol == 0:
		return "member key bag", ""
	case g.KeyDownload:
		return "group key bag", item.Protocol.String()
	case item.Protocol == 0:
		return "group-wide policy", ""
	}
	return "group SA policy", item.Protocol.String()
}

func (g Group) itemFields(item GroupItem, to *Tree) {
	r, at := fieldReader{Tree: to, b: item.Data}, to.at
	r.add("protocol", 1).enum(namesProtocols, uint16(item.Protocol))
	if item.Protocol == 0 {
		r.opaqueBytes("reserved", item.reserved)
		r.at = at + 2
	} else {
		r.add("SPI size", 1).num(uint64(len(item.SPI)))
	}
	r.add("length", 2).num(uint64(groupHead + len(item.SPI) + len(item.Data)))
	r.opaqueBytes("SPI", item.SPI)
	switch {
	case g.KeyDownload && item.Protocol == 0:
		r.attributesAs(namesMemberKeyAttributes, memberKeyValue)
	case g.KeyDownload:
		r.attributesAs(namesGroupKeyAttributes, groupKeyValue)
	case item.Protocol == 0:
		r.attributesAs(namesGroupPolicyAttributes, groupPolicyValue)
	default:
		r.groupSelector("source")
		r.groupSelector("destination")
		r.groupTransforms()
		r.attributesAs(namesGSAAttributes, groupSAValue)
	}
	r.end()
}

// groupSelector takes a traffic selector.
func (r *fieldReader) groupSelector(name string) {
	i := Selectors{b: r.b}
	if r.bad || !i.Next() {
		r.bad = true
		return
	}
	s := i.Selector()
	field := r.open(name, i.at)
	r.str(s.String())
	s.AppendFields(r.Tree)
	r.close(field)
	r.b = r.b[i.at:]
}

// groupTransforms takes transforms in the form of RFC 7296 3.3.2 up to the one
// marked as last.
func (r *fieldReader) groupTransforms() {
	s := Transforms{substructures{b: r.b, more: moreTransforms}}
	for !r.bad && !s.s.last {
		from := s.s.at
		if !s.Next() {
			r.bad = true
			return
		}
		s.Transform().appendFields(r.Tree, s.s.cur)
		r.b = r.b[s.s.at-from:]
	}
}
