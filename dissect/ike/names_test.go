package ike

import "testing"

func TestNames(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{PayloadKE.String(), "Key Exchange"},
		{PayloadKE.Name(), "KE"},
		{PayloadSKF.Name(), "SKF"},
		{PayloadV1NATD.Name(), "NAT-D"},
		{PayloadV1NATDDraft.String(), "130"},
		{PayloadType(60).Name(), "60"},
		{ExchangeSAInit.Name(), "IKE_SA_INIT"},
		{ExchangeIntermediate.String(), "IKE_INTERMEDIATE"},
		{ExchangeV1Main.String(), "Identity Protection"},
		{ExchangeV1Main.Name(), "main mode"},
		{ExchangeV1Quick.Name(), "quick mode"},
		{ExchangeType(42).String(), "42"},
		{ExchangeType(250).Name(), "250"},
		{ProtocolESP.String(), "ESP"},
		{ProtocolID(200).String(), "200"},
		{V1ProtocolID(1).Name(), "ISAKMP"},
		{V1ProtocolID(1).String(), "PROTO_ISAKMP"},
		{V1ProtocolID(9).Name(), "9"},

		{NotifyNoProposalChosen.String(), "NO_PROPOSAL_CHOSEN"},
		{NotifyFragmentationSupported.Name(), "IKEV2_FRAGMENTATION_SUPPORTED"},
		// tshark 4.0 has other names for these two, those of 44 and 16439.
		{NotifyType(44).String(), "CHILD_SA_NOT_FOUND"},
		{NotifyType(46).String(), "AUTHORIZATION_FAILED"},
		{NotifyType(16439).String(), "IP4_ALLOWED"},
		{NotifyType(16440).String(), "IP6_ALLOWED"},
		{NotifyType(16443).String(), "SUPPORTED_AUTH_METHODS"},
		{NotifyType(40960).String(), "40960"},
		{NotifyType(0).String(), "0"},
		// IKEv1 has other types with the same numbers.
		{V1NotifyNoProposalChosen.String(), "NO-PROPOSAL-CHOSEN"},
		{V1NotifyType(17).String(), "INVALID-KEY-INFORMATION"},
		{V1NotifyType(16384).String(), "CONNECTED"},
		{V1NotifyInitialContact.Name(), "INITIAL-CONTACT"},
		{V1NotifyRUThereAck.Name(), "R-U-THERE-ACK"},
		{V1NotifyType(16388).String(), "16388"},

		{TransformEncryption.Name(), "ENCR"},
		{TransformAddKE7.Name(), "ADDKE7"},
		{TransformType(13).Name(), "13"},
		{TransformType(13).String(), "13"},
		{TransformAddKE1.String(), "Additional Key Exchange 1 (ADDKE1)"},
		{EncryptionName(20, 256), "AES_GCM_16_256"},
		{EncryptionName(3, 0), "3DES_CBC"},
		{EncryptionName(17, 128), "17_128"},
		{KEGroupName(14), "MODP_2048"},
		{KEGroupName(20), "ECP_384"},
		{KEGroupName(31), "CURVE_25519"},
		{KEGroupName(36), "ML_KEM_768"},
		{KEGroupName(3), "3"},
		{KEGroupName(0), "NONE"},
		{V1GroupName(3), "EC2N_155"},
		{V1GroupName(14), "MODP_2048"},
		{V1GroupName(99), "99"},
		{V1EncryptionName(7, 256), "AES_CBC_256"},
		{V1EncryptionName(65001, 0), "65001"},
		{V1HashName(2), "SHA1"},
		{V1HashName(4), "SHA2_256"},
		{V1AuthenticationName(1), "pre-shared key"},
		{V1AuthenticationName(3), "RSA signature"},
		{V1AuthenticationName(65001), "XAUTH initiator PSK"},
		{V1AuthenticationName(65006), "XAUTH responder RSA"},
		{V1AuthenticationName(64221), "hybrid initiator RSA"},
		{V1AuthenticationName(6), "6"},
		{V1AttributeLifeDuration.String(), "Life Duration"},
		{V1AttributeType(300).String(), "300"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
	for _, tt := range []struct {
		t           TransformType
		id          uint16
		name, short string
	}{
		{TransformEncryption, 12, "ENCR_AES_CBC", "AES_CBC"},
		{TransformPRF, 5, "PRF_HMAC_SHA2_256", "PRF_HMAC_SHA2_256"},
		{TransformIntegrity, 12, "AUTH_HMAC_SHA2_256_128", "HMAC_SHA2_256_128"},
		{TransformKeyExchange, 19, "256-bit random ECP group", "ECP_256"},
		{TransformAddKE1 + 2, 37, "ml-kem-1024", "ML_KEM_1024"},
		{TransformESN, 0, "No Extended Sequence Numbers", "NO_EXT_SEQ"},
		{99, 12, "12", "12"},
	} {
		if name, short := TransformName(tt.t, tt.id); name != tt.name || short != tt.short {
			t.Errorf("%v %d: %q, %q", tt.t, tt.id, name, short)
		}
	}
}

func TestNotifyIsError(t *testing.T) {
	for v, want := range map[uint16]bool{0: false, 1: true, 14: true, 8192: true, 16383: true, 16384: false, 40960: false} {
		if NotifyType(v).IsError() != want || V1NotifyType(v).IsError() != want {
			t.Errorf("%d: IsError is not %v", v, want)
		}
	}
}
