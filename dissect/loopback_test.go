package dissect

import (
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

var loopbackFrames = []frame{
	{"null, little-endian", capture.LinkNull, cat(hx("02000000"), inner4), whole(0)},
	{"null, big-endian", capture.LinkNull, cat(hx("00000002"), inner4), whole(0)},
	{"null, Linux", capture.LinkNull, cat(hx("0a000000"), inner6), whole6(0)},
	{"null, NetBSD", capture.LinkNull, cat(hx("18000000"), inner6), whole6(0)},
	{"null, FreeBSD", capture.LinkNull, cat(hx("1c000000"), inner6), whole6(0)},
	{"null, macOS", capture.LinkNull, cat(hx("1e000000"), inner6), whole6(0)},
	{"null, macOS on PowerPC", capture.LinkNull, cat(hx("0000001e"), inner6), whole6(0)},
	{"loop", capture.LinkLoop, cat(hx("00000002"), inner4), whole(0)},
	{"loop, ipv6", capture.LinkLoop, cat(hx("00000018"), inner6), whole6(0)},
	{"another family", capture.LinkNull, cat(hx("07000000"), inner4), want{status: StatusOther}},
}

func TestLoopback(t *testing.T) {
	run(t, loopbackFrames)
	run(t, []frame{
		{"short", capture.LinkNull, hx("020000"), want{status: StatusMalformed, problem: "loopback header is cut short"}},
	})
}
