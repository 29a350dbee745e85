package capture

import "errors"

// ErrIdle is what the Next of a live source returns when no packet came for a
// while: time went on all the same, and there may be more.
var ErrIdle = errors.New("capture: no packet yet")

// Source delivers the packets of one input, or of several as one timeline.
type Source interface {
	// Next fills p with the next packet. Sources of a live run return ErrIdle
	// where none came for a while. It returns io.EOF at the end; what went wrong
	// before the end is then told by Info, not here, so that all that was readable
	// is analysed.
	Next(p *Packet) error
	// Info describes the inputs, in the order of their indices; it is complete
	// once Next has returned io.EOF.
	Info() []SourceInfo
	// Interfaces is the run's table of interfaces, which Packet.Interface
	// indexes: "" stands for the interface of a classic pcap, "#<id>" for one
	// that a pcapng declares without a name. The same name in several inputs is
	// one entry. The table grows while packets are read.
	Interfaces() []string
	// Progress tells how many bytes of the inputs were consumed, compressed
	// ones as they are stored, and how many there are; total is 0 if that is
	// not known. Other goroutines may call it while packets are read.
	Progress() (done, total int64)
	// Close releases files.
	Close() error
}

// SourceInfo describes one input.
type SourceInfo struct {
	// Name is the file name as given, or "-" for standard input.
	Name string
	// Format is "pcap", "pcapng", with ".gz" or ".zst" behind it where the
	// content was compressed.
	Format string
	// Packets and Bytes count what was delivered; Bytes are captured bytes.
	Packets, Bytes uint64
	// Filtered counts packets that were read, and left out because the user
	// asked for it; Packets and Bytes are without them.
	Filtered uint64
	// FirstTime and LastTime are the earliest and latest packet times, in
	// nanoseconds since the Unix epoch; meaningless while Packets is 0.
	FirstTime, LastTime int64
	// EndTime is when the capture ended, if the file says so, in the same unit; 0
	// if it does not. Nobody vouches for it.
	EndTime int64
	// Snaplen is the snapshot length in bytes, the largest of the interfaces;
	// 0 where there is none or it is not known.
	Snaplen uint32
	// Dropped counts packets the capturing program says it lost; valid if
	// DroppedKnown.
	Dropped      uint64
	DroppedKnown bool
	// Interfaces lists the names of the interfaces the file declares, "" for
	// one without name; one that several sections declare stands there once,
	// and those beyond the first 1024 are left out.
	Interfaces []string
	// Complete is false where part of the input could not be read.
	Complete bool
	// Err says in one sentence what could not be read and where (packet number
	// and byte offset), and is empty when there is nothing to say.
	Err string
	// CutShort: the only flaw is that the last record ends early, as a stopped
	// tcpdump leaves it. Complete is then true, and Note says so.
	CutShort bool
	// Note is one sentence worth knowing that is not an error.
	Note string
}
