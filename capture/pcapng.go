package capture

import "io"

const (
	blockSection    = 0x0a0d0d0a
	blockInterface  = 1
	blockPacket     = 2 // obsolete
	blockSimple     = 3
	blockStatistics = 5
	blockEnhanced   = 6

	// Blocks that carry no packet, and that Wireshark lists among the frames.
	blockJournal      = 9
	blockCustom       = 0x00000bad
	blockCustomNoCopy = 0x40000bad
	blockSysdig       = 0x204
	blockSysdigV2     = 0x216
	blockSysdigV2Long = 0x221

	byteOrderMagic = 0x1a2b3c4d

	minBlock = 12
	maxBlock = 16 << 20 // as libpcap and Wireshark have it
)

// ngReader reads the packets of a pcapng file.
type ngReader struct {
	in         *input
	order      order
	interfaces []ngInterface // of this section
	rest       int64         // bytes of the last block that the window could not hold
	drops      uint64        // losses learned since the last packet delivered
}

// newNgReader returns a reader for a stream that begins with a section header
// block.
func newNgReader(in *input) *ngReader {
	return &ngReader{in: in}
}

// next implements recordReader.
func (r *ngReader) next(p *Packet) error {
	for {
		typ, body, at, err := r.block()
		if err != nil {
			return err
		}
		var bad *flaw
		switch typ {
		case blockEnhanced, blockPacket, blockSimple:
			ref := r.in.nextRef()
			if bad = r.packet(p, typ, body, at); bad == nil {
				p.Ref = ref
				return nil
			}
			bad.frame = ref.Number()
		case blockSection:
			if err := r.section(body, at); err != nil {
				return err
			}
		case blockInterface:
			bad = r.interfaceBlock(body, at)
			if bad != nil { // later blocks count interfaces
				return bad
			}
		case blockStatistics:
			bad = r.statistics(body, at)
		case blockCustom, blockCustomNoCopy, blockJournal, blockSysdig, blockSysdigV2, blockSysdigV2Long:
			r.in.nextRef()
		}
		if bad != nil {
			r.in.passOver(bad)
		}
	}
}

// block consumes the next block and returns its type, its body with options
// (of a block that exceeds the window the first part) and its offset.
func (r *ngReader) block() (typ uint32, body []byte, at int64, err error) {
	w := r.in.win
	if r.rest > 0 {
		size := r.rest
		if missing := w.discard(size); missing > 0 {
			return 0, nil, 0, ended(w, w.offset(), size-missing, size)
		}
		r.rest = 0
	}
	b := w.peek(minBlock)
	at = w.offset()
	if len(b) < minBlock {
		if len(b) == 0 && w.err == io.EOF {
			return 0, nil, at, io.EOF
		}
		return 0, nil, at, ended(w, at, int64(len(b)), minBlock)
	}
	// The type of a section header is a palindrome; its third word tells the
	// byte order of all that follows, its own length included.
	if typ = r.order.u32(b); typ == blockSection {
		if r.order, err = sectionOrder(b, at); err != nil {
			return 0, nil, at, err
		}
	}
	total := r.order.u32(b[4:])
	if total < minBlock || total%4 != 0 || total > maxBlock {
		return 0, nil, at, flawf(at, "its block claims a length of %d bytes, which must be a multiple of four from %d to %d",
			total, minBlock, maxBlock)
	}
	n := int(min(total, windowLimit))
	if b = w.peek(n); len(b) < n {
		return 0, nil, at, ended(w, at, int64(len(b)), int64(total))
	}
	w.skip(n)
	if r.rest = int64(total) - int64(n); r.rest > 0 {
		return typ, b[8:], at, nil
	}
	if again := r.order.u32(b[n-4:]); again != total {
		return 0, nil, at, flawf(at, "its block is %d bytes long by its head and %d by its end", total, again)
	}
	return typ, b[8 : n-4], at, nil
}

func sectionOrder(b []byte, at int64) (order, error) {
	switch {
	case littleEndian.u32(b[8:]) == byteOrderMagic:
		return littleEndian, nil
	case bigEndian.u32(b[8:]) == byteOrderMagic:
		return bigEndian, nil
	}
	return littleEndian, flawf(at, "its section header has no byte order mark")
}

// section begins a new section: interfaces count anew. The section length is
// not needed, since every block tells its own.
func (r *ngReader) section(body []byte, at int64) error {
	if len(body) < 16 {
		return flawf(at, "its section header is %d bytes long, and 28 are needed", len(body)+minBlock)
	}
	major, minor := r.order.u16(body[4:]), r.order.u16(body[6:])
	// Writers exist that say 1.2 and mean 1.0 (draft-ietf-opsawg-pcapng 4.1).
	if major != 1 || minor != 0 && minor != 2 {
		return flawf(at, "its section has version %d.%d, and only 1.0 is known", major, minor)
	}
	r.interfaces = r.interfaces[:0]
	return nil
}
