package tcpframe

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/internal/testenv"
	"github.com/ikesniff/ikesniff/reassembly/tcpstream"
)

// direction is one direction of a connection in a capture: what a reassembled
// stream gave, piece by piece.
type direction struct {
	src, dst   netip.AddrPort
	syn        bool // the handshake was captured
	originator bool
	stream     tcpstream.Stream
	pieces     []piece
}

type piece struct {
	b    []byte
	from tcpstream.Origin
	hole int
	why  tcpstream.HoleReason
}

func (d *direction) Bytes(b []byte, from tcpstream.Origin) {
	d.pieces = append(d.pieces, piece{b: slices.Clone(b), from: from})
}
func (d *direction) Hole(n int, why tcpstream.HoleReason) {
	d.pieces = append(d.pieces, piece{hole: n, why: why})
}
func (d *direction) Note(tcpstream.Note, int) {}

// feed gives the pieces to a Framer.
func (d *direction) feed(f *Framer, h Handler) {
	for _, p := range d.pieces {
		if p.hole > 0 {
			f.Hole(p.hole, p.why, h)
		} else {
			f.Bytes(p.b, p.from, h)
		}
	}
	f.Finish(h)
}

// directions reassembles the TCP connections of a capture.
func directions(t *testing.T, name string) []*direction {
	t.Helper()
	source, err := capture.Open([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	type key struct{ src, dst netip.AddrPort }
	var all []*direction
	open := map[key]*direction{}
	decoder := dissect.NewDecoder()
	for {
		var p capture.Packet
		var d dissect.Datagram
		if err := source.Next(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		decoder.Decode(&p, &d)
		if d.Status != dissect.StatusOK || d.Proto != dissect.ProtoTCP {
			continue
		}
		flags := d.TCP.Flags
		k := key{d.Src, d.Dst}
		c := open[k]
		if c == nil || flags&dissect.TCPSyn != 0 && len(c.pieces) > 0 {
			c = &direction{src: d.Src, dst: d.Dst}
			open[k] = c
			all = append(all, c)
		}
		if flags&dissect.TCPSyn != 0 {
			c.syn, c.originator = true, flags&dissect.TCPAck == 0
		}
		c.stream.Push(tcpstream.Segment{
			Seq: d.TCP.Seq, SYN: flags&dissect.TCPSyn != 0, FIN: flags&dissect.TCPFin != 0, RST: flags&dissect.TCPRst != 0,
			Payload: d.Payload, WireLen: d.PayloadLength, Time: d.Time, Ref: d.Ref,
		}, c)
		if back := open[key{d.Dst, d.Src}]; back != nil && flags&dissect.TCPAck != 0 {
			back.stream.Ack(d.TCP.Ack, back)
		}
	}
	for _, c := range all {
		c.stream.Flush(c)
	}
	return all
}

// truth is what the lab wrote down of a capture.
type truth struct {
	Files []struct {
		File string
		TCP  struct {
			Messages []struct {
				Frame  uint64
				Src    string
				Kind   string
				Length int    `json:"msg_len"`
				Offset uint64 `json:"stream_off"`
			}
		}
	}
	Shim map[string][]struct {
		Event string `json:"ev"`
		Kind  string
	}
}

func readTruth(t *testing.T, name string) (v truth) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(testenv.Shared(t, "lab-captures"), name+".truth.json"))
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Streams of libreswan, and of strongSwan behind a relay that frames: each
// message is found, with its length and the frame that completed it.
func TestLabStreams(t *testing.T) {
	for _, name := range []string{"lsw_tcp", "lsw_tcp_to_charon", "tcp_443_coalesced", "tcp_clean_4500", "tcp_fallback_5500",
		"tcp_impaired", "tcp_reset_reconnect", "tcp_small_mtu", "tcp_two_clients", "tcp_wrong_psk"} {
		for _, file := range readTruth(t, name).Files {
			t.Run(file.File, func(t *testing.T) {
				type message struct {
					Src    string
					Kind   string
					Length int
					Frame  uint64
				}
				// Out of order, the frame that completes a message is not the one
				// that its last byte came in.
				frames := name != "tcp_impaired"
				var want, got []message
				for _, m := range file.TCP.Messages {
					w := message{m.Src, strings.ToLower(m.Kind), m.Length, m.Frame}
					if w.Kind == "ike" {
						w.Length -= markerSize
					}
					want = append(want, w)
				}
				bytes := 0
				for _, d := range directions(t, filepath.Join(testenv.Shared(t, "lab-captures"), file.File)) {
					if !d.syn || len(d.pieces) == 0 {
						continue
					}
					if v := Judge(d.pieces[0].b, d.originator); !v.IPsec() && d.originator {
						t.Errorf("%v to %v: %v", d.src, d.dst, v)
					}
					var r recorder
					h := &each{recorder: &r, f: func(m *Message) {
						got = append(got, message{d.src.String(), strings.ToLower(m.Kind.String()), m.Length, m.Last.Ref.Number()})
					}}
					f := New(d.originator, false, nil)
					d.feed(f, h)
					if r.errors+r.resyncs+r.lost+r.partial+r.unknown > 0 || f.Skipped() > 0 {
						t.Errorf("%v to %v: %q", d.src, d.dst, r.calls)
					}
					bytes += r.wire
				}
				for _, s := range [][]message{want, got} {
					for i := range s {
						if !frames {
							s[i].Frame = 0
						}
					}
					slices.SortStableFunc(s, func(a, b message) int {
						if c := strings.Compare(a.Src, b.Src); c != 0 || !frames {
							return c
						}
						return int(a.Frame) - int(b.Frame)
					})
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Error(d)
				}
				if bytes == 0 {
					t.Error("nothing in it")
				}
			})
		}
	}
}

// A stream without prefix is one all the same.
func TestLabNoPrefix(t *testing.T) {
	n := 0
	for _, d := range directions(t, filepath.Join(testenv.Shared(t, "lab-captures"), "tcp_no_prefix.pcap")) {
		if !d.originator || len(d.pieces) == 0 {
			continue
		}
		n++
		if v := Judge(d.pieces[0].b, true); v != VerdictFramed {
			t.Errorf("%v", v)
		}
		var r recorder
		d.feed(New(true, false, nil), &r)
		if d := cmp.Diff([]string{"no prefix", "IKE 0"}, r.calls); d != "" {
			t.Error(d)
		}
	}
	if n != 4 {
		t.Errorf("%d connections, not 4", n)
	}
}

// A snapshot length of 96 leaves 30 bytes of each segment: enough for ESP, too
// few for the header of IKE.
func TestLabSnaplen(t *testing.T) {
	esp, lost := 0, 0
	for _, e := range readTruth(t, "tcp_snaplen96").Shim["b"] {
		switch {
		case e.Event != "rx" && e.Event != "tx":
		case e.Kind == "esp":
			esp++
		case e.Kind == "ike":
			lost++
		}
	}
	var all recorder
	for _, d := range directions(t, filepath.Join(testenv.Shared(t, "lab-captures"), "tcp_snaplen96.pcap")) {
		d.feed(New(d.originator, false, nil), &all)
	}
	if len(all.messages) != esp || all.lost != lost || esp == 0 || all.resyncs+all.errors+all.unknown > 0 {
		t.Errorf("%d of %d ESP, %d of %d IKE lost: %q", len(all.messages), esp, all.lost, lost, all.calls)
	}
}

// Captures that begin at any segment of a stream: what is found is there, and
// it is found before long.
func TestLabMidway(t *testing.T) {
	for _, name := range []string{"lsw_tcp_to_charon", "tcp_443_coalesced", "tcp_clean_4500", "tcp_small_mtu", "tcp_two_clients"} {
		t.Run(name, func(t *testing.T) {
			tried, found := 0, 0
			for _, d := range directions(t, filepath.Join(testenv.Shared(t, "lab-captures"), name+".pcap")) {
				var whole recorder
				d.feed(New(d.originator, false, nil), &whole)
				for i := range d.pieces {
					if len(d.pieces)-i < MidwayPieces {
						break
					}
					m := NewMidway(nil)
					for _, p := range d.pieces[i:] {
						m.Bytes(p.b)
					}
					tried++
					if m.Verdict().IPsec() {
						found++
					}
					if m.Verdict().Foreign() && m.Verdict() != VerdictOther {
						t.Errorf("from piece %d: %v", i, m.Verdict())
					}
					var r recorder
					cut := &direction{pieces: d.pieces[i:]}
					cut.feed(New(d.originator, true, nil), &r)
					n := len(r.messages)
					if n > len(whole.messages) || !slices.Equal(r.messages, whole.messages[len(whole.messages)-n:]) {
						t.Errorf("from piece %d: %s", i, cmp.Diff(whole.messages, r.messages))
					}
				}
			}
			// Where a message takes three segments, eight may be too few.
			least := 95
			if name == "tcp_small_mtu" {
				least = 70
			}
			if found*100 < tried*least || tried == 0 {
				t.Errorf("%d of %d starts were recognised", found, tried)
			}
		})
	}
}

// No connection without IPsec passes, from whichever segment on, whatever the
// port.
func TestSharedOthers(t *testing.T) {
	folder := testenv.Shared(t, "captures")
	var files []string
	for _, pattern := range []string{"no_*.pcap", "no_*.pcapng", "derived_*.pcap"} {
		m, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, m...)
	}
	judged := 0
	var verdicts [VerdictOther + 1]int
	for _, file := range files {
		for _, d := range directions(t, file) {
			where := fmt.Sprintf("%s: %v to %v", filepath.Base(file), d.src, d.dst)
			var all []byte
			for _, p := range d.pieces {
				if p.hole > 0 {
					break
				}
				all = append(all, p.b...)
			}
			for n := range min(len(all), 4096) + 1 {
				if v := Judge(all[:n], d.originator); v.IPsec() {
					t.Fatalf("%s: %v after %d bytes", where, v, n)
				}
			}
			verdicts[Judge(all[:min(len(all), JudgeBytes)], d.originator)]++
			for i := range d.pieces {
				m := NewMidway(nil)
				for _, p := range d.pieces[i:] {
					m.Hole(p.hole)
					m.Bytes(p.b)
				}
				if v := m.Finish(); !v.Foreign() {
					t.Errorf("%s from piece %d: %v", where, i, v)
				}
			}
			for _, originator := range []bool{true, false} {
				var r recorder
				f := New(originator, true, nil)
				d.feed(f, &r)
				if len(r.calls) > 0 {
					t.Errorf("%s: %q", where, r.calls)
				}
			}
			judged += len(d.pieces)
		}
	}
	if judged < 500 {
		t.Errorf("only %d pieces", judged)
	}
	t.Logf("%d pieces; verdicts %v", judged, verdicts)
}
