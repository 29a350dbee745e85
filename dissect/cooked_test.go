package dissect

import (
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

var cookedFrames = []frame{
	{"v1 to us", capture.LinkSLL, cat(hx(`
		0000              # to us
		0001 0006         # Ethernet, address of 6 bytes
		020000000001 0000
		0800              # IPv4
		`), inner4), cooked(whole(0), capture.DirectionIn, 0)},
	{"v1 to another host", capture.LinkSLL, cat(hx("0003 0001 0006 020000000001 0000 86dd"), inner6), cooked(whole6(0), capture.DirectionIn, 0)},
	{"v1 from us", capture.LinkSLL, cat(hx("0004 0304 0000 0000000000000000 0800"), inner4), cooked(whole(0), capture.DirectionOut, 0)},
	{"v1 with a tag", capture.LinkSLL, cat(hx("0004 0001 0006 020000000001 0000 8100 0007 0800"), inner4), cooked(vlan(7, EncapVLAN), capture.DirectionOut, 0)},
	{"v1 with LLC", capture.LinkSLL, cat(hx("0001 0001 0006 020000000001 0000 0004 aaaa03 000000 0800"), inner4), cooked(whole(0), capture.DirectionIn, 0)},
	{"v1 of unknown type", capture.LinkSLL, cat(hx("0005 0001 0006 020000000001 0000 0800"), inner4), whole(0)},
	{"v1 with ARP", capture.LinkSLL, cat(hx("0001 0001 0006 020000000001 0000 0806"), arp), cooked(want{status: StatusOther}, capture.DirectionIn, 0)},
	{"v1 with CAN", capture.LinkSLL, cat(hx("0001 0118 0000 0000000000000000 000c"), make([]byte, 16)), cooked(want{status: StatusOther}, capture.DirectionIn, 0)},
	{"v2 multicast", capture.LinkSLL2, cat(hx(`
		0800 0000  # IPv4
		00000102   # interface index 258
		0001       # Ethernet
		02 06      # multicast, address of 6 bytes
		020000000001 0000
		`), inner4), cooked(whole(0), capture.DirectionIn, 258)},
	{"v2 from us", capture.LinkSLL2, cat(hx("86dd 0000 00000003 fffe 04 00 0000000000000000"), inner6), cooked(whole6(0), capture.DirectionOut, 3)},
}

func cooked(w want, dir capture.Direction, index uint32) want {
	w.direction, w.index = dir, index
	return w
}

func TestCooked(t *testing.T) { run(t, cookedFrames) }

func TestCookedBroken(t *testing.T) {
	const problem = "Linux cooked header is cut short"
	run(t, []frame{
		{"v1", capture.LinkSLL, make([]byte, 15), want{status: StatusMalformed, problem: problem}},
		{"v2", capture.LinkSLL2, make([]byte, 19), want{status: StatusMalformed, problem: problem}},
	})
}

// What the file says of the direction is closer to the interface.
func TestDirectionOfFileFirst(t *testing.T) {
	p := capture.Packet{LinkType: capture.LinkSLL, Data: cookedFrames[0].data, Direction: capture.DirectionOut}
	var d Datagram
	NewDecoder().Decode(&p, &d)
	if d.Tap.Direction != capture.DirectionOut {
		t.Errorf("direction %v, want out", d.Tap.Direction)
	}
}
