package main

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/pipeline"
)

// A kept packet in the queue, in the byte order of network protocols:
//
//	time 8 | drops 8 | length on the wire 4 | link type 2 | direction 1 | comments 1 |
//	name 2+n | comment 2+n ... | frame
const itemHead = 8 + 8 + 4 + 2 + 1 + 1

func appendKept(b []byte, k *pipeline.Kept) []byte {
	p := &k.Packet
	b = binary.BigEndian.AppendUint64(b, uint64(p.Time))
	b = binary.BigEndian.AppendUint64(b, p.DropsBefore)
	b = binary.BigEndian.AppendUint32(b, uint32(p.OrigLen))
	b = binary.BigEndian.AppendUint16(b, uint16(p.LinkType))
	comments := k.Comments[:min(len(k.Comments), 255)]
	b = append(b, byte(p.Direction), byte(len(comments)))
	b = appendText(b, k.Interface)
	for _, c := range comments {
		b = appendText(b, c)
	}
	return append(b, p.Data...)
}

func appendText(b []byte, s string) []byte {
	s = s[:min(len(s), 1<<16-1)]
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

// read takes an item apart. The packet borrows its bytes.
func (k *keptItem) read(b []byte) error {
	if len(b) < itemHead {
		return errItem
	}
	k.packet = capture.Packet{
		Time: int64(binary.BigEndian.Uint64(b)), DropsBefore: binary.BigEndian.Uint64(b[8:]),
		OrigLen: int(binary.BigEndian.Uint32(b[16:])), LinkType: capture.LinkType(binary.BigEndian.Uint16(b[20:])),
		Direction: capture.Direction(b[22]),
	}
	n := int(b[23])
	b = b[itemHead:]
	ok := true
	text := func() string {
		if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
			ok = false
			return ""
		}
		end := 2 + int(binary.BigEndian.Uint16(b))
		s := string(b[2:end])
		b = b[end:]
		return s
	}
	k.name = text()
	k.comments = k.comments[:0]
	for range n {
		k.comments = append(k.comments, text())
	}
	if !ok {
		return errItem
	}
	k.packet.Data = b
	return nil
}
