package ike

import "strings"

// tls takes the data of the methods that carry TLS: flags, the length of the
// whole where it is sent in pieces, then TLS records (RFC 5216 3, RFC 5281 9.1,
// RFC 4851 4.1, RFC 7170 4.1).
func (e EAP) tls(r *fieldReader) {
	b := r.take(1)
	if b == nil {
		return
	}
	const (
		lengthIncluded = 0x80
		moreFragments  = 0x40
		start          = 0x20
		outerTLV       = 0x10 // TEAP only
		versionMask    = 0x07
	)
	flags := b[0]
	r.add("flags", 1)
	for _, f := range []struct {
		bit  byte
		name string
	}{{lengthIncluded, "length included"}, {moreFragments, "more fragments"}, {start, "start"}} {
		if flags&f.bit != 0 {
			r.item(f.name)
		}
	}
	if e.Type == EAPTEAP && flags&outerTLV != 0 {
		r.item("outer TLV length included")
	}
	if e.Type != EAPTLS {
		r.item("version ").num(uint64(flags & versionMask))
	} else if flags&(lengthIncluded|moreFragments|start) == 0 {
		r.str("none")
	}
	if flags&lengthIncluded != 0 {
		r.uintN("TLS message length", 4)
	}
	if e.Type == EAPTEAP && flags&outerTLV != 0 {
		r.uintN("outer TLV length", 4)
	}
	switch {
	case r.bad || len(r.b) == 0:
	case flags&start != 0 && e.Type != EAPTLS: // authority ID and the like
		r.restOpaque("data")
	default:
		tls := r.rest()
		r.bytes("TLS data", tls).str(tlsText(tls))
	}
}

// tlsText outlines TLS records: the type of each, and of a handshake record in
// clear the type of its first message. A piece of a record that began in the
// message before shows as what it is: bytes.
func tlsText(b []byte) string {
	const (
		recordHead = 5
		handshake  = 22
		most       = 16
	)
	var all []string
	for rest := b; len(rest) > 0; {
		if len(rest) < recordHead || rest[0] < 20 || rest[0] > 24 || rest[1] != 3 || len(all) == most {
			all = append(all, itoa(len(rest))+" bytes")
			break
		}
		n := recordHead + int(bigEndian(rest[3:5]))
		name := tlsRecords[rest[0]-20]
		if rest[0] == handshake && len(rest) > recordHead {
			if h := tlsHandshakes[rest[recordHead]]; h != "" && !seen(all, tlsRecords[0]) {
				name = h
			}
		}
		all = append(all, name)
		rest = rest[min(n, len(rest)):]
	}
	return strings.Join(all, ", ")
}

// seen reports whether a list has a text.
func seen(all []string, text string) bool {
	for _, s := range all {
		if s == text {
			return true
		}
	}
	return false
}

// tlsRecords names record types from 20 on (RFC 8446 B.1, RFC 6520).
var tlsRecords = [5]string{"change cipher spec", "alert", "handshake", "application data", "heartbeat"}

// tlsHandshakes names messages of the handshake (RFC 8446 B.3, RFC 5246 A.4).
var tlsHandshakes = [256]string{
	0: "HelloRequest", 1: "ClientHello", 2: "ServerHello", 4: "NewSessionTicket", 8: "EncryptedExtensions",
	11: "Certificate", 12: "ServerKeyExchange", 13: "CertificateRequest", 14: "ServerHelloDone",
	15: "CertificateVerify", 16: "ClientKeyExchange", 20: "Finished", 22: "CertificateStatus",
}
