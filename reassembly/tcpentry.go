package reassembly

import (
	"encoding/binary"
	"net/netip"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
)

// tcpEntry is what a Classifier remembers of a TCP connection.
type tcpEntry struct {
	key       tuple
	conn      *tcpConn // nil unless it carries IPsec or segments are held
	firstTime int64
	firstRef  capture.Ref
	synTime   int64
	// waiting are the packets without verdict and without data, by direction.
	waiting [2]waitingPackets
	isn     [2]uint32 // by direction, valid with traitSYN or traitSYNACK
	state   tcpState
	client  uint8 // the direction of the client's segments, or unknownSide
	traits  [2]traits
	said    [2]firstWords
}

const unknownSide = 2

type tcpState uint8

const (
	tcpOpen    tcpState = iota // no verdict yet
	tcpIgnored                 // another protocol
	tcpOurs
)

// traits are what one side of a connection did.
type traits uint8

const (
	traitSeen traits = 1 << iota
	traitSYN
	traitSYNACK
	traitData
	traitFIN
	traitRST
	traitRefused // answered the SYN with RST
)

// begin makes e the entry of a new connection.
func (e *tcpEntry) begin(key tuple, d *dissect.Datagram) {
	*e = tcpEntry{key: key, firstTime: d.Time, firstRef: d.Ref, client: unknownSide}
}

// note takes in what every segment tells beside the handshake.
func (e *tcpEntry) note(d *dissect.Datagram, dir int) {
	t := traitSeen
	flags := d.TCP.Flags
	if flags&dissect.TCPFin != 0 {
		t |= traitFIN
	}
	if flags&dissect.TCPRst != 0 {
		t |= traitRST
	}
	if d.PayloadLength > 0 && flags&dissect.TCPRst == 0 {
		t |= traitData
		if e.traits[dir]&traitData == 0 {
			e.said[dir] = saidBy(d.Payload)
		}
	}
	e.traits[dir] |= t
}

// unused tells whether the connection was opened in the capture and carried no
// byte so far.
func (e *tcpEntry) unused() bool {
	t := e.traits[0] | e.traits[1]
	return t&(traitSYN|traitSYNACK|traitData) == traitSYN|traitSYNACK && e.client != unknownSide
}

// ended tells whether both sides, or one with a RST, ended the connection.
func (e *tcpEntry) ended() bool {
	return (e.traits[0]|e.traits[1])&traitRST != 0 || e.traits[0]&e.traits[1]&traitFIN != 0
}

// waitingPackets are packets of one direction whose verdict is that of the
// connection: how many, their IP total lengths, and where the first is.
type waitingPackets struct {
	packets, ipLength uint32
	time              int64
	ref               capture.Ref
}

// wait counts a packet whose verdict is that of the connection.
func (e *tcpEntry) wait(d *dissect.Datagram, dir int) {
	n := &e.waiting[dir]
	if n.packets == 0 {
		n.time, n.ref = d.Time, d.Ref
		if d.Fragments > 0 {
			n.time, n.ref = d.FirstTime, d.FirstRef
		}
	}
	n.packets += uint32(d.Packets)
	n.ipLength += uint32(d.IPLength)
}

// forgo takes the waiting packets out and returns how many there were.
func (e *tcpEntry) forgo() uint64 {
	n := uint64(e.waiting[0].packets) + uint64(e.waiting[1].packets)
	e.waiting = [2]waitingPackets{}
	return n
}

// start is the sequence number of the first byte of a direction, if its SYN was
// captured.
func (e *tcpEntry) start(dir int) (uint32, bool) {
	return e.isn[dir] + 1, e.traits[dir]&(traitSYN|traitSYNACK) != 0
}

// ends are the endpoints; segments of direction 0 go from the first to the
// second.
func (e *tcpEntry) ends() [2]netip.AddrPort {
	k := e.key
	return [2]netip.AddrPort{
		netip.AddrPortFrom(k.address(k.aHi, k.aLo), uint16(k.word>>16)),
		netip.AddrPortFrom(k.address(k.bHi, k.bLo), uint16(k.word)),
	}
}

func (k tuple) address(hi, lo uint64) netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], hi)
	binary.BigEndian.PutUint64(b[8:], lo)
	a := netip.AddrFrom16(b)
	if k.word&v6Word == 0 {
		a = a.Unmap()
	}
	return a
}

// server is the direction whose sender is the server: the one that was asked,
// or, if the SYN was not captured, the one with the lower port.
func (e *tcpEntry) server() int {
	switch {
	case e.client != unknownSide:
		return 1 - int(e.client)
	case uint16(e.key.word) < uint16(e.key.word>>16):
		return 1
	}
	return 0
}
