package reassembly

import (
	"bytes"
	"encoding/binary"
)

// firstWords are what a side of a connection began with.
type firstWords uint8

const (
	saidNothing firstWords = iota
	saidOther
	saidClientHello
	saidServerHello
	saidTLS // another TLS record
	saidHTTP
	saidSSH
)

// saidBy tells what the first segment of a side begins with.
//
//	TLS (RFC 8446 5.1)  | type 20-23 | 03 | 00-04 | length (2) | handshake type
func saidBy(p []byte) firstWords {
	const (
		changeCipherSpec, handshake, applicationData = 20, 22, 23

		clientHello, serverHello = 1, 2

		maxRecord = 1<<14 + 2048
	)
	if len(p) >= 5 && p[0] >= changeCipherSpec && p[0] <= applicationData && p[1] == 3 && p[2] <= 4 &&
		binary.BigEndian.Uint16(p[3:]) <= maxRecord {
		if p[0] == handshake && len(p) > 5 {
			switch p[5] {
			case clientHello:
				return saidClientHello
			case serverHello:
				return saidServerHello
			}
		}
		return saidTLS
	}
	if bytes.HasPrefix(p, []byte("SSH-")) {
		return saidSSH
	}
	for _, m := range httpStarts {
		if len(p) > len(m) && string(p[:len(m)]) == m {
			return saidHTTP
		}
	}
	return saidOther
}

// httpStarts begin requests and answers of HTTP (RFC 9112 3 and 4, RFC 9113
// 3.4).
var httpStarts = [...]string{
	"GET ", "POST ", "HTTP/1.", "HEAD ", "PUT ", "OPTIONS ", "CONNECT ", "DELETE ", "PATCH ", "TRACE ", "PRI * HTTP/2",
}

// foreign is the protocol, if it is one that an event names.
func (s firstWords) foreign() (Foreign, bool) {
	switch s {
	case saidClientHello, saidServerHello, saidTLS:
		return ForeignTLS, true
	case saidHTTP:
		return ForeignHTTP, true
	case saidSSH:
		return ForeignSSH, true
	}
	return ForeignOther, false
}
