package tcpframe

import (
	"bytes"
	"slices"
	"testing"
)

func TestJudge(t *testing.T) {
	ikeInit := ikeFrame(1, 2, 0, 100)
	espThree := cat(espFrame(0x1000, 1, 24), espFrame(0x1000, 2, 24), espFrame(0x1000, 3, 24))
	broken := slices.Clone(ikeInit)
	broken[6+27]++ // IKE's length
	for _, test := range []struct {
		name       string
		bytes      []byte
		originator bool
		want       Verdict
	}{
		{"nothing", nil, true, VerdictNeedMore},
		{"prefix", []byte("IKETCP"), true, VerdictPrefix},
		{"prefix and more", cat([]byte("IKETCP"), ikeInit), true, VerdictPrefix},
		{"prefix begun", []byte("IKET"), true, VerdictNeedMore},
		{"prefix, by the responder", []byte("IKETCP"), false, VerdictOther},
		{"IKE", ikeInit, false, VerdictFramed},
		{"IKE without prefix", ikeInit, true, VerdictFramed},
		{"IKE, its header alone", ikeInit[:34], false, VerdictFramed},
		{"IKE, less than its header", ikeInit[:33], false, VerdictNeedMore},
		{"IKE, lengths at odds", broken, false, VerdictMaybe},
		{"IKE of version 3", cat(ikeInit[:23], []byte{0x30}, ikeInit[24:]), false, VerdictOther},
		{"keepalive, then IKE", cat(frame(0xff), frame(), ikeInit), false, VerdictFramed},
		{"keepalive alone", frame(0xff), false, VerdictNeedMore},
		{"keepalives without end", bytes.Repeat(frame(0xff), 30), false, VerdictOther},
		{"ESP, one", espThree[:64], false, VerdictMaybe},
		{"ESP, its head", espThree[:10], false, VerdictMaybe},
		{"ESP, less than its head", espThree[:9], false, VerdictNeedMore},
		{"ESP, three", espThree, false, VerdictFramed},
		{"ESP, old", espFrame(0x1000, 1<<24, 64), false, VerdictOther},
		{"ESP, reserved SPI", espFrame(0xff, 1, 64), false, VerdictOther},
		{"length 0", []byte{0, 0}, false, VerdictOther},
		{"length 25", []byte{0, 25}, false, VerdictOther},
		{"marker, but too short for IKE", cat(frame(make([]byte, 31)...), ikeInit), false, VerdictOther},
	} {
		if got := Judge(test.bytes, test.originator); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// JudgeBytes are enough, whatever stands in front of the first message.
func TestJudgeBytes(t *testing.T) {
	for n := range 30 {
		for _, idle := range [][]byte{frame(), frame(0xff)} {
			b := cat(bytes.Repeat(idle, n), ikeFrame(1, 2, 0, 100))
			if v := Judge(b[:JudgeBytes], false); v == VerdictNeedMore {
				t.Errorf("%d times % x: no verdict", n, idle)
			}
		}
	}
}

func TestJudgeOthers(t *testing.T) {
	for _, o := range others() {
		b := bytes.Join(o.segments, nil)
		for _, originator := range []bool{true, false} {
			if got := Judge(b, originator); got != o.want {
				t.Errorf("%s: %v, want %v", o.name, got, o.want)
			}
			// With fewer bytes the verdict may be open, but never IPsec.
			for n := range min(len(b), 4096) {
				if v := Judge(b[:n], originator); v.IPsec() || n >= JudgeBytes && v == VerdictNeedMore {
					t.Errorf("%s: %v after %d bytes", o.name, v, n)
				}
			}
		}
	}
}

// Once a verdict is final, more bytes do not change it, except that VerdictMaybe
// may become any.
func TestJudgeSteady(t *testing.T) {
	streams := [][]byte{
		cat([]byte("IKETCP"), ikeFrame(1, 2, 0, 100)), ikeFrame(1, 2, 0, 100),
		cat(frame(0xff), ikeFrame(1, 2, 0, 100)), noise(200, 1),
		cat(espFrame(0x1000, 1, 24), espFrame(0x1000, 2, 24), espFrame(0x1000, 3, 24)),
	}
	for _, o := range others() {
		streams = append(streams, bytes.Join(o.segments, nil))
	}
	for i, b := range streams {
		last := VerdictNeedMore
		for n := 1; n <= len(b); n++ {
			v := Judge(b[:n], true)
			if last != VerdictNeedMore && last != VerdictMaybe && v != last {
				t.Fatalf("stream %d, %.20q: %v after %d bytes, %v after %d", i, b, last, n-1, v, n)
			}
			last = v
		}
	}
}

func TestVerdictNames(t *testing.T) {
	for v := VerdictNeedMore; v <= VerdictOther; v++ {
		if v.String() == "invalid" || v.IPsec() && v.Foreign() {
			t.Errorf("%d: %v", v, v)
		}
	}
	if (VerdictOther+1).String() != "invalid" || (KindUnknown+1).String() != "invalid" {
		t.Error("names where there are no values")
	}
}
