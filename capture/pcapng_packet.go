package capture

import "math"

const (
	optPacketFlags = 2 // of enhanced and of obsolete packet blocks
	optPacketDrops = 4 // of enhanced packet blocks

	flagDirection = 3
	flagInbound   = 1
	flagOutbound  = 2
)

// packet reads the body of a packet block into p, all but Ref. The flaw tells
// that the block is not what it should be; p is then not to be used.
func (r *ngReader) packet(p *Packet, typ uint32, body []byte, at int64) *flaw {
	if typ == blockSimple {
		return r.simplePacket(p, body, at)
	}
	return r.enhancedPacket(p, typ, body, at)
}

// enhancedPacket reads an enhanced packet block. In the obsolete packet block
// the first word holds the interface (16 bits) and the number of packets lost
// since the last one of that interface (16 bits, ffff if unknown).
//
//	+---------------------------------------------------------------+
//	|                           interface                           |
//	+---------------------------------------------------------------+
//	|                       timestamp, high word                    |
//	+---------------------------------------------------------------+
//	|                       timestamp, low word                     |
//	+---------------------------------------------------------------+
//	|                        captured length                        |
//	+---------------------------------------------------------------+
//	|                      length on the wire                       |
//	+---------------------------------------------------------------+
//	|          captured bytes, padded to a multiple of four         |
//	+---------------------------------------------------------------+
//	|                            options                            |
func (r *ngReader) enhancedPacket(p *Packet, typ uint32, body []byte, at int64) *flaw {
	const fixed = 20
	if len(body) < fixed {
		return flawf(at, "its block is %d bytes long, and %d are needed", len(body)+minBlock, fixed+minBlock)
	}
	id, drops := r.order.u32(body), uint64(unknownCount)
	if typ == blockPacket {
		id = uint32(r.order.u16(body))
		if n := r.order.u16(body[2:]); n != math.MaxUint16 {
			drops = uint64(n)
		}
	}
	if uint64(id) >= uint64(len(r.interfaces)) {
		return r.noInterface(at, id)
	}
	captured, wire := r.order.u32(body[12:]), r.order.u32(body[16:])
	if uint64(captured) > uint64(len(body)-fixed) {
		return r.tooLong(at, captured, len(body)-fixed)
	}
	iface := &r.interfaces[id]
	iface.packets++
	end := fixed + int(captured)
	*p = Packet{
		Time:      r.time(iface, body[4:]),
		LinkType:  iface.link,
		Data:      body[fixed:end:end],
		OrigLen:   wireLength(captured, wire),
		Interface: iface.name,
	}
	if padded := fixed + (int(captured)+3)&^3; padded < len(body) {
		drops = r.packetOptions(p, body[padded:], typ, drops)
	}
	if drops != unknownCount {
		r.lost(iface.losses.packet(drops))
	}
	p.DropsBefore, r.drops = r.drops, 0
	return nil
}

// packetOptions reads what matters of a packet's options into p and returns
// the number of packets lost in front of it.
func (r *ngReader) packetOptions(p *Packet, b []byte, typ uint32, drops uint64) uint64 {
	for o := (options{order: r.order, rest: b}); o.next(); {
		switch {
		case o.code == optPacketFlags:
			v, _ := o.u32()
			switch v & flagDirection {
			case flagInbound:
				p.Direction = DirectionIn
			case flagOutbound:
				p.Direction = DirectionOut
			}
		case o.code == optPacketDrops && typ == blockEnhanced:
			if v, ok := o.u64(); ok {
				drops = v
			}
		}
	}
	return drops
}

// simplePacket reads a simple packet block: the length on the wire and the
// bytes, of the section's first interface, without a time.
func (r *ngReader) simplePacket(p *Packet, body []byte, at int64) *flaw {
	if len(body) < 4 {
		return flawf(at, "its block is %d bytes long, and %d are needed", len(body)+minBlock, 4+minBlock)
	}
	if len(r.interfaces) == 0 {
		return r.noInterface(at, 0)
	}
	iface := &r.interfaces[0]
	iface.packets++
	wire := r.order.u32(body)
	captured := wire
	if iface.snaplen != 0 {
		captured = min(captured, iface.snaplen)
	}
	if uint64(captured) > uint64(len(body)-4) {
		return r.tooLong(at, captured, len(body)-4)
	}
	end := 4 + int(captured)
	*p = Packet{
		Time:        r.in.timeless(),
		LinkType:    iface.link,
		Data:        body[4:end:end],
		OrigLen:     wireLength(captured, wire),
		Interface:   iface.name,
		DropsBefore: r.drops,
	}
	r.drops = 0
	return nil
}

// tooLong is the flaw of a packet of which only room bytes are at hand.
func (r *ngReader) tooLong(at int64, captured uint32, room int) *flaw {
	if r.rest > 0 {
		return flawf(at, "it has %d captured bytes, and %d are the most that are read", captured, room)
	}
	return flawf(at, "it claims %d captured bytes, and its block has room for %d", captured, room)
}

// time reads a timestamp, high word first.
func (r *ngReader) time(i *ngInterface, b []byte) int64 {
	ns, ok := i.clock.nanoseconds(uint64(r.order.u32(b))<<32 | uint64(r.order.u32(b[4:])))
	if !ok {
		r.in.clamped++
	}
	return ns
}
