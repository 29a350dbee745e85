package reassembly

import (
	"testing"

	frames "github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// ESP in fake TCP whose SPI ends in two zeros begins as a frame of IKE does.
func TestMarked(t *testing.T) {
	ike := frames.Marked(frames.Message(frames.Header{InitiatorSPI: 1, ResponderSPI: 2, Version: 0x20, Exchange: frames.ExchangeInformational}))
	frame := append([]byte{0, byte(2 + len(ike))}, ike...)
	esp := frames.ESP(0xef7f0000, 1, []byte("0123456789\x7abcdefghijklmnopqrstuvw"))
	for name, test := range map[string]struct {
		b    []byte
		want bool
	}{
		"IKE": {frame, true}, "its beginning": {frame[:10], true}, "too little": {frame[:5], false},
		"ESP": {esp, false}, "ESP of another SPI": {frames.ESP(0xef7f0001, 1, esp[8:]), false},
	} {
		if got := marked(test.b); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
