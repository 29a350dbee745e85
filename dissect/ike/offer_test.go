package ike

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOffer(t *testing.T) {
	b := saInit()
	m := must[Message](t)(Parse(b, len(b)))
	want := []ProposalSummary{
		{
			Number: 1, Protocol: "IKE",
			Encryption:             []string{"AES_CBC_256", "CHACHA20_POLY1305"},
			Integrity:              []string{"HMAC_SHA2_256_128"},
			PRF:                    []string{"PRF_HMAC_SHA2_256"},
			KeyExchange:            []string{"CURVE_25519"},
			AdditionalKeyExchanges: [7][]string{{"ML_KEM_768"}},
		},
		{Number: 2, Protocol: "ESP", Encryption: []string{"AES_GCM_16_128"}, ESN: []string{"EXT_SEQ"}},
	}
	if d := cmp.Diff(want, Offer(&m)); d != "" {
		t.Error(d)
	}
}

func TestOfferV1(t *testing.T) {
	b := mainMode()
	m := must[Message](t)(Parse(b, len(b)))
	want := []ProposalSummary{
		{
			Number: 1, Protocol: "ISAKMP",
			Encryption: []string{"AES_CBC_256"}, Integrity: []string{"SHA2_256"}, KeyExchange: []string{"MODP_2048"},
			Authentication: []string{"XAUTH initiator PSK"}, LifetimeSeconds: 86400,
		},
		{
			Number: 1, Protocol: "ISAKMP",
			Encryption: []string{"3DES_CBC"}, Integrity: []string{"MD5"}, KeyExchange: []string{"EC2N_185"},
			Authentication: []string{"pre-shared key"}, LifetimeSeconds: 28800, LifetimeKilobytes: 4096,
		},
	}
	if d := cmp.Diff(want, Offer(&m)); d != "" {
		t.Error(d)
	}
}

// Of an offer that the capture cut, whole proposals count only.
func TestOfferTruncated(t *testing.T) {
	b := saInit()
	for n := HeaderLength; n < len(b); n++ {
		m := must[Message](t)(Parse(b[:n], len(b)))
		want := 0
		switch at := n - HeaderLength - genericLength; {
		case at >= len(saBody):
			want = 2
		case at >= 60:
			want = 1
		}
		if got := len(Offer(&m)); got != want {
			t.Fatalf("%d bytes: %d proposals, want %d", n, got, want)
		}
	}
}

func TestOfferOfNothing(t *testing.T) {
	for _, b := range [][]byte{auth(), quickMode(), chain} {
		m := must[Message](t)(Parse(b, len(b)))
		if got := Offer(&m); got != nil {
			t.Errorf("%+v", got)
		}
	}
}
