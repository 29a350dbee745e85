package reassembly

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/internal/testenv"
)

// tcpMessage is a message in TCP as the truth of a lab capture has it.
type tcpMessage struct {
	Frame     uint64
	Src, Dst  string
	Transport string
	Kind      string
	SPI       string
	Sequence  uint32
	Length    int
}

// tcpMessages reads the messages in TCP of a capture, with the frame that
// completed each.
func tcpMessages(t *testing.T, name string) []tcpMessage {
	t.Helper()
	var out []tcpMessage
	feed(t, name, func(e *Event) {
		if e.Kind != KindMessage || e.Transport < TransportTCP {
			return
		}
		m := tcpMessage{Frame: e.Ref.Number(), Src: e.Src.String(), Dst: e.Dst.String(), Transport: e.Transport.String(), Length: e.Length}
		switch e.Message {
		case MessageIKE:
			m.Kind = "ike"
			m.SPI = fmt.Sprintf("%x/%x", e.Data[:8], e.Data[8:16])
		case MessageESP:
			m.Kind, m.SPI, m.Sequence = "esp", fmt.Sprintf("%08x", e.SPI), e.Sequence
		case MessageKeepalive:
			m.Kind = "keepalive"
		}
		out = append(out, m)
	})
	return out
}

// TestLabTCP: every message that real daemons sent over TCP, and no other, each
// with the frame that completed it.
func TestLabTCP(t *testing.T) {
	dir := testenv.Shared(t, "lab-captures")
	files, err := filepath.Glob(filepath.Join(dir, "*.truth.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures in %s (%v)", dir, err)
	}
	carriers := map[string]string{"stream": "tcp-rfc8229", "fake-tcp": "tcp-fortinet-esp"}
	for _, file := range files {
		var truth struct {
			Files []struct {
				File string
				TCP  *struct {
					Messages []struct {
						Frame             uint64
						Src, Dst, Carrier string
						Kind, SPI         string
						ESPSeq            uint32 `json:"esp_seq"`
						MsgLen            int    `json:"msg_len"`
					}
				}
			}
		}
		readJSON(t, file, &truth)
		for _, f := range truth.Files {
			// Without prefix the lab's own reader stops, and cut packets it does
			// not read: see TestLabNoPrefix and TestLabSnaplen.
			if f.TCP == nil || strings.HasPrefix(f.File, "tcp_no_prefix") || strings.HasPrefix(f.File, "tcp_snaplen96") {
				continue
			}
			t.Run(f.File, func(t *testing.T) {
				var want []tcpMessage
				for _, m := range f.TCP.Messages {
					if m.Kind == "ike" {
						m.MsgLen -= markerLength // which the truth counts
					}
					want = append(want, tcpMessage{m.Frame, m.Src, m.Dst, carriers[m.Carrier], m.Kind, m.SPI, m.ESPSeq, m.MsgLen})
				}
				got := tcpMessages(t, filepath.Join(dir, f.File))
				order := func(a, b tcpMessage) int {
					return strings.Compare(fmt.Sprintf("%06d %v", a.Frame, a), fmt.Sprintf("%06d %v", b.Frame, b))
				}
				slices.SortFunc(want, order)
				slices.SortFunc(got, order)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%d messages, want %d (-want +got):\n%s", len(got), len(want), diff)
				}
			})
		}
	}
}

// TestLabNoPrefix: the originator leaves out the prefix, and the responder
// closes; so each of four connections has the IKE_SA_INIT and no answer. The
// lab's own reader gives up there.
func TestLabNoPrefix(t *testing.T) {
	var got []string
	c := feed(t, testenv.Shared(t, "lab-captures", "tcp_no_prefix.pcap"), func(e *Event) {
		if e.Kind == KindMessage || e.Kind == KindTransport && e.What == HappeningNoPrefix {
			got = append(got, line(e))
		}
	})
	var want []string
	for _, frame := range []int{4, 12, 20, 28} {
		want = append(want, fmt.Sprintf("%d> no prefix (0)", frame), fmt.Sprintf("%d> rfc8229 ike", frame))
	}
	for i := range got {
		got[i] = strings.Replace(got[i], "< ", "> ", 1) // the lab has other addresses
	}
	if diff := cmp.Diff(want, got); diff != "" || c.Counters().TCPConnections != 4 {
		t.Errorf("%+v (-want +got):\n%s", c.Counters(), diff)
	}
}

// TestLabSnaplen: 30 bytes of each payload were captured, which is enough for
// the header of ESP and not for that of IKE behind length and marker. So each
// segment of ESP, which holds one packet, gives a truncated message, and IKE is
// lost; the prefix came alone in its segment.
func TestLabSnaplen(t *testing.T) {
	last := map[uint32]uint32{}
	messages := 0
	feed(t, testenv.Shared(t, "lab-captures", "tcp_snaplen96.pcap"), func(e *Event) {
		switch {
		case e.Kind == KindTransport && (e.What == HappeningResync || e.What == HappeningFramingError || e.What == HappeningGap):
			t.Errorf("event %s", line(e))
		case e.Kind == KindMessage:
			messages++
			if e.Message != MessageESP || len(e.Data) != 28 || !e.Truncated || e.Sequence != last[e.SPI]+1 {
				t.Errorf("event %s, %d bytes of %d", line(e), len(e.Data), e.Length)
			}
			last[e.SPI] = e.Sequence
		}
	})
	if messages != 44 || len(last) != 2 {
		t.Errorf("%d messages of %d SPIs", messages, len(last))
	}
}

// feed runs a capture through a Classifier and checks that all packets are
// counted once, with events or as ignored.
func feed(t testing.TB, name string, emit func(*Event)) *Classifier {
	t.Helper()
	src, err := capture.Open([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var events, packets uint64
	c := NewClassifier(Config{}, func(e *Event) {
		checkEvent(t, e)
		events += uint64(e.Packets)
		emit(e)
	})
	defrag := NewDefragmenter(Config{}, func(*Event) {})
	decoder := dissect.NewDecoder()
	var p capture.Packet
	var d dissect.Datagram
	for {
		if err := src.Next(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		decoder.Decode(&p, &d)
		if whole := defrag.Add(&d); whole != nil && whole.Status != dissect.StatusMalformed {
			packets += uint64(whole.Packets)
			c.Datagram(whole)
		}
	}
	c.Finish()
	if n := c.Counters(); n.IPsecPackets+n.IgnoredPackets != packets || events != n.IPsecPackets {
		t.Errorf("%d packets, %d in events: %+v", packets, events, n)
	}
	return c
}
