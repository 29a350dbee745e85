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
		{ExchangeType(42).String(), "GSA_INBAND_REKEY"},
		{ExchangeType(45).String(), "45"},
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
		{TransformType(13).Name(), "KWA"},
		{TransformType(15).Name(), "15"},
		{TransformType(15).String(), "15"},
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
		{TransformESN, 0, "32-bit Sequential Numbers", "NO_EXT_SEQ"},
		{TransformKeyWrap, 4, "KW_ARX", "KW_ARX"},
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

// Spot checks of the registries, by hand out of the documents named.
func TestRegistryNames(t *testing.T) {
	for _, tt := range []struct {
		ref   string
		names func(uint16) (name, short string)
		v     uint16
		want  string
		short string
	}{
		{"RFC 7296 3.5", namesIDTypes, 9, "ID_DER_ASN1_DN", "distinguished name"},
		{"RFC 7619 2.2", namesIDTypes, 13, "ID_NULL", "no identity"},
		{"RFC 7296 3.5: 4 is of IKEv1 alone", namesIDTypes, 4, "", ""},
		{"RFC 2407 4.6.2.1", namesV1IDTypes, 4, "ID_IPV4_ADDR_SUBNET", "IPv4 subnet"},
		{"RFC 7296 3.6", namesCertEncodings, 4, "X.509 Certificate - Signature", "X.509"},
		{"RFC 7296 3.6", namesCertEncodings, 5, "", ""},
		{"RFC 2408 3.9", namesV1CertEncodings, 5, "X.509 Certificate - Key Exchange", "X.509 key exchange"},
		{"RFC 7296 3.8", namesAuthMethods, 2, "Shared Key Message Integrity Code", "pre-shared key"},
		{"RFC 7427 3", namesAuthMethods, 14, "Digital Signature", "digital signature"},
		{"RFC 7296 3.13.1", namesTSTypes, 8, "TS_IPV6_ADDR_RANGE", "IPv6 range"},
		{"RFC 9478", namesTSTypes, 10, "TS_SECLABEL", "security label"},
		{"RFC 7296 3.15", namesCPTypes, 4, "CFG_ACK", "acknowledgement"},
		{"RFC 8598", namesCPAttributes, 25, "INTERNAL_DNS_DOMAIN", "INTERNAL_DNS_DOMAIN"},
		{"RFC 7296 3.15.1", namesCPAttributes, 9, "", ""},
		{"RFC 3748 5.7", namesEAPTypes, 254, "Expanded Type", "expanded"},
		{"RFC 5216", namesEAPTypes, 13, "EAP-TLS", "EAP-TLS"},
		{"RFC 3748 4", namesEAPCodes, 3, "Success", "success"},
		{"RFC 8420", namesHashAlgorithms, 5, "Identity", "Identity"},
		{"RFC 5685 12", namesGatewayIDTypes, 3, "FQDN of the VPN gateway", "FQDN"},
		{"RFC 5857 3.1.2", namesROHCAttributes, 5, "Maximum Reconstructed Reception Unit (MRRU)", "MRRU"},
		{"RFC 7296 2.22", namesIPCOMP, 2, "IPCOMP_DEFLATE", "DEFLATE"},
		{"RFC 6628", namesSecurePasswordMethods, 2, "AugPAKE", "AugPAKE"},
		{"RFC 8784 5.1", namesPPKIDTypes, 2, "PPK_ID_FIXED", "fixed"},
		{"RFC 2407 4.5", namesV1IPsecAttributes, 4, "Encapsulation Mode", "mode"},
		{"RFC 4304", namesV1IPsecAttributes, 11, "Extended (64-bit) Sequence Number", "extended sequence numbers"},
		{"RFC 2407 4.4.4", namesV1IPsecTransformsESP, 3, "ESP_3DES", "3DES_CBC"},
		{"RFC 3602", namesV1IPsecTransformsESP, 12, "ESP_AES-CBC", "AES_CBC"},
		{"RFC 4106 12", namesV1IPsecTransformsESP, 20, "ESP_AES-GCM_16", "AES_GCM_16"},
		{"RFC 2407 4.4.3", namesV1IPsecTransformsAH, 3, "AH_SHA", "SHA1"},
		{"RFC 2407 4.4.3: 0 and 1 are reserved", namesV1IPsecTransformsAH, 1, "", ""},
		{"RFC 2407 4.4.5", namesV1IPsecTransformsIPCOMP, 3, "IPCOMP_LZS", "LZS"},
		{"RFC 4868", namesV1AuthAlgorithms, 5, "HMAC-SHA2-256", "HMAC_SHA2_256"},
		{"RFC 3947 5.1", namesV1EncapModes, 3, "UDP-Encapsulated-Tunnel", "tunnel over UDP"},
		{"draft-ietf-ipsec-nat-t-ike-03", namesV1EncapModes, 61444, "UDP-Encapsulated-Transport (draft)", "transport over UDP (draft)"},
		{"draft-dukes-ike-mode-cfg-02", namesV1ModeConfigTypes, 3, "ISAKMP_CFG_SET", "set"},
		{"draft-beaulieu-ike-xauth-02", namesV1ModeConfigAttributes, 16522, "XAUTH_USER_PASSWORD", "XAUTH_USER_PASSWORD"},
		{"Cisco", namesV1ModeConfigAttributes, 28676, "UNITY_SPLIT_INCLUDE", "UNITY_SPLIT_INCLUDE"},
		{"draft-beaulieu-ike-xauth-02", namesV1XAUTHTypes, 1, "RADIUS-CHAP", "RADIUS-CHAP"},
		{"draft-beaulieu-ike-xauth-02", namesV1XAUTHStatus, 0, "Fail", "fail"},
		{"RFC 2409 appendix A", namesV1GroupTypes, 2, "ECP", "ECP"},
		{"RFC 2407 4.2", namesV1DOIs, 1, "IPSEC", "IPsec"},
		{"RFC 2407 4.4.2", namesV1ISAKMPTransforms, 1, "KEY_IKE", "IKE"},
		{"RFC 3168 9.2.1", namesV1ECNTunnel, 2, "Forbidden", "forbidden"},
		{"RFC 6407", namesV1AddressPreservation, 2, "Source-Only", "source only"},
		{"RFC 6407", namesV1SADirection, 3, "Symmetric", "symmetric"},
		{"RFC 2409 appendix A", namesV1LifeTypes, 2, "kilobytes", "kilobytes"},
		{"GM/T 0022", namesV1AsymmetricAlgorithms, 2, "SM2", "SM2"},
		{"RFC 7296 3.3.5", namesAttributes, 14, "Key Length (in bits)", "key length"},
	} {
		if name, short := tt.names(tt.v); name != tt.want || short != tt.short {
			t.Errorf("%s: %d is %q, %q; want %q, %q", tt.ref, tt.v, name, short, tt.want, tt.short)
		}
	}
}

// Private numbers have a name only where the version, or the sender, says whose
// they are.
func TestPrivateNames(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{PayloadV1NATDDraft.V1Name(), "NAT-D"},
		{PayloadV1NATOADraft.V1Name(), "NAT-OA"},
		{PayloadV1Fragment.V1Name(), "FRAG"},
		{PayloadV1Fragment.Name(), "132"},
		{PayloadV1KE.V1Name(), "KE"},
		{PayloadV1Attributes.V1Name(), "ATTR"},
		{ExchangeType(243).V1Name(), "AuthIP main mode"},
		{ExchangeType(243).Name(), "243"},
		{ExchangeType(250).V1Name(), "250"},
		{ExchangeV1Quick.V1Name(), "quick mode"},
		{NotifyType(41101).String(), "41101"},
		{V1GroupName(31), "CURVE_25519"},
		{V1GroupName(36), "36"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
	if name, owner := NotifyType(41101).Private(); name != "DEVICE_IDENTITY" || owner != "3GPP" {
		t.Errorf("41101 is %q of %q", name, owner)
	}
	if name, owner := NotifyNoProposalChosen.Private(); name != "" || owner != "" {
		t.Errorf("%q of %q for a type that is not private", name, owner)
	}
}
