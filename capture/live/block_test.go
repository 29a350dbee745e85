package live

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// put appends a packet to a block as the kernel lays it out.
func put(block []byte, data []byte, status uint32, tci uint16, virtio []byte) []byte {
	ne := binary.NativeEndian
	b := make([]byte, packetMinimum)
	mac := packetMinimum + 12 + len(virtio)
	ne.PutUint32(b[4:], 1_790_000_000)
	ne.PutUint32(b[8:], 123)
	ne.PutUint32(b[12:], uint32(len(data)))
	ne.PutUint32(b[16:], uint32(len(data)+5))
	ne.PutUint32(b[20:], status)
	ne.PutUint16(b[24:], uint16(mac))
	ne.PutUint32(b[32:], uint32(tci))
	ne.PutUint32(b[packetAddress+4:], 7)
	ne.PutUint16(b[packetAddress+8:], 1)
	b[packetAddress+10] = packetOutgoing
	b = append(append(append(b, make([]byte, 12)...), virtio...), data...)
	for len(b)%16 != 0 {
		b = append(b, 0)
	}
	ne.PutUint32(b, uint32(len(b)))
	block = append(block, b...)
	ne.PutUint32(block[blockPackets:], ne.Uint32(block[blockPackets:])+1)
	return block
}

func newBlock() []byte {
	b := make([]byte, blockHeader)
	binary.NativeEndian.PutUint32(b[blockFirst:], blockHeader)
	return b
}

func TestRecords(t *testing.T) {
	frame := []byte("\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00payload of a frame")
	block := put(newBlock(), frame, 0, 0, nil)
	block = put(block, frame, statusVLANValid, 42, nil)
	var r records
	r.begin(block)
	var p record
	if !r.next(&p) || !bytes.Equal(p.data(), frame) || p.wire != len(frame)+5 || p.time != 1_790_000_000_000_000_123 || p.index != 7 || p.kind != packetOutgoing {
		t.Fatalf("first packet %+v", p)
	}
	p.restoreTag()
	if !bytes.Equal(p.data(), frame) {
		t.Error("a packet without a tag got one")
	}
	if !r.next(&p) {
		t.Fatal("no second packet")
	}
	p.restoreTag()
	want := append(append(append([]byte{}, frame[:12]...), 0x81, 0, 0, 42), frame[12:]...)
	if !bytes.Equal(p.data(), want) || p.wire != len(want)+5 {
		t.Errorf("with its tag %x of %d, want %x", p.data(), p.wire, want)
	}
	if r.next(&p) || r.damaged != 0 {
		t.Errorf("a third packet, or %d damaged", r.damaged)
	}
}

func TestVirtioHeader(t *testing.T) {
	ne := binary.NativeEndian
	v := make([]byte, virtioHeader)
	v[1] = gsoUDP
	ne.PutUint16(v[4:], 1000)
	r := records{virtio: true}
	r.begin(put(newBlock(), make([]byte, 100), 0, 0, v))
	var p record
	if !r.next(&p) || p.gso != gsoUDP || p.gsoSize != 1000 {
		t.Errorf("%+v", p)
	}
}

// Whatever stands in a block, nothing outside it is touched, and what cannot be
// is counted.
func FuzzRecords(f *testing.F) {
	frame := make([]byte, 60)
	f.Add(put(put(newBlock(), frame, statusVLANValid, 9, nil), frame, 0, 0, nil), true)
	f.Add(put(newBlock(), frame, 0, 0, make([]byte, virtioHeader)), false)
	f.Fuzz(func(t *testing.T, block []byte, virtio bool) {
		if len(block) >= blockHeader { // the kernel's count is no length: bounded by the block
			n := binary.NativeEndian.Uint32(block[blockPackets:])
			binary.NativeEndian.PutUint32(block[blockPackets:], n%100_000)
		}
		guard := append(append([]byte{}, block...), "guard"...)
		r := records{virtio: virtio}
		r.begin(guard[:len(block):len(block)])
		var p record
		var s splitter
		for r.next(&p) {
			p.restoreTag()
			if s.begin(p.data(), int(p.gsoSize)) {
				for s.next() != nil {
				}
			}
		}
		if string(guard[len(block):]) != "guard" {
			t.Fatal("wrote behind the block")
		}
	})
}

func TestSplit(t *testing.T) {
	frame := append(make([]byte, 12), 0x08, 0x00, 0x45, 0, 0, 0, 0x12, 0x34, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
		0x11, 0x94, 0x11, 0x94, 0, 0, 0, 0)
	payload := bytes.Repeat([]byte{0xaa}, 100)
	payload = append(payload, bytes.Repeat([]byte{0xbb}, 100)...)
	payload = append(payload, 0xcc, 0xcc)
	var s splitter
	if !s.begin(append(frame, payload...), 100) {
		t.Fatal("not taken apart")
	}
	var got [][]byte
	for b := s.next(); b != nil; b = s.next() {
		got = append(got, append([]byte(nil), b...))
	}
	if len(got) != 3 || len(got[0]) != 142 || len(got[2]) != 44 {
		t.Fatalf("%d parts: %x", len(got), got)
	}
	for i, b := range got {
		if n := int(be16(b, 16)); n != len(b)-14 || int(be16(b, 38)) != n-20 || be16(b, 18) != 0x1234+uint16(i) {
			t.Errorf("part %d: IP length %d, UDP length %d, ID %x of %d bytes", i, n, be16(b, 38), be16(b, 18), len(b))
		}
	}
	if s.begin(append(frame, payload[:100]...), 100) {
		t.Error("one datagram is no merged one")
	}
}

func TestSplitTCP(t *testing.T) {
	frame := append(make([]byte, 12), 0x81, 0x00, 0, 7, 0x86, 0xdd, 0x60, 0, 0, 0, 0x12, 0x34, 6, 64)
	frame = append(frame, make([]byte, 32)...)
	frame = append(frame, 0x11, 0x94, 0x11, 0x94, 0xff, 0xff, 0xff, 0x9c, 0, 0, 0, 9, 0x60, flagCWR|flagPSH|flagFIN|0x10, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1)
	headers := len(frame)
	payload := append(bytes.Repeat([]byte{0xaa}, 100), bytes.Repeat([]byte{0xbb}, 100)...)
	payload = append(payload, 0xcc)
	var s splitter
	if !s.begin(append(frame, payload...), 100) {
		t.Fatal("not taken apart")
	}
	sequences := []uint32{0xffffff9c, 0, 100}
	flags := []byte{flagCWR | 0x10, 0x10, flagPSH | flagFIN | 0x10}
	lengths := []int{100, 100, 1}
	for i := range 3 {
		b := s.next()
		if len(b) != headers+lengths[i] {
			t.Fatalf("piece %d has %d bytes", i, len(b))
		}
		h := b[s.l4:]
		if n := binary.BigEndian.Uint32(h[tcpSequence:]); n != sequences[i] || h[tcpFlags] != flags[i] || int(be16(b, 22)) != 24+lengths[i] {
			t.Errorf("piece %d: sequence %d, flags %x, IPv6 length %d", i, n, h[tcpFlags], be16(b, 22))
		}
	}
	if s.next() != nil {
		t.Error("a fourth piece")
	}
	for n := range frame { // cut anywhere in the headers, it is no frame to take apart
		if s.begin(frame[:n], 1) && n < headers {
			for b := s.next(); b != nil; b = s.next() {
			}
			if n < headers {
				t.Errorf("%d of %d bytes of headers are taken apart", n, headers)
			}
		}
	}
}
