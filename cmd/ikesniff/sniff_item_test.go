package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/pipeline"
)

// What goes through the queue comes out as it was; a piece of it is an error or a
// packet with fewer bytes, and never a panic.
func TestKeptItems(t *testing.T) {
	k := pipeline.Kept{
		Packet: capture.Packet{
			Time: -5, DropsBefore: 3, OrigLen: 1500, LinkType: capture.LinkRaw, Direction: capture.DirectionOut, Data: []byte("a frame"),
		},
		Interface: "wan1", Comments: []string{"packet 7", ""},
	}
	b := appendKept(nil, &k)
	var got keptItem
	for range 2 { // used again
		if err := got.read(b); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(k.Packet, got.packet); diff != "" || got.name != k.Interface || !cmp.Equal(got.comments, k.Comments) {
			t.Errorf("%s %q %q", diff, got.name, got.comments)
		}
	}
	head := len(b) - len(k.Packet.Data)
	for n := range b {
		if err := got.read(b[:n]); (err != nil) != (n < head) {
			t.Errorf("%d of %d bytes, %d of them in front of the frame: %v", n, len(b), head, err)
		}
	}
	long := pipeline.Kept{Comments: make([]string, 300), Interface: string(bytes.Repeat([]byte("x"), 70_000))}
	if err := got.read(appendKept(nil, &long)); err != nil || len(got.comments) != 255 || len(got.name) != 1<<16-1 {
		t.Errorf("%v, %d comments, a name of %d bytes", err, len(got.comments), len(got.name))
	}
}
