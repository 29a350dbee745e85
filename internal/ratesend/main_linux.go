// Command ratesend sends what tunnels carry at a rate, for scripts/rates.sh:
//
//	ratesend -i a0 -rate 100000 -for 5s [-small]
//
// It negotiates its tunnels first: ESP in UDP, in IP, in a TCP stream (RFC 8229)
// and in TCP segments that all have one number, in equal parts. Then it sends
// data both ways, with numbers that go on, so that who captures finds nothing
// wrong. In the end it prints how many frames it sent, and in how many seconds.
package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

func main() {
	name := flag.String("i", "a0", "send on interface `NAME`")
	rate := flag.Int("rate", 0, "`N` frames a second; 0: as fast as it goes")
	length := flag.Duration("for", 5*time.Second, "send for this `TIME`")
	small := flag.Bool("small", false, "payloads of 64 to 96 bytes only")
	flag.Parse()
	if err := run(*name, *rate, *length, *small); err != nil {
		fmt.Fprintln(os.Stderr, "ratesend:", err)
		os.Exit(1)
	}
}

func run(name string, rate int, length time.Duration, small bool) error {
	s, err := newSender(name)
	if err != nil {
		return err
	}
	sizes := mixed
	if small {
		sizes = smallOnes
	}
	list := newTunnels(sizes)
	for _, u := range list {
		for _, frame := range u.negotiation() {
			if err := s.send(func(b []byte) []byte { return append(b, frame...) }, 1); err != nil {
				return err
			}
		}
	}
	began := time.Now()
	begun := s.sent
	n := 0
	next := func(b []byte) []byte {
		n++
		return list[n%len(list)].next(b)
	}
	for {
		gone := time.Since(began)
		if gone >= length {
			fmt.Printf("%d %.3f\n", s.sent, gone.Seconds())
			return nil
		}
		if rate > 0 && float64(s.sent-begun) > gone.Seconds()*float64(rate) {
			continue // waiting any other way is not exact enough
		}
		if err := s.send(next, batch); err != nil {
			return err
		}
	}
}

// batch is how many frames are handed to the kernel at once.
const batch = 32

// sender sends frames past the queues of an interface.
type sender struct {
	fd       int
	sent     int
	frames   [batch][]byte
	vectors  [batch]unix.Iovec
	messages [batch]message
}

// message is struct mmsghdr of sendmmsg(2).
type message struct {
	header unix.Msghdr
	length uint32
}

func newSender(name string) (*sender, error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return nil, err
	}
	s := &sender{}
	if s.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0); err != nil {
		return nil, err
	}
	if err := unix.SetsockoptInt(s.fd, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1); err != nil {
		return nil, err
	}
	return s, unix.Bind(s.fd, &unix.SockaddrLinklayer{Ifindex: i.Index})
}

// send sends n frames, which next appends to a buffer.
func (s *sender) send(next func([]byte) []byte, n int) error {
	for i := range n {
		f := next(s.frames[i][:0])
		s.frames[i] = f
		s.vectors[i].Base = &f[0]
		s.vectors[i].SetLen(len(f))
		s.messages[i].header.Iov = &s.vectors[i]
		s.messages[i].header.SetIovlen(1)
	}
	for at := 0; at < n; {
		done, _, e := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&s.messages[at])), uintptr(n-at), 0, 0, 0)
		switch e {
		case 0:
			at += int(done)
			s.sent += int(done)
		case unix.ENOBUFS, unix.EAGAIN, unix.EINTR:
		default:
			return e
		}
	}
	return nil
}
