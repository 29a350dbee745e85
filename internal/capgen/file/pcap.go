package file

import "encoding/binary"

// Frame is one captured frame.
type Frame struct {
	Time int64 // nanoseconds since the Unix epoch
	Data []byte
	// Wire is the frame's length on the wire, in bytes.
	Wire int
	// The rest is for pcapng only. Interface is an index into the section's
	// interfaces; Direction is 1 for in, 2 for out, 0 for not stated; Drops is
	// the number of packets lost since the interface's last one.
	Interface int
	Direction uint32
	Drops     uint64
}

// Pcap writes a classic pcap file of microsecond resolution, in little-endian
// byte order as most machines write it.
func Pcap(linkType uint32, snaplen uint32, frames []Frame) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 4)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint32(b, snaplen)
	b = le.AppendUint32(b, linkType)
	for _, f := range frames {
		b = le.AppendUint32(b, uint32(f.Time/1e9))
		b = le.AppendUint32(b, uint32(f.Time%1e9/1e3))
		b = le.AppendUint32(b, uint32(len(f.Data)))
		b = le.AppendUint32(b, uint32(f.Wire))
		b = append(b, f.Data...)
	}
	return b
}
