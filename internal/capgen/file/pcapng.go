package file

import "encoding/binary"

// Interface is one interface of a pcapng section.
type Interface struct {
	Name     string
	LinkType uint16
	// Resolution is the value of the if_tsresol option: 6 for microseconds, 9
	// for nanoseconds, 0x80|n for units of 2^-n seconds.
	Resolution uint8
}

// Section is one pcapng section.
type Section struct {
	Order interface {
		binary.ByteOrder
		binary.AppendByteOrder
	}
	Interfaces []Interface
	Frames     []Frame
}

// Pcapng writes sections one behind the other (draft-ietf-opsawg-pcapng).
func Pcapng(sections ...Section) []byte {
	var out []byte
	for _, s := range sections {
		body := s.Order.AppendUint32(nil, 0x1a2b3c4d)
		body = s.Order.AppendUint16(body, 1)
		body = s.Order.AppendUint16(body, 0)
		body = s.Order.AppendUint64(body, 1<<64-1)
		out = s.block(out, 0x0a0d0d0a, body)
		for _, i := range s.Interfaces {
			out = s.block(out, 1, s.description(i))
		}
		for _, f := range s.Frames {
			out = s.block(out, 6, s.packet(f))
		}
	}
	return out
}

func (s *Section) description(i Interface) []byte {
	b := s.Order.AppendUint16(nil, i.LinkType)
	b = s.Order.AppendUint16(b, 0)
	b = s.Order.AppendUint32(b, 262144)
	b = s.option(b, 2, []byte(i.Name))
	b = s.option(b, 9, []byte{i.Resolution})
	return s.option(b, 0, nil)
}

func (s *Section) packet(f Frame) []byte {
	t := ticks(f.Time, s.Interfaces[f.Interface].Resolution)
	b := s.Order.AppendUint32(nil, uint32(f.Interface))
	b = s.Order.AppendUint32(b, uint32(t>>32))
	b = s.Order.AppendUint32(b, uint32(t))
	b = s.Order.AppendUint32(b, uint32(len(f.Data)))
	b = s.Order.AppendUint32(b, uint32(f.Wire))
	b = pad(append(b, f.Data...))
	if f.Direction == 0 && f.Drops == 0 {
		return b
	}
	if f.Direction != 0 {
		b = s.option(b, 2, s.Order.AppendUint32(nil, f.Direction))
	}
	if f.Drops != 0 {
		b = s.option(b, 4, s.Order.AppendUint64(nil, f.Drops))
	}
	return s.option(b, 0, nil)
}

// ticks turns nanoseconds into units of an if_tsresol value.
func ticks(ns int64, resolution uint8) uint64 {
	seconds, rest := uint64(ns)/1e9, uint64(ns)%1e9
	if resolution&0x80 != 0 {
		unit := uint64(1) << (resolution & 0x7f)
		return seconds*unit + rest*unit/1e9
	}
	unit := uint64(1)
	for range resolution {
		unit *= 10
	}
	return seconds*unit + rest*unit/1e9
}

func (s *Section) option(b []byte, code uint16, value []byte) []byte {
	b = s.Order.AppendUint16(b, code)
	b = s.Order.AppendUint16(b, uint16(len(value)))
	return pad(append(b, value...))
}

func (s *Section) block(out []byte, kind uint32, body []byte) []byte {
	length := uint32(12 + len(body))
	out = s.Order.AppendUint32(out, kind)
	out = s.Order.AppendUint32(out, length)
	out = append(out, body...)
	return s.Order.AppendUint32(out, length)
}

func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
