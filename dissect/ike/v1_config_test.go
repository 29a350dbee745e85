package ike

import "testing"

func TestV1Config(t *testing.T) {
	runV1Bodies(t, []bodyTest{
		{"mode config", PayloadV1Attributes, v1configBody, []string{
			"type: ISAKMP_CFG_REPLY (2)",
			"identifier: 4660",
			"INTERNAL_IP4_ADDRESS: 10.0.0.7",
			"INTERNAL_IP4_NETMASK: 255.255.255.0",
			"INTERNAL_IP4_DNS: 10.0.0.53",
			"INTERNAL_ADDRESS_EXPIRY: 3600 s",
			"APPLICATION_VERSION: test",
			"INTERNAL_IP6_ADDRESS: 2001:db8::1",
			"INTERNAL_IP4_SUBNET: 10.1.0.0/16",
			"SUPPORTED_ATTRIBUTES: INTERNAL_IP4_ADDRESS, INTERNAL_IP4_DNS",
			"INTERNAL_IP6_SUBNET: 2001:db8::/64",
			"UNITY_BANNER: Hi",
			"UNITY_SAVE_PASSWD: 1",
			"UNITY_SPLIT_INCLUDE: 2 networks",
			"  type: UNITY_SPLIT_INCLUDE (28676)",
			"  length: 28",
			"  network: 10.2.0.0/16",
			"  network: 10.3.0.0/24 TCP source port 0 destination port 80",
			"18944: 09",
		}, nil},
		{"XAUTH", PayloadV1Attributes, v1xauthBody, []string{
			"type: ISAKMP_CFG_REPLY (2)",
			"identifier: 1",
			"XAUTH_TYPE: Generic (0)",
			"XAUTH_USER_NAME: alice",
			"XAUTH_USER_PASSWORD: 6 bytes, not shown",
			"XAUTH_STATUS: OK (1)",
		}, nil},
		{"request", PayloadV1Attributes, []byte{1, 0, 0, 2, 0, 1, 0, 0, 0x40, 0x8a, 0, 0}, []string{
			"type: ISAKMP_CFG_REQUEST (1)", "identifier: 2", "INTERNAL_IP4_ADDRESS: empty", "XAUTH_USER_PASSWORD: empty",
		}, nil},
		{"other lengths than the types have", PayloadV1Attributes, []byte{
			3, 0, 0, 2,
			0, 1, 0, 3, 10, 0, 0, // an address of 3 bytes
			0, 13, 0, 4, 10, 0, 0, 0, // a subnet without a mask
			0, 13, 0, 8, 10, 0, 0, 0, 255, 0, 255, 0, // one with a mask that is none
			0, 14, 0, 3, 0, 1, 2, // supported attributes, odd
			0x70, 6, 0, 2, 1, 2, // a network of 2 bytes
		}, []string{
			"type: ISAKMP_CFG_SET (3)", "identifier: 2", "INTERNAL_IP4_ADDRESS: 0a0000", "INTERNAL_IP4_SUBNET: 0a000000",
			"INTERNAL_IP4_SUBNET: 10.0.0.0/255.0.255.0", "SUPPORTED_ATTRIBUTES: 000102", "UNITY_SPLIT_EXCLUDE: 0102",
		}, nil},
		{"broken", PayloadV1Attributes, []byte{4, 0, 0, 2, 0x80, 1, 0, 9, 0, 3, 0, 4, 10}, []string{
			"type: ISAKMP_CFG_ACK (4)", "identifier: 2", "INTERNAL_IP4_ADDRESS: 0009", "not read: 000300040a",
		}, []string{"error: attributes: attribute: length reaches beyond its container"}},
	})
	_, found := v1PayloadOf(PayloadV1Attributes, 100, []byte{1, 7, 0, 0})
	if len(found) != 1 || found[0] != (Finding{101, FindingWarning, "reserved byte is not zero"}) {
		t.Errorf("%v", found)
	}
}
