package reassembly

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// Cisco's IPsec over TCP: each segment holds one datagram, IKE with its UDP
// header or ESP, and a trailer. It is no stream; the port is 10000 unless
// configured.
//
//	| 500 | 500 | length | checksum | IKE message ... | trailer |
//	| SPI | sequence | ...                            | trailer |
//
//	trailer: | 0 (4) | sequence (2) | direction (2) | magic (5) | protocol (1) | magic (2) |
//
// The low 12 bits of the direction are zero; the protocol is that of IP.
const (
	ciscoTrailer      = 16
	ciscoProtocolAt   = 13
	ciscoProtocolUDP  = 17
	ciscoProtocolESP  = 50
	ciscoUDPPorts     = portIKE<<16 | portIKE
	ciscoDirectionLow = 0x0fff
)

// ciscoBody returns the protocol that the trailer of p names and what lies in
// front of the trailer. The end of p must have been captured.
func ciscoBody(p []byte, n int) (protocol byte, body []byte) {
	if len(p) != n || n < ciscoTrailer+espHeaderLength {
		return 0, nil
	}
	body, t := p[:n-ciscoTrailer], p[n-ciscoTrailer:]
	if binary.BigEndian.Uint32(t) != 0 || binary.BigEndian.Uint16(t[6:])&ciscoDirectionLow != 0 {
		return 0, nil
	}
	return t[ciscoProtocolAt], body
}

// ciscoIKE returns the IKE message that a segment holds, or nil.
func ciscoIKE(p []byte, n int) []byte {
	protocol, b := ciscoBody(p, n)
	if protocol != ciscoProtocolUDP || len(b) < udpHeaderLength+ike.HeaderLength || binary.BigEndian.Uint32(b) != ciscoUDPPorts {
		return nil
	}
	b = b[udpHeaderLength:]
	if !ike.Plausible(b, len(b)) {
		return nil
	}
	return b
}

// ciscoESP returns the ESP packet that a segment could hold, or nil.
func ciscoESP(p []byte, n int) []byte {
	protocol, b := ciscoBody(p, n)
	if protocol != ciscoProtocolESP || !looksLikeESP(b, len(b), true) {
		return nil
	}
	return b
}

func ciscoShape(p []byte, n int) bool { return ciscoIKE(p, n) != nil || ciscoESP(p, n) != nil }

// isCisco tells whether segments are Cisco's: one of IKE is enough, ESP takes
// three of one SPI.
func (t *tcpConn) isCisco(list []segment) bool {
	s := &list[len(list)-1]
	if ciscoIKE(s.payload, s.wire) != nil {
		return true
	}
	b := ciscoESP(s.payload, s.wire)
	if b == nil {
		return false
	}
	same := 0
	for i := range list[:len(list)-1] {
		o := &list[i]
		if a := ciscoESP(o.payload, o.wire); o.dir == s.dir && a != nil && follows(a, b, smallStep) {
			same++
		}
	}
	return same >= 2
}

// cisco emits what a segment holds.
func (t *tcpConn) cisco(s *segment) {
	e := t.begin(s)
	e.Kind, e.Transport, e.Confidence = KindMessage, TransportCisco, ConfidenceHigh
	if b := ciscoIKE(s.payload, s.wire); b != nil {
		e.Message, e.Data = MessageIKE, b
		t.c.learnIKE(e.Src.Addr(), e.Dst.Addr(), binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:]))
	} else if b := ciscoESP(s.payload, s.wire); b != nil {
		e.setESP(b)
		side := &t.side[s.dir]
		if side.fake.add(e.SPI) {
			t.c.learnESP(e)
		}
	} else {
		return
	}
	e.Length = len(e.Data)
	t.side[s.dir].claim(e)
	t.emit()
}
