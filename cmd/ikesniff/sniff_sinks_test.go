package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/capture/write"
	"github.com/ikesniff/ikesniff/pipeline"
)

// Where files cannot be written, each packet that was given counts once, as
// written or as dropped.
func TestPacketsCountOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kept")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	o := write.Options{Name: filepath.Join(dir, "kept.pcapng"), Rotation: write.Rotation{Packets: 10}}
	s := sniffing{env: &env{}, keep: &o}
	k, err := s.openPackets()
	if err != nil {
		t.Fatal(err)
	}
	put := func(n int) {
		for range n {
			k.keep(&pipeline.Kept{Packet: capture.Packet{Time: 1, LinkType: capture.LinkEthernet, Data: make([]byte, 9000), OrigLen: 9000}})
		}
	}
	settled := func() uint64 {
		for range 400 {
			if c := k.counters(); c.Written+c.Dropped >= k.put {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		c := k.counters()
		if c.Written+c.Dropped != k.put {
			t.Errorf("%d put, %d written, %d dropped", k.put, c.Written, c.Dropped)
		}
		return c.Dropped
	}
	put(25)
	if n := settled(); n != 0 {
		t.Errorf("%d dropped", n)
	}
	if err := os.Rename(dir, dir+"-away"); err != nil { // the next file cannot be made
		t.Fatal(err)
	}
	put(8)
	if n := settled(); n == 0 {
		t.Error("nothing is lost without a folder")
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	put(15)
	settled()
	if err := k.close(time.Unix(0, 2)); err != nil {
		t.Error(err)
	}
	settled()
}

// A disk that is full takes packets along that lay together with the one that it
// failed for.
func TestFullDiskCountsOnce(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full on this system: ", err)
	}
	s := sniffing{env: &env{}, keep: &write.Options{Name: "/dev/full"}}
	k, err := s.openPackets()
	if err != nil {
		t.Fatal(err)
	}
	const n = 40 // several writes of 64 KiB
	k.queue.Do(func() { time.Sleep(50 * time.Millisecond) })
	for range n {
		k.keep(&pipeline.Kept{Packet: capture.Packet{Time: 1, LinkType: capture.LinkEthernet, Data: make([]byte, 9000), OrigLen: 9000}})
	}
	_ = k.close(time.Unix(0, 2))
	c := k.counters()
	if c.Written != 0 || c.Dropped+left(k.put, c) != n {
		t.Errorf("%d put, %d written, %d dropped", n, c.Written, c.Dropped)
	}
}
