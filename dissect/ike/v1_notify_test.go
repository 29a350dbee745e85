package ike

import (
	"testing"
)

func TestV1NotifyFields(t *testing.T) {
	head := func(kind uint16, more ...byte) []byte {
		return append([]byte{0, 0, 0, 1, 1, 0, byte(kind >> 8), byte(kind)}, more...)
	}
	fields := func(kind string, more ...string) []string {
		return append([]string{"domain of interpretation: IPSEC (1)", "protocol: PROTO_ISAKMP (1)", "SPI size: 0", "type: " + kind}, more...)
	}
	runV1Bodies(t, []bodyTest{
		{"R-U-THERE", PayloadV1Notify, v1dpdBody, []string{
			"domain of interpretation: IPSEC (1)",
			"protocol: PROTO_ISAKMP (1)",
			"SPI size: 16",
			"type: R-U-THERE (36136)",
			"SPI: 0102030405060708 090a0b0c0d0e0f10",
			"sequence number: 4660",
		}, nil},
		{"RESPONDER-LIFETIME", PayloadV1Notify, v1lifetimeBody, []string{
			"domain of interpretation: IPSEC (1)",
			"protocol: PROTO_IPSEC_ESP (3)",
			"SPI size: 4",
			"type: RESPONDER-LIFETIME (24576)",
			"SPI: c0ffee01",
			"SA Life Type: kilobytes (2)",
			"SA Life Duration: 4608000 kB",
		}, nil},
		{"RESPONDER-LIFETIME of phase 1", PayloadV1Notify, head(24576, 0x80, 11, 0, 1, 0x80, 12, 0x0e, 0x10),
			fields("RESPONDER-LIFETIME (24576)", "Life Type: seconds (1)", "Life Duration: 3600 s"), nil},
		{"broken lifetime", PayloadV1Notify, head(24576, 0x80, 11, 0, 1, 0, 12, 0, 9),
			fields("RESPONDER-LIFETIME (24576)", "Life Type: seconds (1)", "not read: 000c0009"),
			[]string{"error: attribute: length reaches beyond its container"}},
		{"REPLAY-STATUS", PayloadV1Notify, head(24577, 0, 0, 0, 1), fields("REPLAY-STATUS (24577)", "replay detection: enabled"), nil},
		{"no REPLAY-STATUS", PayloadV1Notify, head(24577, 0, 0, 0, 0), fields("REPLAY-STATUS (24577)", "replay detection: disabled"), nil},
		{"INITIAL-CONTACT", PayloadV1Notify, head(24578), fields("INITIAL-CONTACT (24578)"), nil},
		{"INITIAL-CONTACT with data", PayloadV1Notify, head(24578, 1), fields("INITIAL-CONTACT (24578)", "data: 01"),
			[]string{"warning: INITIAL-CONTACT has data"}},
		{"load balancing", PayloadV1Notify, head(40501, 192, 0, 2, 9), fields("UNITY-LOAD-BALANCE (40501)", "gateway: 192.0.2.9"), nil},
		{"unknown", PayloadV1Notify, head(9000, 'm', 'o', 'o', 'n'), fields("9000", "data: moon"), nil},
		{"R-U-THERE without cookies", PayloadV1Notify, head(36137, 0, 0, 0, 9), fields("R-U-THERE-ACK (36137)", "sequence number: 9"),
			[]string{"warning: SPI of R-U-THERE-ACK is not both cookies"}},
		{"R-U-THERE too short", PayloadV1Notify, head(36136, 9), fields("R-U-THERE (36136)", "data: 09"),
			[]string{"warning: sequence number of R-U-THERE has not 4 bytes"}},
		{"SPI beyond", PayloadV1Notify, []byte{0, 0, 0, 1, 1, 4, 0, 14, 9},
			[]string{"body: 000000010104000e09"},
			[]string{"error: notification: SPI reaches beyond the payload"}},
	})
}

func TestV1NotifyData(t *testing.T) {
	dpd := must[V1Notify](t)(ParseV1Notify(v1dpdBody))
	if seq, ok := dpd.DPDSequence(); seq != 0x1234 || !ok {
		t.Errorf("%#x, %v", seq, ok)
	}
	if _, ok := dpd.ReplayStatus(); ok {
		t.Error("R-U-THERE has a replay status")
	}
	if a := dpd.Lifetimes(); a.Next() {
		t.Error("R-U-THERE has a lifetime")
	}
	lifetime := must[V1Notify](t)(ParseV1Notify(v1lifetimeBody))
	if _, ok := lifetime.DPDSequence(); ok {
		t.Error("RESPONDER-LIFETIME has a sequence number")
	}
	if a := lifetime.Lifetimes(); !a.Next() || a.Attribute().Type != 1 {
		t.Error("RESPONDER-LIFETIME has no life type")
	}
}

func TestV1DeleteFields(t *testing.T) {
	runV1Bodies(t, []bodyTest{
		{"ESP", PayloadV1Delete, v1deleteBody, []string{
			"domain of interpretation: IPSEC (1)",
			"protocol: PROTO_IPSEC_ESP (3)",
			"SPI size: 4",
			"number of SPIs: 2",
			"SPI: c0ffee01",
			"SPI: c0ffee02",
		}, nil},
		{"ISAKMP", PayloadV1Delete, []byte{0, 0, 0, 1, 1, 16, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, []string{
			"domain of interpretation: IPSEC (1)", "protocol: PROTO_ISAKMP (1)", "SPI size: 16", "number of SPIs: 1",
			"SPI: 0102030405060708 090a0b0c0d0e0f10",
		}, nil},
		{"more SPIs than there are", PayloadV1Delete, []byte{0, 0, 0, 1, 3, 4, 0, 3, 1, 2, 3, 4, 5}, []string{
			"domain of interpretation: IPSEC (1)", "protocol: PROTO_IPSEC_ESP (3)", "SPI size: 4", "number of SPIs: 3", "SPI: 01020304", "not read: 05",
		}, []string{"error: delete: SPIs do not fill the payload"}},
	})
}
