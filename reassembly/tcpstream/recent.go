package tcpstream

const (
	recentSegments = 8
	sampleBytes    = 16
)

// recent remembers the first bytes of the last few segments that were given
// away. A sender that puts other bytes under the same sequence numbers is found
// by them: 16 bytes hold the SPI and the sequence number of an ESP packet, and
// the length and the marker of a message in a stream.
type recent struct {
	samples [recentSegments]sample
	at      uint8
}

type sample struct {
	start uint32
	size  uint8
	bytes [sampleBytes]byte
}

func (r *recent) add(start uint32, data []byte) {
	s := &r.samples[r.at]
	r.at = (r.at + 1) % recentSegments
	s.start = start
	if len(data) >= sampleBytes {
		s.bytes, s.size = [sampleBytes]byte(data), sampleBytes // without a call
		return
	}
	s.size = uint8(copy(s.bytes[:], data))
}

// differ counts the bytes of data, which starts at start, that are known to
// differ from those given away.
func (r *recent) differ(start uint32, data []byte) int {
	n := 0
	for i := range r.samples {
		s := &r.samples[i]
		theirs := s.bytes[:s.size]
		if skip := s.start - start; skip < uint32(len(data)) {
			n += difference(data[skip:], theirs)
		} else if skip := start - s.start; skip < uint32(s.size) {
			n += difference(data, theirs[skip:])
		}
	}
	return n
}
