package write

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Rotation says when a file is full. Zero values never are.
type Rotation struct {
	Bytes    int64         // the file has this many bytes
	Duration time.Duration // it is this old, by the time of its packets
	Packets  uint64        // it has this many packets
	// Files bounds how many files there are: the oldest is removed. 0 keeps all.
	Files int
}

// Any tells whether there is a condition.
func (r Rotation) Any() bool { return r.Bytes > 0 || r.Duration > 0 || r.Packets > 0 }

// Set adds a condition in dumpcap's words: filesize:KILOBYTES (1000 bytes
// each, as dumpcap counts), duration:SECONDS, packets:N, files:N.
func (r *Rotation) Set(s string) error {
	what, value, ok := strings.Cut(s, ":")
	n, err := strconv.ParseUint(value, 10, 32)
	if !ok || err != nil || n == 0 {
		return fmt.Errorf("%q is none of filesize:KB, duration:SECONDS, packets:N, files:N", s)
	}
	switch what {
	case "filesize":
		r.Bytes = int64(n) * 1000
	case "duration":
		r.Duration = time.Duration(n) * time.Second
	case "packets":
		r.Packets = n
	case "files":
		r.Files = int(n)
	default:
		return fmt.Errorf("%q is none of filesize:KB, duration:SECONDS, packets:N, files:N", s)
	}
	return nil
}
