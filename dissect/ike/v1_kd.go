package ike

import "encoding/binary"

// V1KeyDownload is the body of a key download payload (RFC 6407 5.6): a row of
// key packets.
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|    number of key packets      |           reserved            |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|   type        |   reserved    |  length of the key packet     |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|   SPI size    |             SPI, then attributes              |
type V1KeyDownload struct {
	Count   uint16 // of key packets, as stated
	packets []byte
}

// keyPacketHead is type, reserved, length and SPI size.
const keyPacketHead = 5

// V1KeyPacket is one key packet. Its slices are borrowed.
type V1KeyPacket struct {
	Type       uint8 // KeyPacketTEK and the like
	SPI        []byte
	attributes []byte
}

// Types of key packets (RFC 6407 5.6).
const (
	KeyPacketTEK = 1
	KeyPacketKEK = 2
	KeyPacketLKH = 3
	KeyPacketSID = 4
)

// ParseV1KeyDownload reads the body of a key download payload and checks it to
// its last attribute. With an error, it holds the key packets in front of the
// broken one.
func ParseV1KeyDownload(body []byte) (V1KeyDownload, error) {
	const part = "key download"
	if len(body) < 4 {
		return V1KeyDownload{}, short(part, body)
	}
	d := V1KeyDownload{Count: binary.BigEndian.Uint16(body)}
	fail := func(good, at int, problem string) (V1KeyDownload, error) {
		d.packets = body[4:good]
		return d, &SyntaxError{Part: part, Offset: at, Problem: problem}
	}
	at, count := 4, 0
	for ; at < len(body); count++ {
		b := body[at:]
		if len(b) < keyPacketHead {
			return fail(at, at, "key packet: "+endsEarly)
		}
		n := int(binary.BigEndian.Uint16(b[2:]))
		switch {
		case n < keyPacketHead+int(b[4]):
			return fail(at, at+2, "key packet: length is less than that of its head and SPI")
		case n > len(b):
			return fail(at, at+2, "key packet: length reaches beyond the payload")
		}
		from := keyPacketHead + int(b[4])
		if _, err := checkAttributes(part, b[from:n], at+from); err != nil {
			d.packets = body[4:at]
			return d, err
		}
		at += n
	}
	d.packets = body[4:at]
	if count != int(d.Count) {
		return d, &SyntaxError{Part: part, Offset: 0, Problem: "states another number of key packets than it has"}
	}
	return d, nil
}

// Packet returns the key packet at the given offset, which is 0 for the first
// one, and the offset of the next one; ok is false behind the last.
func (d V1KeyDownload) Packet(offset int) (p V1KeyPacket, next int, ok bool) {
	if offset < 0 || offset+keyPacketHead > len(d.packets) {
		return V1KeyPacket{}, offset, false
	}
	b := d.packets[offset:]
	n, spi := int(binary.BigEndian.Uint16(b[2:])), keyPacketHead+int(b[4])
	if n > len(b) || spi > n {
		return V1KeyPacket{}, offset, false
	}
	return V1KeyPacket{Type: b[0], SPI: b[keyPacketHead:spi:spi], attributes: b[spi:n:n]}, offset + n, true
}

// Attributes begins a walk over the attributes, which hold the keys.
func (p V1KeyPacket) Attributes() Attributes { return Attributes{b: p.attributes} }

// Append appends the body to b. Reserved bytes are zero.
func (d V1KeyDownload) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, d.Count)
	b = append(b, 0, 0)
	for p, at, ok := d.Packet(0); ok; p, at, ok = d.Packet(at) {
		b = append(b, p.Type, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(keyPacketHead+len(p.SPI)+len(p.attributes)))
		b = append(b, byte(len(p.SPI)))
		b = append(b, p.SPI...)
		b = append(b, p.attributes...)
	}
	return b
}

var (
	keyPacketTypes = countFrom1("TEK", "KEK", "LKH", "SID")
	tekKeys        = countFrom1("TEK_ALGORITHM_KEY", "TEK_INTEGRITY_KEY", "TEK_SOURCE_AUTH_KEY")
	kekKeys        = countFrom1("KEK_ALGORITHM_KEY", "SIG_ALGORITHM_KEY")
	lkhKeys        = countFrom1("LKH_DOWNLOAD_ARRAY", "LKH_UPDATE_ARRAY", "SIG_ALGORITHM_KEY")
	sidValues      = countFrom1("NUMBER_OF_SID_BITS", "SID_VALUE")
)

// AppendFields adds the key packets. Keys themselves are not shown: neither as a
// value nor as bytes.
func (d V1KeyDownload) AppendFields(to *Tree) {
	to.add("number of key packets", 2).num(uint64(d.Count))
	to.skip(2)
	first := to.at
	for p, next, ok := d.Packet(0); ok; p, next, ok = d.Packet(next) {
		packet := to.open("key packet", first+next-to.at)
		to.enum(keyPacketTypes, uint16(p.Type))
		p.appendFields(to)
		to.close(packet)
	}
}

func (p V1KeyPacket) appendFields(to *Tree) {
	to.add("type", 1).enum(keyPacketTypes, uint16(p.Type))
	to.skip(1)
	to.add("length", 2).num(uint64(keyPacketHead + len(p.SPI) + len(p.attributes)))
	to.add("SPI size", 1).num(uint64(len(p.SPI)))
	if len(p.SPI) > 0 {
		to.bytes("SPI", p.SPI).str(spiText(p.SPI))
	}
	to.attributes(p.attributes, p.attribute)
}

// attribute writes the value of an attribute, but no key.
func (p V1KeyPacket) attribute(to *Tree, a, _ Attribute) (name string) {
	switch p.Type {
	case KeyPacketTEK:
		name, _ = tekKeys(a.Type)
	case KeyPacketKEK:
		name, _ = kekKeys(a.Type)
	case KeyPacketLKH:
		name, _ = lkhKeys(a.Type)
	case KeyPacketSID:
		name, _ = sidValues(a.Type)
		to.attributeNumber(a)
		return or(name, a.Type)
	}
	to.count(len(a.Value), " bytes, not shown")
	to.Fields[to.cur].Bytes = nil
	return or(name, a.Type)
}
