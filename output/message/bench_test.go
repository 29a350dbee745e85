package message

import (
	"encoding/binary"
	"io"
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// BenchmarkFlood lists IKE_SA_INIT requests of ever new initiators: each is
// remembered, and pushes another one out.
func BenchmarkFlood(b *testing.B) {
	m := message(ike.Header{InitiatorSPI: 1, Version: ike.Version{Major: 2}, ExchangeType: ike.ExchangeSAInit, Flags: ike.FlagInitiator},
		payload{ike.PayloadSA, saGCM}, payload{ike.PayloadKE, make([]byte, 100)}, payload{ike.PayloadNonce, make([]byte, 32)},
		payload{ike.PayloadNotify, ike.Notify{Type: 16388, Data: make([]byte, 20)}.Append(nil)},
		payload{ike.PayloadNotify, ike.Notify{Type: 16389, Data: make([]byte, 20)}.Append(nil)},
		payload{ike.PayloadVendorID, unhex("8299031757a36082c6a621de00000000")})
	for _, f := range []Format{FormatTable, FormatNDJSON} {
		b.Run(string(f), func(b *testing.B) {
			l := New(io.Discard, Options{Format: f})
			e := ikeEvent(1, m)
			b.ReportAllocs()
			b.SetBytes(int64(len(m)))
			for i := range b.N {
				binary.BigEndian.PutUint64(m, uint64(i)+1)
				if err := l.Event(e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
