package capgen

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A message counts once: with the segment that completes it, and not at all if
// a part of it is not in the capture.
func TestStreamCounts(t *testing.T) {
	s := run(builder{"test.pcap", func(t *trace) {
		c := talkTCP(t, "192.0.2.1:1", "192.0.2.2:2")
		c.held = true
		for spi := range uint32(5) {
			c.send(initiator, make([]byte, 98), carriesESP(spi)) // 100 bytes with the length
		}
		c.push(initiator, 50) // the first half of 0
		c.push(initiator, 90) // its rest, and 40 bytes of 1
		t.behind(func() { c.push(initiator, 100) })
		c.push(initiator, 160) // the rest of 2, which began unseen, and 3
		c.again(initiator, 160, 160)
		c.push(initiator, 99) // all but the last byte of 4
	}})
	if diff := cmp.Diff(map[string]int{"00000000": 1, "00000003": 1}, s.Expect.ESP); diff != "" {
		t.Errorf("ESP packets by SPI (-want +got):\n%s", diff)
	}
	if want := 3 + 5; s.Expect.Frames != want {
		t.Errorf("%d frames, want %d", s.Expect.Frames, want)
	}
	if len(s.wire.esp) != 0 {
		t.Errorf("tshark is expected to find %v in the stream", s.wire.esp)
	}
}
