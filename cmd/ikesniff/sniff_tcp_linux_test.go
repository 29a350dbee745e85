package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/internal/netlab"
	"github.com/ikesniff/ikesniff/report"
)

// piece is what one side of a TCP connection sent in a segment.
type piece struct {
	client bool
	data   []byte
}

// dialogue is the payload of the TCP connection in a capture over IPv4, whose
// server has a port.
func dialogue(t *testing.T, name string, port uint16) (list []piece) {
	src, err := capture.Open([]string{name})
	if err != nil {
		t.Error(err)
		return nil
	}
	defer src.Close()
	var p capture.Packet
	for {
		if err := src.Next(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Error(err)
			return nil
		}
		ip := p.Data[14:]
		ip = ip[:binary.BigEndian.Uint16(ip[2:])]
		tcp := ip[20:]
		if data := tcp[tcp[12]>>4*4:]; ip[9] == 6 && len(data) > 0 {
			list = append(list, piece{binary.BigEndian.Uint16(tcp[2:]) == port, append([]byte(nil), data...)})
		}
	}
}

// talk lets two ends of a connection say what was said, one after the other.
func talk(t *testing.T, client, server net.Conn, list []piece) {
	for _, p := range list {
		from, to := client, server
		if !p.client {
			from, to = server, client
		}
		if _, err := from.Write(p.data); err != nil {
			t.Error(err)
			return
		}
		if _, err := io.ReadFull(to, make([]byte, len(p.data))); err != nil {
			t.Error(err)
			return
		}
	}
}

// flood sends framed ESP packets with the numbers from first on, in pieces that
// the kernel sends in segments far larger than an interface takes. A piece is
// sent when the one before has come, so that windows stay open.
func flood(t *testing.T, from, to net.Conn, spi, first, n uint32) {
	const size = 1400 // from SPI to ICV
	in := make([]byte, 1<<16)
	random := rand.NewChaCha8([32]byte{byte(spi)})
	var b []byte
	for i := range n {
		b = binary.BigEndian.AppendUint16(b, size+2)
		b = binary.BigEndian.AppendUint32(b, spi)
		b = binary.BigEndian.AppendUint32(b, first+i)
		rest := make([]byte, size-8)
		random.Read(rest)
		b = append(b, rest...)
		if len(b) > 30_000 || i == n-1 {
			if _, err := from.Write(b); err != nil {
				t.Error(err)
				return
			}
			if _, err := io.ReadFull(to, in[:len(b)]); err != nil {
				t.Error(err)
				return
			}
			b = b[:0]
		}
	}
}

// largest is the length of the longest frame in a capture.
func largest(t *testing.T, name string) (n int) {
	src, err := capture.Open([]string{name})
	if err != nil {
		t.Error(err)
		return 0
	}
	defer src.Close()
	var p capture.Packet
	for src.Next(&p) == nil {
		n = max(n, p.OrigLen)
	}
	return n
}

// Real connections of TCP, with everything that the kernel merges and leaves to
// the hardware, are what they carry, on every kind of interface.
func TestSniffTCP(t *testing.T) {
	for _, on := range []string{"b0", "any", "lo"} {
		t.Run(on, func(t *testing.T) {
			t.Parallel()
			netlab.Run(t, func(t *testing.T) {
				if on == "lo" {
					sniffTCP(t, on, "127.0.0.1", func(f func()) { f() })
					return
				}
				netlab.Apart(t, func(there func(func())) { sniffTCP(t, on, "192.0.2.2", there) })
			})
		})
	}
	t.Run("lo by any", func(t *testing.T) {
		t.Parallel()
		netlab.Run(t, func(t *testing.T) { sniffTCP(t, "any", "127.0.0.1", func(f func()) { f() }) })
	})
}

func sniffTCP(t *testing.T, on, address string, there func(func())) {
	const file, bulk = "../../testdata/pcaps/tcp-4500.pcap", 4000
	kept := filepath.Join(t.TempDir(), "kept.pcapng")
	s := sniff(t, nil, "-i", on, "-f", "json", "-w", kept)
	l, err := net.Listen("tcp4", net.JoinHostPort(address, "4500"))
	if s == nil || err != nil {
		t.Error(err)
		return
	}
	defer l.Close()
	var client net.Conn
	there(func() { client, err = net.Dial("tcp4", l.Addr().String()) })
	if err != nil {
		t.Error(err)
		return
	}
	defer client.Close()
	server, err := l.Accept()
	if err != nil {
		t.Error(err)
		return
	}
	defer server.Close()
	talk(t, client, server, dialogue(t, file, 4500))
	done := make(chan struct{})
	go func() {
		defer close(done)
		flood(t, server, client, 0xeb2a4890, 11, bulk)
	}()
	flood(t, client, server, 0xcdb88fd5, 11, bulk)
	<-done

	const packets = 2 * (10 + bulk)
	s.wait("all ESP packets", func() bool {
		return metric(curl("http://127.0.0.1:9500/metrics"), "ikesniff_esp_packets_total") >= packets
	})
	if status := s.end(os.Interrupt); status != exitDone {
		t.Errorf("exit status %d: %s", status, s.stderr.String())
	}
	r := parseReport(t, []byte(s.stdout.String()))
	if len(r.Tunnels) != 1 || !r.Complete {
		t.Errorf("%d tunnels, complete %v", len(r.Tunnels), r.Complete)
		return
	}
	u := r.Tunnels[0]
	if u.Status != report.StatusUp || fmt.Sprint(u.Transports) != "[tcp-rfc8229]" || u.ESPPackets.ToResponder+u.ESPPackets.ToInitiator != packets ||
		u.IKEMessages.Initiator+u.IKEMessages.Responder != 6 || r.Totals.ESPPackets != packets || r.Totals.MalformedPackets != 0 {
		t.Errorf("%s on %v: %d IKE, %d ESP; %+v", u.Status, u.Transports, u.IKEMessages, u.ESPPackets, r.Totals)
	}
	for _, a := range append(u.Anomalies, r.Anomalies...) {
		switch a.Code {
		case "nat-detected": // as the messages were for other addresses
		default:
			t.Errorf("%s %s: %s", a.Severity, a.Code, a.Observation)
		}
	}
	if x := r.Sources[0]; x.Dropped == nil || *x.Dropped != 0 {
		t.Errorf("the kernel dropped packets: %+v", x)
	}
	t.Logf("the largest segment was of %d bytes", largest(t, kept)) // how much is merged is up to the kernel
	if a, b := judged(r)[u.ID], judged(analyzed(t, kept))[u.ID]; a != b {
		t.Errorf("printed %s\nkept %s", a, b)
	}
}
