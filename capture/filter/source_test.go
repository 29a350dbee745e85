package filter

import (
	"io"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// packetsOf is a source of packets in memory.
type packetsOf []capture.Packet

func (s *packetsOf) Next(p *capture.Packet) error {
	if len(*s) == 0 {
		return io.EOF
	}
	*p, *s = (*s)[0], (*s)[1:]
	return nil
}

func (s *packetsOf) Info() []capture.SourceInfo {
	return []capture.SourceInfo{{Name: "a", Packets: 3, Bytes: 150, Complete: true}, {Name: "b", Packets: 1, Bytes: 50, Complete: true}}
}
func (s *packetsOf) Interfaces() []string          { return nil }
func (s *packetsOf) Progress() (done, total int64) { return 0, 0 }
func (s *packetsOf) Close() error                  { return nil }

func some() *packetsOf {
	esp := frame(50, "203.0.113.9", "192.0.2.1", make([]byte, 16)...)
	udp := frame(17, "203.0.113.9", "192.0.2.1", udp(500, 500, 1, 2, 3, 4, 5, 6, 7, 8)...)
	list := packetsOf{
		{Ref: capture.FrameRef(0, 1), LinkType: capture.LinkEthernet, Data: udp, OrigLen: 50},
		{Ref: capture.FrameRef(0, 2), LinkType: capture.LinkEthernet, Data: esp, OrigLen: 50},
		{Ref: capture.FrameRef(1, 1), LinkType: capture.LinkRaw, Data: udp[14:], OrigLen: 36},
		{Ref: capture.FrameRef(0, 3), LinkType: capture.LinkPPP, Data: udp, OrigLen: 50},
	}
	return &list
}

func TestSource(t *testing.T) {
	f, err := New("udp port 500")
	if err != nil {
		t.Fatal(err)
	}
	s := f.Source(some())
	var p capture.Packet
	var got []string
	for s.Next(&p) == nil {
		got = append(got, p.Ref.String())
	}
	if strings.Join(got, " ") != "0#1 1#1" {
		t.Errorf("passed %v", got)
	}
	a, b := s.Info()[0], s.Info()[1]
	if a.Packets != 1 || a.Filtered != 2 || a.Bytes != 50 || a.Complete || !strings.Contains(a.Err, "link type 9") {
		t.Errorf("%+v", a)
	}
	if b.Packets != 1 || b.Filtered != 0 || !b.Complete {
		t.Errorf("%+v", b)
	}
	if _, err := New("udp prt 5"); err == nil {
		t.Error("a wrong expression is taken")
	}
}

func TestProgramSource(t *testing.T) {
	p, err := ParseProgram("2\n128 0 0 0\n22 0 0 0")
	if err != nil {
		t.Fatal(err)
	}
	s := FromProgram(p).Source(some())
	n := 0
	var packet capture.Packet
	for s.Next(&packet) == nil {
		n++
	}
	if n != 4 || !s.Info()[0].Complete {
		t.Errorf("%d packets, %+v", n, s.Info())
	}
}
