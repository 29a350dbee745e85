package ike

import (
	"encoding/binary"
	"errors"
	"runtime"
	"testing"
)

// pl is one payload of a message under construction.
type pl struct {
	t    PayloadType
	body []byte
}

// build makes a message of h and the payloads, with their types and the length
// filled in.
func build(h Header, payloads ...pl) []byte {
	var body []byte
	for i, p := range payloads {
		next := PayloadNone
		if i+1 < len(payloads) {
			next = payloads[i+1].t
		}
		body = AppendPayload(body, next, false, p.body)
	}
	if len(payloads) > 0 {
		h.NextPayload = payloads[0].t
	}
	if h.Version.Major == 0 {
		h.Version.Major = 2
	}
	h.Length = uint32(HeaderLength + len(body))
	return append(h.Append(nil), body...)
}

// saInit is an IKE_SA_INIT request.
func saInit() []byte {
	return build(Header{InitiatorSPI: 0x9702480b582147c9, ExchangeType: ExchangeSAInit, Flags: FlagInitiator},
		pl{PayloadSA, saBody},
		pl{PayloadKE, append([]byte{0, 19, 0, 0}, make([]byte, 64)...)},
		pl{PayloadNonce, make([]byte, 32)},
		pl{PayloadNotify, []byte{0, 0, 0x40, 0x2e}}, // IKEV2_FRAGMENTATION_SUPPORTED
	)
}

// auth is an IKE_AUTH request.
func auth() []byte {
	return build(Header{InitiatorSPI: 1, ResponderSPI: 2, ExchangeType: ExchangeAuth, Flags: FlagInitiator, MessageID: 1},
		pl{PayloadSK, make([]byte, 200)})
}

// mainMode is the first message of an IKEv1 main mode.
func mainMode() []byte {
	return build(Header{InitiatorSPI: 0xe8836b356b7c1bae, Version: Version{Major: 1}, ExchangeType: ExchangeV1Main},
		pl{PayloadV1SA, v1saBody},
		pl{PayloadV1VendorID, []byte("\xaf\xca\xd7\x13\x68\xa1\xf1\xc9\x6b\x86\x96\xfc\x77\x57\x01\x00")},
	)
}

// quickMode is an encrypted IKEv1 message.
func quickMode() []byte {
	b := Header{
		InitiatorSPI: 1, ResponderSPI: 2, NextPayload: PayloadV1Hash, Version: Version{Major: 1},
		ExchangeType: ExchangeV1Quick, Flags: FlagEncryption, MessageID: 15280522, Length: HeaderLength + 304,
	}
	return append(b.Append(nil), make([]byte, 304)...)
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// prefixesFail checks that parse refuses every strict prefix of body shorter
// than min bytes with a *SyntaxError, and does not panic on the longer ones.
func prefixesFail[T any](t *testing.T, body []byte, min int, parse func([]byte) (T, error)) {
	t.Helper()
	for n := range len(body) {
		_, err := parse(body[:n:n])
		var syntax *SyntaxError
		if n < min && !errors.As(err, &syntax) {
			t.Errorf("%d of %d bytes: error %v", n, len(body), err)
		}
		if syntax != nil && (syntax.Offset < 0 || syntax.Offset > n) {
			t.Errorf("%d of %d bytes: the error is said to be at byte %d", n, len(body), syntax.Offset)
		}
	}
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func noAllocs(t *testing.T, what string, f func()) {
	t.Helper()
	if n := testing.AllocsPerRun(100, f); n != 0 {
		t.Errorf("%s: %v allocations", what, n)
	}
}

func put16(b []byte, at int, v uint16) []byte {
	binary.BigEndian.PutUint16(b[at:], v)
	return b
}
