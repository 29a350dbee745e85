package tcpstream

// Limits bound what a stream holds back. Zero fields mean the defaults.
type Limits struct {
	Segments int // stretches of bytes held; default 256, at most 4096
	Bytes    int // payload bytes held; default 1 MiB
}

// Stream puts the bytes of one direction of a TCP connection in order. The
// zero value is ready and has the default limits. A Stream must not be copied
// once it is in use, and not be used by two goroutines at once.
type Stream struct {
	limits  Limits
	next    uint32
	started bool
}

// New returns a stream with limits of its own.
func New(l Limits) Stream { return Stream{limits: l} }

// Started tells whether the position in the stream is known.
func (s *Stream) Started() bool { return s.started }

// Next is the sequence number of the next byte wanted. It means nothing before
// the stream has started.
func (s *Stream) Next() uint32 { return s.next }

// Ended tells whether the sink has been given all bytes up to the FIN.
func (s *Stream) Ended() bool { return false }

// Push takes the next segment of the direction, in capture order. The first
// SYN, FIN or segment with data sets the position of the stream.
func (s *Stream) Push(seg Segment, sink Sink) {}

// Ack tells that the other direction acknowledged all bytes before ack.
func (s *Stream) Ack(ack uint32, sink Sink) {}

// Flush gives up every hole and gives all bytes that are held to the sink. The
// stream can go on afterwards.
func (s *Stream) Flush(sink Sink) {}

// Reset forgets all but the limits, for a new connection.
func (s *Stream) Reset() { *s = Stream{limits: s.limits} }
