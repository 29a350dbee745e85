package ike

import (
	"bytes"
	"testing"
)

func TestV1GDOI(t *testing.T) {
	odd := bytes.Clone(v1gdoiBody[:12])
	odd[9] = 1 // an SA payload inside
	odd = append(odd, AppendPayload(nil, PayloadNone, false, v1gdoiBody)...)
	runV1Bodies(t, []bodyTest{
		{"SA", PayloadV1SA, v1gdoiBody, []string{
			"domain of interpretation: GDOI (2)",
			"situation: 0",
			"first payload: SAK",
			"SA KEK Payload:",
			"  next payload: GAP",
			"  length: 69",
			"  protocol: UDP",
			"  source: 192.0.2.1",
			"    type: ID_IPV4_ADDR (1)",
			"    port: any",
			"    length: 4",
			"    identification: 192.0.2.1",
			"  destination: 239.0.0.2 port 848",
			"    type: ID_IPV4_ADDR (1)",
			"    port: 848",
			"    length: 4",
			"    identification: 239.0.0.2",
			"  SPI: 0102030405060708 090a0b0c0d0e0f10",
			"  POP algorithm (reserved since RFC 6407): 0",
			"  POP key length (reserved since RFC 6407): 0",
			"  KEK_ALGORITHM: KEK_ALG_AES (3)",
			"  KEK_KEY_LENGTH: 128 bits",
			"  KEK_KEY_LIFETIME: 86400 s",
			"  SIG_HASH_ALGORITHM: SIG_HASH_SHA256 (3)",
			"  SIG_ALGORITHM: SIG_ALG_RSA (1)",
			"  SIG_KEY_LENGTH: 2048 bits",
			"Group Associated Policy:",
			"  next payload: SAT",
			"  length: 12",
			"  ACTIVATION_TIME_DELAY: 30 s",
			"  DEACTIVATION_TIME_DELAY: 60 s",
			"SA TEK Payload:",
			"  next payload: none",
			"  length: 39",
			"  protocol ID: GDOI_PROTO_IPSEC_ESP (1)",
			"  protocol: UDP",
			"  source: 192.0.2.0/24",
			"    type: ID_IPV4_ADDR_SUBNET (4)",
			"    port: any",
			"    length: 8",
			"    identification: 192.0.2.0/24",
			"  destination: 239.0.0.1 port 5000",
			"    type: ID_IPV4_ADDR (1)",
			"    port: 5000",
			"    length: 4",
			"    identification: 239.0.0.1",
			"  transform ID: ESP_AES-CBC (12)",
			"  SPI: deadbeef",
			"  Key Length: 128 bits",
			"  SA Direction: Symmetric (3)",
		}, nil},
		{"an SA inside", PayloadV1SA, odd, []string{
			"domain of interpretation: GDOI (2)", "situation: 0", "first payload: SA", "Security Association:", "  next payload: none", "  length: 136", "  body: " + opaqueText(v1gdoiBody),
		}, []string{"warning: payload SA inside an SA payload"}},
		{"key download", PayloadV1KeyDownload, v1kdBody, []string{
			"number of key packets: 2",
			"key packet: TEK (1)",
			"  type: TEK (1)",
			"  length: 17",
			"  SPI size: 4",
			"  SPI: deadbeef",
			"  TEK_ALGORITHM_KEY: 4 bytes, not shown",
			"key packet: SID (4)",
			"  type: SID (4)",
			"  length: 13",
			"  SPI size: 0",
			"  NUMBER_OF_SID_BITS: 8",
			"  SID_VALUE: 7",
		}, nil},
		{"sequence number", PayloadV1Sequence, []byte{0, 0, 1, 0}, []string{"sequence number: 256"}, nil},
		{"proof", PayloadV1Possession, []byte{1, 2, 3}, []string{"proof: 3 bytes"}, nil},
		{"SA TEK of another protocol", PayloadV1SATEK, []byte{200, 1, 2}, []string{"protocol ID: 200", "policy: 0102"}, nil},
		{"unknown attributes", PayloadV1GAP, []byte{0x80, 3, 0, 1, 0x80, 9, 0, 5}, []string{"SENDER_ID_REQUEST: 1", "9: 5"}, nil},
		{"broken attribute", PayloadV1GAP, []byte{0x80, 1, 0, 9, 0, 1, 0, 2, 7}, []string{"ACTIVATION_TIME_DELAY: 9 s", "not read: 0001000207"},
			[]string{"error: group associated policy: attribute: length reaches beyond its container"}},
	})
}

// The bytes of keys are nowhere in the tree.
func TestV1KeysAreNotShown(t *testing.T) {
	for kind, x := range map[PayloadType]struct {
		body   []byte
		secret string
	}{
		PayloadV1KeyDownload: {v1kdBody, "secr"},
		PayloadV1Attributes:  {v1xauthBody, "secret"},
	} {
		if !bytes.Contains(x.body, []byte(x.secret)) {
			t.Fatalf("type %d holds no secret", kind)
		}
		fields, _ := v1PayloadOf(kind, 32, x.body)
		var walk func([]node)
		walk = func(fields []node) {
			for _, f := range fields {
				if bytes.Contains(f.Bytes, []byte(x.secret)) || bytes.Contains([]byte(f.Value), []byte(x.secret)) {
					t.Errorf("type %d: %q shows the secret", kind, f.Name)
				}
				walk(f.Children)
			}
		}
		walk(fields)
	}
}

func TestV1KeyDownloadErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		at, off int
		v       byte
	}{
		"number of key packets": {1, 0, 3},
		"length too small":      {7, 6, 8},
		"length too large":      {7, 6, 100},
		"attribute":             {16, 13, 9},
	} {
		b := bytes.Clone(v1kdBody)
		b[tt.at] = tt.v
		_, err := ParseV1KeyDownload(b)
		if syntax, ok := err.(*SyntaxError); !ok || syntax.Offset != tt.off {
			t.Errorf("%s: %v, want byte %d", name, err, tt.off)
		}
	}
}
