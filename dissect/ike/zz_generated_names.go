// Code generated from registry by internal/iana/tables. DO NOT EDIT.

package ike

// namesAttributes returns the names that registry/attributes.csv has for v, or empty strings.
func namesAttributes(v uint16) (name, short string) {
	switch v {
	case 14:
		return "Key Length (in bits)", "key length"
	case 18:
		return "Signature Algorithm Identifier", "signature algorithm"
	}
	return "", ""
}

// namesAuthMethods returns the names that registry/auth-methods.csv has for v, or empty strings.
func namesAuthMethods(v uint16) (name, short string) {
	switch v {
	case 1:
		return "RSA Digital Signature", "RSA signature"
	case 2:
		return "Shared Key Message Integrity Code", "pre-shared key"
	case 3:
		return "DSS Digital Signature", "DSS signature"
	case 9:
		return "ECDSA with SHA-256 on the P-256 curve", "ECDSA-256 signature"
	case 10:
		return "ECDSA with SHA-384 on the P-384 curve", "ECDSA-384 signature"
	case 11:
		return "ECDSA with SHA-512 on the P-521 curve", "ECDSA-521 signature"
	case 12:
		return "Generic Secure Password Authentication Method", "secure password"
	case 13:
		return "NULL Authentication", "no authentication"
	case 14:
		return "Digital Signature", "digital signature"
	}
	return "", ""
}

// namesCertEncodings returns the names that registry/cert-encodings.csv has for v, or empty strings.
func namesCertEncodings(v uint16) (name, short string) {
	switch v {
	case 1:
		return "PKCS #7 wrapped X.509 certificate", "PKCS #7"
	case 2:
		return "PGP Certificate", "PGP"
	case 3:
		return "DNS Signed Key", "DNS key"
	case 4:
		return "X.509 Certificate - Signature", "X.509"
	case 6:
		return "Kerberos Token", "Kerberos"
	case 7:
		return "Certificate Revocation List (CRL)", "CRL"
	case 8:
		return "Authority Revocation List (ARL)", "ARL"
	case 9:
		return "SPKI Certificate", "SPKI"
	case 10:
		return "X.509 Certificate - Attribute", "X.509 attribute"
	case 11:
		return "Raw RSA Key", "raw RSA key"
	case 12:
		return "Hash and URL of X.509 certificate", "hash and URL"
	case 13:
		return "Hash and URL of X.509 bundle", "hash and URL of bundle"
	case 14:
		return "OCSP Content", "OCSP"
	case 15:
		return "Raw Public Key", "raw public key"
	}
	return "", ""
}

// namesCPAttributes returns the names that registry/cp-attributes.csv has for v, or empty strings.
func namesCPAttributes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "INTERNAL_IP4_ADDRESS", "INTERNAL_IP4_ADDRESS"
	case 2:
		return "INTERNAL_IP4_NETMASK", "INTERNAL_IP4_NETMASK"
	case 3:
		return "INTERNAL_IP4_DNS", "INTERNAL_IP4_DNS"
	case 4:
		return "INTERNAL_IP4_NBNS", "INTERNAL_IP4_NBNS"
	case 5:
		return "INTERNAL_ADDRESS_EXPIRY", "INTERNAL_ADDRESS_EXPIRY"
	case 6:
		return "INTERNAL_IP4_DHCP", "INTERNAL_IP4_DHCP"
	case 7:
		return "APPLICATION_VERSION", "APPLICATION_VERSION"
	case 8:
		return "INTERNAL_IP6_ADDRESS", "INTERNAL_IP6_ADDRESS"
	case 10:
		return "INTERNAL_IP6_DNS", "INTERNAL_IP6_DNS"
	case 11:
		return "INTERNAL_IP6_NBNS", "INTERNAL_IP6_NBNS"
	case 12:
		return "INTERNAL_IP6_DHCP", "INTERNAL_IP6_DHCP"
	case 13:
		return "INTERNAL_IP4_SUBNET", "INTERNAL_IP4_SUBNET"
	case 14:
		return "SUPPORTED_ATTRIBUTES", "SUPPORTED_ATTRIBUTES"
	case 15:
		return "INTERNAL_IP6_SUBNET", "INTERNAL_IP6_SUBNET"
	case 16:
		return "MIP6_HOME_PREFIX", "MIP6_HOME_PREFIX"
	case 17:
		return "INTERNAL_IP6_LINK", "INTERNAL_IP6_LINK"
	case 18:
		return "INTERNAL_IP6_PREFIX", "INTERNAL_IP6_PREFIX"
	case 19:
		return "HOME_AGENT_ADDRESS", "HOME_AGENT_ADDRESS"
	case 20:
		return "P_CSCF_IP4_ADDRESS", "P_CSCF_IP4_ADDRESS"
	case 21:
		return "P_CSCF_IP6_ADDRESS", "P_CSCF_IP6_ADDRESS"
	case 22:
		return "FTT_KAT", "FTT_KAT"
	case 23:
		return "EXTERNAL_SOURCE_IP4_NAT_INFO", "EXTERNAL_SOURCE_IP4_NAT_INFO"
	case 24:
		return "TIMEOUT_PERIOD_FOR_LIVENESS_CHECK", "TIMEOUT_PERIOD_FOR_LIVENESS_CHECK"
	case 25:
		return "INTERNAL_DNS_DOMAIN", "INTERNAL_DNS_DOMAIN"
	case 26:
		return "INTERNAL_DNSSEC_TA", "INTERNAL_DNSSEC_TA"
	case 27:
		return "ENCDNS_IP4", "ENCDNS_IP4"
	case 28:
		return "ENCDNS_IP6", "ENCDNS_IP6"
	case 29:
		return "ENCDNS_DIGEST_INFO", "ENCDNS_DIGEST_INFO"
	}
	return "", ""
}

// namesCPTypes returns the names that registry/cp-types.csv has for v, or empty strings.
func namesCPTypes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "CFG_REQUEST", "request"
	case 2:
		return "CFG_REPLY", "reply"
	case 3:
		return "CFG_SET", "set"
	case 4:
		return "CFG_ACK", "acknowledgement"
	}
	return "", ""
}

// namesEAPCodes returns the names that registry/eap-codes.csv has for v, or empty strings.
func namesEAPCodes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "Request", "request"
	case 2:
		return "Response", "response"
	case 3:
		return "Success", "success"
	case 4:
		return "Failure", "failure"
	case 5:
		return "Initiate", "initiate"
	case 6:
		return "Finish", "finish"
	}
	return "", ""
}

// namesEAPTypes returns the names that registry/eap-types.csv has for v, or empty strings.
func namesEAPTypes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "Identity", "identity"
	case 2:
		return "Notification", "notification"
	case 3:
		return "Legacy Nak", "Nak"
	case 4:
		return "MD5-Challenge", "EAP-MD5"
	case 5:
		return "One-Time Password (OTP)", "EAP-OTP"
	case 6:
		return "Generic Token Card (GTC)", "EAP-GTC"
	case 9:
		return "RSA Public Key Authentication", "RSA Public Key Authentication"
	case 10:
		return "DSS Unilateral", "DSS Unilateral"
	case 11:
		return "KEA", "KEA"
	case 12:
		return "KEA-VALIDATE", "KEA-VALIDATE"
	case 13:
		return "EAP-TLS", "EAP-TLS"
	case 14:
		return "Defender Token (AXENT)", "Defender Token (AXENT)"
	case 15:
		return "RSA Security SecurID EAP", "RSA Security SecurID EAP"
	case 16:
		return "Arcot Systems EAP", "Arcot Systems EAP"
	case 17:
		return "EAP-Cisco Wireless", "LEAP"
	case 18:
		return "GSM Subscriber Identity Modules (EAP-SIM)", "EAP-SIM"
	case 19:
		return "SRP-SHA1", "SRP-SHA1"
	case 21:
		return "EAP-TTLS", "EAP-TTLS"
	case 22:
		return "Remote Access Service", "Remote Access Service"
	case 23:
		return "EAP-AKA Authentication", "EAP-AKA"
	case 24:
		return "EAP-3Com Wireless", "EAP-3Com Wireless"
	case 25:
		return "PEAP", "PEAP"
	case 26:
		return "MS-EAP-Authentication", "EAP-MSCHAPv2"
	case 27:
		return "Mutual Authentication w/Key Exchange (MAKE)", "MAKE"
	case 28:
		return "CRYPTOCard", "CRYPTOCard"
	case 29:
		return "EAP-MSCHAP-V2", "EAP-MSCHAP-V2"
	case 30:
		return "DynamID", "DynamID"
	case 31:
		return "Rob EAP", "Rob EAP"
	case 32:
		return "Protected One-Time Password", "EAP-POTP"
	case 33:
		return "MS-Authentication-TLV", "MS-Authentication-TLV"
	case 34:
		return "SentriNET", "SentriNET"
	case 35:
		return "EAP-Actiontec Wireless", "EAP-Actiontec Wireless"
	case 36:
		return "Cogent Systems Biometrics Authentication EAP", "Cogent Systems Biometrics Authentication EAP"
	case 37:
		return "AirFortress EAP", "AirFortress EAP"
	case 38:
		return "EAP-HTTP Digest", "EAP-HTTP Digest"
	case 39:
		return "SecureSuite EAP", "SecureSuite EAP"
	case 40:
		return "DeviceConnect EAP", "DeviceConnect EAP"
	case 41:
		return "EAP-SPEKE", "EAP-SPEKE"
	case 42:
		return "EAP-MOBAC", "EAP-MOBAC"
	case 43:
		return "EAP-FAST", "EAP-FAST"
	case 44:
		return "ZoneLabs EAP (ZLXEAP)", "ZLXEAP"
	case 45:
		return "EAP-Link", "EAP-Link"
	case 46:
		return "EAP-PAX", "EAP-PAX"
	case 47:
		return "EAP-PSK", "EAP-PSK"
	case 48:
		return "EAP-SAKE", "EAP-SAKE"
	case 49:
		return "EAP-IKEv2", "EAP-IKEv2"
	case 50:
		return "EAP-AKA'", "EAP-AKA'"
	case 51:
		return "EAP-GPSK", "EAP-GPSK"
	case 52:
		return "EAP-pwd", "EAP-pwd"
	case 53:
		return "EAP-EKE Version 1", "EAP-EKE"
	case 54:
		return "EAP Method Type for PT-EAP", "PT-EAP"
	case 55:
		return "TEAP", "TEAP"
	case 56:
		return "EAP-NOOB", "EAP-NOOB"
	case 254:
		return "Expanded Type", "expanded"
	case 255:
		return "Experimental", "experimental"
	}
	return "", ""
}

// namesEncryption returns the names that registry/encryption.csv has for v, or empty strings.
func namesEncryption(v uint16) (name, short string) {
	switch v {
	case 1:
		return "ENCR_DES_IV64", "DES_IV64"
	case 2:
		return "ENCR_DES", "DES_CBC"
	case 3:
		return "ENCR_3DES", "3DES_CBC"
	case 4:
		return "ENCR_RC5", "RC5_CBC"
	case 5:
		return "ENCR_IDEA", "IDEA_CBC"
	case 6:
		return "ENCR_CAST", "CAST_CBC"
	case 7:
		return "ENCR_BLOWFISH", "BLOWFISH_CBC"
	case 8:
		return "ENCR_3IDEA", "3IDEA"
	case 9:
		return "ENCR_DES_IV32", "DES_IV32"
	case 11:
		return "ENCR_NULL", "NULL"
	case 12:
		return "ENCR_AES_CBC", "AES_CBC"
	case 13:
		return "ENCR_AES_CTR", "AES_CTR"
	case 14:
		return "ENCR_AES_CCM_8", "AES_CCM_8"
	case 15:
		return "ENCR_AES_CCM_12", "AES_CCM_12"
	case 16:
		return "ENCR_AES_CCM_16", "AES_CCM_16"
	case 18:
		return "ENCR_AES_GCM_8", "AES_GCM_8"
	case 19:
		return "ENCR_AES_GCM_12", "AES_GCM_12"
	case 20:
		return "ENCR_AES_GCM_16", "AES_GCM_16"
	case 21:
		return "ENCR_NULL_AUTH_AES_GMAC", "NULL_AES_GMAC"
	case 23:
		return "ENCR_CAMELLIA_CBC", "CAMELLIA_CBC"
	case 24:
		return "ENCR_CAMELLIA_CTR", "CAMELLIA_CTR"
	case 25:
		return "ENCR_CAMELLIA_CCM_8", "CAMELLIA_CCM_8"
	case 26:
		return "ENCR_CAMELLIA_CCM_12", "CAMELLIA_CCM_12"
	case 27:
		return "ENCR_CAMELLIA_CCM_16", "CAMELLIA_CCM_16"
	case 28:
		return "ENCR_CHACHA20_POLY1305", "CHACHA20_POLY1305"
	case 29:
		return "ENCR_AES_CCM_8_IIV", "AES_CCM_8_IIV"
	case 30:
		return "ENCR_AES_GCM_16_IIV", "AES_GCM_16_IIV"
	case 31:
		return "ENCR_CHACHA20_POLY1305_IIV", "CHACHA20_POLY1305_IIV"
	case 32:
		return "ENCR_KUZNYECHIK_MGM_KTREE", "KUZNYECHIK_MGM_KTREE"
	case 33:
		return "ENCR_MAGMA_MGM_KTREE", "MAGMA_MGM_KTREE"
	case 34:
		return "ENCR_KUZNYECHIK_MGM_MAC_KTREE", "KUZNYECHIK_MGM_MAC_KTREE"
	case 35:
		return "ENCR_MAGMA_MGM_MAC_KTREE", "MAGMA_MGM_MAC_KTREE"
	}
	return "", ""
}

// namesESN returns the names that registry/esn.csv has for v, or empty strings.
func namesESN(v uint16) (name, short string) {
	switch v {
	case 0:
		return "32-bit Sequential Numbers", "NO_EXT_SEQ"
	case 1:
		return "Partially Transmitted 64-bit Sequential Numbers", "EXT_SEQ"
	case 2:
		return "32-bit Unspecified Numbers", "UNSPECIFIED_SEQ"
	}
	return "", ""
}

// namesExchangeTypes returns the names that registry/exchange-types.csv has for v, or empty strings.
func namesExchangeTypes(v uint16) (name, short string) {
	switch v {
	case 0:
		return "NONE", "none"
	case 1:
		return "Base", "base"
	case 2:
		return "Identity Protection", "main mode"
	case 3:
		return "Authentication Only", "authentication only"
	case 4:
		return "Aggressive", "aggressive mode"
	case 5:
		return "Informational", "informational"
	case 6:
		return "Transaction", "transaction"
	case 32:
		return "Quick Mode", "quick mode"
	case 33:
		return "New Group Mode", "new group mode"
	case 34:
		return "IKE_SA_INIT", "IKE_SA_INIT"
	case 35:
		return "IKE_AUTH", "IKE_AUTH"
	case 36:
		return "CREATE_CHILD_SA", "CREATE_CHILD_SA"
	case 37:
		return "INFORMATIONAL", "INFORMATIONAL"
	case 38:
		return "IKE_SESSION_RESUME", "IKE_SESSION_RESUME"
	case 39:
		return "GSA_AUTH", "GSA_AUTH"
	case 40:
		return "GSA_REGISTRATION", "GSA_REGISTRATION"
	case 41:
		return "GSA_REKEY", "GSA_REKEY"
	case 42:
		return "GSA_INBAND_REKEY", "GSA_INBAND_REKEY"
	case 43:
		return "IKE_INTERMEDIATE", "IKE_INTERMEDIATE"
	case 44:
		return "IKE_FOLLOWUP_KE", "IKE_FOLLOWUP_KE"
	}
	return "", ""
}

// namesGatewayIDTypes returns the names that registry/gateway-id-types.csv has for v, or empty strings.
func namesGatewayIDTypes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "IPv4 address of the VPN gateway", "IPv4 address"
	case 2:
		return "IPv6 address of the VPN gateway", "IPv6 address"
	case 3:
		return "FQDN of the VPN gateway", "FQDN"
	}
	return "", ""
}

// namesGroupAuthentication returns the names that registry/group-authentication.csv has for v, or empty strings.
func namesGroupAuthentication(v uint16) (name, short string) {
	switch v {
	case 1:
		return "Implicit", "implicit"
	case 2:
		return "Digital Signature", "digital signature"
	}
	return "", ""
}

// namesGroupKeyAttributes returns the names that registry/group-key-attributes.csv has for v, or empty strings.
func namesGroupKeyAttributes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "SA_KEY", "SA_KEY"
	}
	return "", ""
}

// namesGroupPolicyAttributes returns the names that registry/group-policy-attributes.csv has for v, or empty strings.
func namesGroupPolicyAttributes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "GWP_ATD", "GWP_ATD"
	case 2:
		return "GWP_DTD", "GWP_DTD"
	case 3:
		return "GWP_SENDER_ID_BITS", "GWP_SENDER_ID_BITS"
	}
	return "", ""
}

// namesGSAAttributes returns the names that registry/gsa-attributes.csv has for v, or empty strings.
func namesGSAAttributes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "GSA_KEY_LIFETIME", "GSA_KEY_LIFETIME"
	case 2:
		return "GSA_INITIAL_MESSAGE_ID", "GSA_INITIAL_MESSAGE_ID"
	case 3:
		return "GSA_NEXT_SPI", "GSA_NEXT_SPI"
	}
	return "", ""
}

// namesHashAlgorithms returns the names that registry/hash-algorithms.csv has for v, or empty strings.
func namesHashAlgorithms(v uint16) (name, short string) {
	switch v {
	case 1:
		return "SHA1", "SHA1"
	case 2:
		return "SHA2-256", "SHA2-256"
	case 3:
		return "SHA2-384", "SHA2-384"
	case 4:
		return "SHA2-512", "SHA2-512"
	case 5:
		return "Identity", "Identity"
	case 6:
		return "STREEBOG_256", "STREEBOG_256"
	case 7:
		return "STREEBOG_512", "STREEBOG_512"
	}
	return "", ""
}

// namesIDTypes returns the names that registry/id-types.csv has for v, or empty strings.
func namesIDTypes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "ID_IPV4_ADDR", "IPv4 address"
	case 2:
		return "ID_FQDN", "FQDN"
	case 3:
		return "ID_RFC822_ADDR", "mail address"
	case 5:
		return "ID_IPV6_ADDR", "IPv6 address"
	case 9:
		return "ID_DER_ASN1_DN", "distinguished name"
	case 10:
		return "ID_DER_ASN1_GN", "general name"
	case 11:
		return "ID_KEY_ID", "key ID"
	case 12:
		return "ID_FC_NAME", "Fibre Channel name"
	case 13:
		return "ID_NULL", "no identity"
	}
	return "", ""
}

// namesIntegrity returns the names that registry/integrity.csv has for v, or empty strings.
func namesIntegrity(v uint16) (name, short string) {
	switch v {
	case 0:
		return "NONE", "NONE"
	case 1:
		return "AUTH_HMAC_MD5_96", "HMAC_MD5_96"
	case 2:
		return "AUTH_HMAC_SHA1_96", "HMAC_SHA1_96"
	case 3:
		return "AUTH_DES_MAC", "DES_MAC"
	case 4:
		return "AUTH_KPDK_MD5", "KPDK_MD5"
	case 5:
		return "AUTH_AES_XCBC_96", "AES_XCBC_96"
	case 6:
		return "AUTH_HMAC_MD5_128", "HMAC_MD5_128"
	case 7:
		return "AUTH_HMAC_SHA1_160", "HMAC_SHA1_160"
	case 8:
		return "AUTH_AES_CMAC_96", "AES_CMAC_96"
	case 9:
		return "AUTH_AES_128_GMAC", "AES_128_GMAC"
	case 10:
		return "AUTH_AES_192_GMAC", "AES_192_GMAC"
	case 11:
		return "AUTH_AES_256_GMAC", "AES_256_GMAC"
	case 12:
		return "AUTH_HMAC_SHA2_256_128", "HMAC_SHA2_256_128"
	case 13:
		return "AUTH_HMAC_SHA2_384_192", "HMAC_SHA2_384_192"
	case 14:
		return "AUTH_HMAC_SHA2_512_256", "HMAC_SHA2_512_256"
	}
	return "", ""
}

// namesIPCOMP returns the names that registry/ipcomp.csv has for v, or empty strings.
func namesIPCOMP(v uint16) (name, short string) {
	switch v {
	case 1:
		return "IPCOMP_OUI", "OUI"
	case 2:
		return "IPCOMP_DEFLATE", "DEFLATE"
	case 3:
		return "IPCOMP_LZS", "LZS"
	case 4:
		return "IPCOMP_LZJH", "LZJH"
	}
	return "", ""
}

// namesKeyExchangeMethods returns the names that registry/key-exchange-methods.csv has for v, or empty strings.
func namesKeyExchangeMethods(v uint16) (name, short string) {
	switch v {
	case 0:
		return "NONE", "NONE"
	case 1:
		return "768-bit MODP Group", "MODP_768"
	case 2:
		return "1024-bit MODP Group", "MODP_1024"
	case 5:
		return "1536-bit MODP Group", "MODP_1536"
	case 14:
		return "2048-bit MODP Group", "MODP_2048"
	case 15:
		return "3072-bit MODP Group", "MODP_3072"
	case 16:
		return "4096-bit MODP Group", "MODP_4096"
	case 17:
		return "6144-bit MODP Group", "MODP_6144"
	case 18:
		return "8192-bit MODP Group", "MODP_8192"
	case 19:
		return "256-bit random ECP group", "ECP_256"
	case 20:
		return "384-bit random ECP group", "ECP_384"
	case 21:
		return "521-bit random ECP group", "ECP_521"
	case 22:
		return "1024-bit MODP Group with 160-bit Prime Order Subgroup", "MODP_1024_160"
	case 23:
		return "2048-bit MODP Group with 224-bit Prime Order Subgroup", "MODP_2048_224"
	case 24:
		return "2048-bit MODP Group with 256-bit Prime Order Subgroup", "MODP_2048_256"
	case 25:
		return "192-bit Random ECP Group", "ECP_192"
	case 26:
		return "224-bit Random ECP Group", "ECP_224"
	case 27:
		return "brainpoolP224r1", "ECP_224_BP"
	case 28:
		return "brainpoolP256r1", "ECP_256_BP"
	case 29:
		return "brainpoolP384r1", "ECP_384_BP"
	case 30:
		return "brainpoolP512r1", "ECP_512_BP"
	case 31:
		return "Curve25519", "CURVE_25519"
	case 32:
		return "Curve448", "CURVE_448"
	case 33:
		return "GOST3410_2012_256", "GOST3410_2012_256"
	case 34:
		return "GOST3410_2012_512", "GOST3410_2012_512"
	case 35:
		return "ml-kem-512", "ML_KEM_512"
	case 36:
		return "ml-kem-768", "ML_KEM_768"
	case 37:
		return "ml-kem-1024", "ML_KEM_1024"
	}
	return "", ""
}

// namesKeyWrap returns the names that registry/key-wrap.csv has for v, or empty strings.
func namesKeyWrap(v uint16) (name, short string) {
	switch v {
	case 1:
		return "KW_5649_128", "KW_5649_128"
	case 2:
		return "KW_5649_192", "KW_5649_192"
	case 3:
		return "KW_5649_256", "KW_5649_256"
	case 4:
		return "KW_ARX", "KW_ARX"
	}
	return "", ""
}

// namesMemberKeyAttributes returns the names that registry/member-key-attributes.csv has for v, or empty strings.
func namesMemberKeyAttributes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "WRAP_KEY", "WRAP_KEY"
	case 2:
		return "AUTH_KEY", "AUTH_KEY"
	case 3:
		return "GM_SENDER_ID", "GM_SENDER_ID"
	}
	return "", ""
}

// namesNotifyTypes returns the names that registry/notify-types.csv has for v, or empty strings.
func namesNotifyTypes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "UNSUPPORTED_CRITICAL_PAYLOAD", "UNSUPPORTED_CRITICAL_PAYLOAD"
	case 4:
		return "INVALID_IKE_SPI", "INVALID_IKE_SPI"
	case 5:
		return "INVALID_MAJOR_VERSION", "INVALID_MAJOR_VERSION"
	case 7:
		return "INVALID_SYNTAX", "INVALID_SYNTAX"
	case 9:
		return "INVALID_MESSAGE_ID", "INVALID_MESSAGE_ID"
	case 11:
		return "INVALID_SPI", "INVALID_SPI"
	case 14:
		return "NO_PROPOSAL_CHOSEN", "NO_PROPOSAL_CHOSEN"
	case 17:
		return "INVALID_KE_PAYLOAD", "INVALID_KE_PAYLOAD"
	case 24:
		return "AUTHENTICATION_FAILED", "AUTHENTICATION_FAILED"
	case 34:
		return "SINGLE_PAIR_REQUIRED", "SINGLE_PAIR_REQUIRED"
	case 35:
		return "NO_ADDITIONAL_SAS", "NO_ADDITIONAL_SAS"
	case 36:
		return "INTERNAL_ADDRESS_FAILURE", "INTERNAL_ADDRESS_FAILURE"
	case 37:
		return "FAILED_CP_REQUIRED", "FAILED_CP_REQUIRED"
	case 38:
		return "TS_UNACCEPTABLE", "TS_UNACCEPTABLE"
	case 39:
		return "INVALID_SELECTORS", "INVALID_SELECTORS"
	case 40:
		return "UNACCEPTABLE_ADDRESSES", "UNACCEPTABLE_ADDRESSES"
	case 41:
		return "UNEXPECTED_NAT_DETECTED", "UNEXPECTED_NAT_DETECTED"
	case 42:
		return "USE_ASSIGNED_HoA", "USE_ASSIGNED_HoA"
	case 43:
		return "TEMPORARY_FAILURE", "TEMPORARY_FAILURE"
	case 44:
		return "CHILD_SA_NOT_FOUND", "CHILD_SA_NOT_FOUND"
	case 45:
		return "INVALID_GROUP_ID", "INVALID_GROUP_ID"
	case 46:
		return "AUTHORIZATION_FAILED", "AUTHORIZATION_FAILED"
	case 47:
		return "STATE_NOT_FOUND", "STATE_NOT_FOUND"
	case 48:
		return "TS_MAX_QUEUE", "TS_MAX_QUEUE"
	case 49:
		return "REGISTRATION_FAILED", "REGISTRATION_FAILED"
	case 16384:
		return "INITIAL_CONTACT", "INITIAL_CONTACT"
	case 16385:
		return "SET_WINDOW_SIZE", "SET_WINDOW_SIZE"
	case 16386:
		return "ADDITIONAL_TS_POSSIBLE", "ADDITIONAL_TS_POSSIBLE"
	case 16387:
		return "IPCOMP_SUPPORTED", "IPCOMP_SUPPORTED"
	case 16388:
		return "NAT_DETECTION_SOURCE_IP", "NAT_DETECTION_SOURCE_IP"
	case 16389:
		return "NAT_DETECTION_DESTINATION_IP", "NAT_DETECTION_DESTINATION_IP"
	case 16390:
		return "COOKIE", "COOKIE"
	case 16391:
		return "USE_TRANSPORT_MODE", "USE_TRANSPORT_MODE"
	case 16392:
		return "HTTP_CERT_LOOKUP_SUPPORTED", "HTTP_CERT_LOOKUP_SUPPORTED"
	case 16393:
		return "REKEY_SA", "REKEY_SA"
	case 16394:
		return "ESP_TFC_PADDING_NOT_SUPPORTED", "ESP_TFC_PADDING_NOT_SUPPORTED"
	case 16395:
		return "NON_FIRST_FRAGMENTS_ALSO", "NON_FIRST_FRAGMENTS_ALSO"
	case 16396:
		return "MOBIKE_SUPPORTED", "MOBIKE_SUPPORTED"
	case 16397:
		return "ADDITIONAL_IP4_ADDRESS", "ADDITIONAL_IP4_ADDRESS"
	case 16398:
		return "ADDITIONAL_IP6_ADDRESS", "ADDITIONAL_IP6_ADDRESS"
	case 16399:
		return "NO_ADDITIONAL_ADDRESSES", "NO_ADDITIONAL_ADDRESSES"
	case 16400:
		return "UPDATE_SA_ADDRESSES", "UPDATE_SA_ADDRESSES"
	case 16401:
		return "COOKIE2", "COOKIE2"
	case 16402:
		return "NO_NATS_ALLOWED", "NO_NATS_ALLOWED"
	case 16403:
		return "AUTH_LIFETIME", "AUTH_LIFETIME"
	case 16404:
		return "MULTIPLE_AUTH_SUPPORTED", "MULTIPLE_AUTH_SUPPORTED"
	case 16405:
		return "ANOTHER_AUTH_FOLLOWS", "ANOTHER_AUTH_FOLLOWS"
	case 16406:
		return "REDIRECT_SUPPORTED", "REDIRECT_SUPPORTED"
	case 16407:
		return "REDIRECT", "REDIRECT"
	case 16408:
		return "REDIRECTED_FROM", "REDIRECTED_FROM"
	case 16409:
		return "TICKET_LT_OPAQUE", "TICKET_LT_OPAQUE"
	case 16410:
		return "TICKET_REQUEST", "TICKET_REQUEST"
	case 16411:
		return "TICKET_ACK", "TICKET_ACK"
	case 16412:
		return "TICKET_NACK", "TICKET_NACK"
	case 16413:
		return "TICKET_OPAQUE", "TICKET_OPAQUE"
	case 16414:
		return "LINK_ID", "LINK_ID"
	case 16415:
		return "USE_WESP_MODE", "USE_WESP_MODE"
	case 16416:
		return "ROHC_SUPPORTED", "ROHC_SUPPORTED"
	case 16417:
		return "EAP_ONLY_AUTHENTICATION", "EAP_ONLY_AUTHENTICATION"
	case 16418:
		return "CHILDLESS_IKEV2_SUPPORTED", "CHILDLESS_IKEV2_SUPPORTED"
	case 16419:
		return "QUICK_CRASH_DETECTION", "QUICK_CRASH_DETECTION"
	case 16420:
		return "IKEV2_MESSAGE_ID_SYNC_SUPPORTED", "IKEV2_MESSAGE_ID_SYNC_SUPPORTED"
	case 16421:
		return "IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED", "IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED"
	case 16422:
		return "IKEV2_MESSAGE_ID_SYNC", "IKEV2_MESSAGE_ID_SYNC"
	case 16423:
		return "IPSEC_REPLAY_COUNTER_SYNC", "IPSEC_REPLAY_COUNTER_SYNC"
	case 16424:
		return "SECURE_PASSWORD_METHODS", "SECURE_PASSWORD_METHODS"
	case 16425:
		return "PSK_PERSIST", "PSK_PERSIST"
	case 16426:
		return "PSK_CONFIRM", "PSK_CONFIRM"
	case 16427:
		return "ERX_SUPPORTED", "ERX_SUPPORTED"
	case 16428:
		return "IFOM_CAPABILITY", "IFOM_CAPABILITY"
	case 16429:
		return "GROUP_SENDER", "GROUP_SENDER"
	case 16430:
		return "IKEV2_FRAGMENTATION_SUPPORTED", "IKEV2_FRAGMENTATION_SUPPORTED"
	case 16431:
		return "SIGNATURE_HASH_ALGORITHMS", "SIGNATURE_HASH_ALGORITHMS"
	case 16432:
		return "CLONE_IKE_SA_SUPPORTED", "CLONE_IKE_SA_SUPPORTED"
	case 16433:
		return "CLONE_IKE_SA", "CLONE_IKE_SA"
	case 16434:
		return "PUZZLE", "PUZZLE"
	case 16435:
		return "USE_PPK", "USE_PPK"
	case 16436:
		return "PPK_IDENTITY", "PPK_IDENTITY"
	case 16437:
		return "NO_PPK_AUTH", "NO_PPK_AUTH"
	case 16438:
		return "INTERMEDIATE_EXCHANGE_SUPPORTED", "INTERMEDIATE_EXCHANGE_SUPPORTED"
	case 16439:
		return "IP4_ALLOWED", "IP4_ALLOWED"
	case 16440:
		return "IP6_ALLOWED", "IP6_ALLOWED"
	case 16441:
		return "ADDITIONAL_KEY_EXCHANGE", "ADDITIONAL_KEY_EXCHANGE"
	case 16442:
		return "USE_AGGFRAG", "USE_AGGFRAG"
	case 16443:
		return "SUPPORTED_AUTH_METHODS", "SUPPORTED_AUTH_METHODS"
	case 16444:
		return "SA_RESOURCE_INFO", "SA_RESOURCE_INFO"
	case 16445:
		return "USE_PPK_INT", "USE_PPK_INT"
	case 16446:
		return "PPK_IDENTITY_KEY", "PPK_IDENTITY_KEY"
	case 16447:
		return "IKE_SA_INIT_FULL_TRANSCRIPT_AUTH", "IKE_SA_INIT_FULL_TRANSCRIPT_AUTH"
	}
	return "", ""
}

// namesPayloadTypes returns the names that registry/payload-types.csv has for v, or empty strings.
func namesPayloadTypes(v uint16) (name, short string) {
	switch v {
	case 0:
		return "No Next Payload", "none"
	case 1:
		return "Security Association", "SA"
	case 2:
		return "Proposal", "P"
	case 3:
		return "Transform", "T"
	case 4:
		return "Key Exchange", "KE"
	case 5:
		return "Identification", "ID"
	case 6:
		return "Certificate", "CERT"
	case 7:
		return "Certificate Request", "CR"
	case 8:
		return "Hash", "HASH"
	case 9:
		return "Signature", "SIG"
	case 10:
		return "Nonce", "NONCE"
	case 11:
		return "Notification", "N"
	case 12:
		return "Delete", "D"
	case 13:
		return "Vendor ID", "VID"
	case 14:
		return "Attributes", "ATTR"
	case 15:
		return "SA KEK Payload", "SAK"
	case 16:
		return "SA TEK Payload", "SAT"
	case 17:
		return "Key Download", "KD"
	case 18:
		return "Sequence Number", "SEQ"
	case 19:
		return "Proof of Possession", "POP"
	case 20:
		return "NAT Discovery", "NAT-D"
	case 21:
		return "NAT Original Address", "NAT-OA"
	case 22:
		return "Group Associated Policy", "GAP"
	case 33:
		return "Security Association", "SA"
	case 34:
		return "Key Exchange", "KE"
	case 35:
		return "Identification - Initiator", "IDi"
	case 36:
		return "Identification - Responder", "IDr"
	case 37:
		return "Certificate", "CERT"
	case 38:
		return "Certificate Request", "CERTREQ"
	case 39:
		return "Authentication", "AUTH"
	case 40:
		return "Nonce", "Nonce"
	case 41:
		return "Notify", "N"
	case 42:
		return "Delete", "D"
	case 43:
		return "Vendor ID", "V"
	case 44:
		return "Traffic Selector - Initiator", "TSi"
	case 45:
		return "Traffic Selector - Responder", "TSr"
	case 46:
		return "Encrypted and Authenticated", "SK"
	case 47:
		return "Configuration", "CP"
	case 48:
		return "Extensible Authentication", "EAP"
	case 49:
		return "Generic Secure Password Method", "GSPM"
	case 50:
		return "Group Identification", "IDg"
	case 51:
		return "Group Security Association", "GSA"
	case 52:
		return "Key Download", "KD"
	case 53:
		return "Encrypted and Authenticated Fragment", "SKF"
	case 54:
		return "Puzzle Solution", "PS"
	}
	return "", ""
}

// namesPPKIDTypes returns the names that registry/ppk-id-types.csv has for v, or empty strings.
func namesPPKIDTypes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "PPK_ID_OPAQUE", "opaque"
	case 2:
		return "PPK_ID_FIXED", "fixed"
	}
	return "", ""
}

// namesPRF returns the names that registry/prf.csv has for v, or empty strings.
func namesPRF(v uint16) (name, short string) {
	switch v {
	case 1:
		return "PRF_HMAC_MD5", "PRF_HMAC_MD5"
	case 2:
		return "PRF_HMAC_SHA1", "PRF_HMAC_SHA1"
	case 3:
		return "PRF_HMAC_TIGER", "PRF_HMAC_TIGER"
	case 4:
		return "PRF_AES128_XCBC", "PRF_AES128_XCBC"
	case 5:
		return "PRF_HMAC_SHA2_256", "PRF_HMAC_SHA2_256"
	case 6:
		return "PRF_HMAC_SHA2_384", "PRF_HMAC_SHA2_384"
	case 7:
		return "PRF_HMAC_SHA2_512", "PRF_HMAC_SHA2_512"
	case 8:
		return "PRF_AES128_CMAC", "PRF_AES128_CMAC"
	case 9:
		return "PRF_HMAC_STREEBOG_512", "PRF_HMAC_STREEBOG_512"
	}
	return "", ""
}

// namesPrivateNotifyTypes returns the names that registry/private-notify-types.csv has for v, or empty strings.
func namesPrivateNotifyTypes(v uint16) (name, short string) {
	switch v {
	case 8192:
		return "PDN_CONNECTION_REJECTION or ME_CONNECT_FAILED", "3GPP or strongSwan"
	case 8193:
		return "MAX_CONNECTION_REACHED", "3GPP"
	case 8241:
		return "SEMANTIC_ERROR_IN_THE_TFT_OPERATION", "3GPP"
	case 8242:
		return "SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION", "3GPP"
	case 8244:
		return "SEMANTIC_ERRORS_IN_PACKET_FILTERS", "3GPP"
	case 8245:
		return "SYNTACTICAL_ERRORS_IN_PACKET_FILTERS", "3GPP"
	case 9000:
		return "NON_3GPP_ACCESS_TO_EPC_NOT_ALLOWED", "3GPP"
	case 9001:
		return "USER_UNKNOWN", "3GPP"
	case 9002:
		return "NO_APN_SUBSCRIPTION", "3GPP"
	case 9003:
		return "AUTHORIZATION_REJECTED", "3GPP"
	case 9006:
		return "ILLEGAL_ME", "3GPP"
	case 10500:
		return "NETWORK_FAILURE", "3GPP"
	case 11001:
		return "RAT_TYPE_NOT_ALLOWED", "3GPP"
	case 11005:
		return "IMEI_NOT_ACCEPTED", "3GPP"
	case 11011:
		return "PLMN_NOT_ALLOWED", "3GPP"
	case 11055:
		return "UNAUTHENTICATED_EMERGENCY_NOT_SUPPORTED", "3GPP"
	case 15500:
		return "CONGESTION", "3GPP"
	case 40961:
		return "REACTIVATION_REQUESTED_CAUSE or USE_BEET_MODE", "3GPP or strongSwan"
	case 40962:
		return "ME_MEDIATION", "strongSwan"
	case 40963:
		return "ME_ENDPOINT", "strongSwan"
	case 40964:
		return "ME_CALLBACK", "strongSwan"
	case 40965:
		return "ME_CONNECTID", "strongSwan"
	case 40966:
		return "ME_CONNECTKEY", "strongSwan"
	case 40967:
		return "ME_CONNECTAUTH", "strongSwan"
	case 40968:
		return "ME_RESPONSE", "strongSwan"
	case 40969:
		return "RADIUS_ATTRIBUTE", "strongSwan"
	case 41041:
		return "BACKOFF_TIMER", "3GPP"
	case 41050:
		return "PDN_TYPE_IPv4_ONLY_ALLOWED", "3GPP"
	case 41051:
		return "PDN_TYPE_IPv6_ONLY_ALLOWED", "3GPP"
	case 41101:
		return "DEVICE_IDENTITY", "3GPP"
	case 41112:
		return "EMERGENCY_SUPPORT", "3GPP"
	case 41134:
		return "EMERGENCY_CALL_NUMBERS", "3GPP"
	case 41288:
		return "NBIFOM_GENERIC_CONTAINER", "3GPP"
	case 41304:
		return "P_CSCF_RESELECTION_SUPPORT", "3GPP"
	case 41501:
		return "PTI", "3GPP"
	case 42011:
		return "IKEV2_MULTIPLE_BEARER_PDN_CONNECTIVITY", "3GPP"
	case 42014:
		return "EPS_QOS", "3GPP"
	case 42015:
		return "EXTENDED_EPS_QOS", "3GPP"
	case 42017:
		return "TFT", "3GPP"
	case 42020:
		return "MODIFIED_BEARER", "3GPP"
	case 42094:
		return "APN_AMBR", "3GPP"
	case 42095:
		return "EXTENDED_APN_AMBR", "3GPP"
	case 51015:
		return "N1_MODE_CAPABILITY", "3GPP"
	case 51115:
		return "N1_MODE_INFORMATION", "3GPP"
	case 55501:
		return "5G_QOS_INFO", "3GPP"
	case 55502:
		return "NAS_IP4_ADDRESS", "3GPP"
	case 55503:
		return "NAS_IP6_ADDRESS", "3GPP"
	case 55504:
		return "UP_IP4_ADDRESS", "3GPP"
	case 55505:
		return "UP_IP6_ADDRESS", "3GPP"
	case 55506:
		return "NAS_TCP_PORT", "3GPP"
	case 55507:
		return "N3GPP_BACKOFF_TIMER", "3GPP"
	case 61520:
		return "NETWORK_OVERLAY_ID", "Fortinet"
	}
	return "", ""
}

// namesProtocols returns the names that registry/protocols.csv has for v, or empty strings.
func namesProtocols(v uint16) (name, short string) {
	switch v {
	case 0:
		return "NONE", "none"
	case 1:
		return "IKE", "IKE"
	case 2:
		return "AH", "AH"
	case 3:
		return "ESP", "ESP"
	case 4:
		return "FC_ESP_HEADER", "FC_ESP_HEADER"
	case 5:
		return "FC_CT_AUTHENTICATION", "FC_CT_AUTHENTICATION"
	case 6:
		return "GIKE_UPDATE", "GIKE_UPDATE"
	}
	return "", ""
}

// namesROHCAttributes returns the names that registry/rohc-attributes.csv has for v, or empty strings.
func namesROHCAttributes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "Maximum Context Identifier (MAX_CID)", "MAX_CID"
	case 2:
		return "ROHC Profile (ROHC_PROFILE)", "ROHC_PROFILE"
	case 3:
		return "ROHC Integrity Algorithm (ROHC_INTEG)", "ROHC_INTEG"
	case 4:
		return "ROHC ICV Length in bytes (ROHC_ICV_LEN)", "ROHC_ICV_LEN"
	case 5:
		return "Maximum Reconstructed Reception Unit (MRRU)", "MRRU"
	}
	return "", ""
}

// namesSecurePasswordMethods returns the names that registry/secure-password-methods.csv has for v, or empty strings.
func namesSecurePasswordMethods(v uint16) (name, short string) {
	switch v {
	case 1:
		return "PACE", "PACE"
	case 2:
		return "AugPAKE", "AugPAKE"
	case 3:
		return "Secure PSK Authentication", "secure PSK"
	}
	return "", ""
}

// namesTransformTypes returns the names that registry/transform-types.csv has for v, or empty strings.
func namesTransformTypes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "Encryption Algorithm (ENCR)", "ENCR"
	case 2:
		return "Pseudo-random Function (PRF)", "PRF"
	case 3:
		return "Integrity Algorithm (INTEG)", "INTEG"
	case 4:
		return "Key Exchange Method (KE)", "KE"
	case 5:
		return "Sequence Numbers (SN)", "ESN"
	case 6:
		return "Additional Key Exchange 1 (ADDKE1)", "ADDKE1"
	case 7:
		return "Additional Key Exchange 2 (ADDKE2)", "ADDKE2"
	case 8:
		return "Additional Key Exchange 3 (ADDKE3)", "ADDKE3"
	case 9:
		return "Additional Key Exchange 4 (ADDKE4)", "ADDKE4"
	case 10:
		return "Additional Key Exchange 5 (ADDKE5)", "ADDKE5"
	case 11:
		return "Additional Key Exchange 6 (ADDKE6)", "ADDKE6"
	case 12:
		return "Additional Key Exchange 7 (ADDKE7)", "ADDKE7"
	case 13:
		return "Key Wrap Algorithm (KWA)", "KWA"
	case 14:
		return "Group Controller Authentication Method (GCAUTH)", "GCAUTH"
	}
	return "", ""
}

// namesTSTypes returns the names that registry/ts-types.csv has for v, or empty strings.
func namesTSTypes(v uint16) (name, short string) {
	switch v {
	case 7:
		return "TS_IPV4_ADDR_RANGE", "IPv4 range"
	case 8:
		return "TS_IPV6_ADDR_RANGE", "IPv6 range"
	case 9:
		return "TS_FC_ADDR_RANGE", "Fibre Channel range"
	case 10:
		return "TS_SECLABEL", "security label"
	}
	return "", ""
}

// namesV1AddressPreservation returns the names that registry/v1-address-preservation.csv has for v, or empty strings.
func namesV1AddressPreservation(v uint16) (name, short string) {
	switch v {
	case 1:
		return "None", "none"
	case 2:
		return "Source-Only", "source only"
	case 3:
		return "Destination-Only", "destination only"
	case 4:
		return "Source-and-Destination", "source and destination"
	}
	return "", ""
}

// namesV1AsymmetricAlgorithms returns the names that registry/v1-asymmetric-algorithms.csv has for v, or empty strings.
func namesV1AsymmetricAlgorithms(v uint16) (name, short string) {
	switch v {
	case 1:
		return "RSA", "RSA"
	case 2:
		return "SM2", "SM2"
	}
	return "", ""
}

// namesV1Attributes returns the names that registry/v1-attributes.csv has for v, or empty strings.
func namesV1Attributes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "Encryption Algorithm", "Encryption Algorithm"
	case 2:
		return "Hash Algorithm", "Hash Algorithm"
	case 3:
		return "Authentication Method", "Authentication Method"
	case 4:
		return "Group Description", "Group Description"
	case 5:
		return "Group Type", "Group Type"
	case 6:
		return "Group Prime/Irreducible Polynomial", "Group Prime/Irreducible Polynomial"
	case 7:
		return "Group Generator One", "Group Generator One"
	case 8:
		return "Group Generator Two", "Group Generator Two"
	case 9:
		return "Group Curve A", "Group Curve A"
	case 10:
		return "Group Curve B", "Group Curve B"
	case 11:
		return "Life Type", "Life Type"
	case 12:
		return "Life Duration", "Life Duration"
	case 13:
		return "PRF", "PRF"
	case 14:
		return "Key Length", "Key Length"
	case 15:
		return "Field Size", "Field Size"
	case 16:
		return "Group Order", "Group Order"
	case 17:
		return "Block Size", "Block Size"
	case 20:
		return "Asymmetric Cryptographic Algorithm Type", "Asymmetric Cryptographic Algorithm Type"
	}
	return "", ""
}

// namesV1AuthAlgorithms returns the names that registry/v1-auth-algorithms.csv has for v, or empty strings.
func namesV1AuthAlgorithms(v uint16) (name, short string) {
	switch v {
	case 1:
		return "HMAC-MD5", "HMAC_MD5"
	case 2:
		return "HMAC-SHA", "HMAC_SHA1"
	case 3:
		return "DES-MAC", "DES_MAC"
	case 4:
		return "KPDK", "KPDK"
	case 5:
		return "HMAC-SHA2-256", "HMAC_SHA2_256"
	case 6:
		return "HMAC-SHA2-384", "HMAC_SHA2_384"
	case 7:
		return "HMAC-SHA2-512", "HMAC_SHA2_512"
	case 8:
		return "HMAC-RIPEMD", "HMAC_RIPEMD"
	case 9:
		return "AES-XCBC-MAC", "AES_XCBC"
	case 10:
		return "SIG-RSA", "SIG_RSA"
	case 11:
		return "AES-128-GMAC", "AES_128_GMAC"
	case 12:
		return "AES-192-GMAC", "AES_192_GMAC"
	case 13:
		return "AES-256-GMAC", "AES_256_GMAC"
	}
	return "", ""
}

// namesV1Authentication returns the names that registry/v1-authentication.csv has for v, or empty strings.
func namesV1Authentication(v uint16) (name, short string) {
	switch v {
	case 1:
		return "Pre-shared key", "pre-shared key"
	case 2:
		return "DSS signatures", "DSS signature"
	case 3:
		return "RSA signatures", "RSA signature"
	case 4:
		return "Encryption with RSA", "RSA encryption"
	case 5:
		return "Revised encryption with RSA", "revised RSA encryption"
	case 9:
		return "ECDSA with SHA-256 on the P-256 curve", "ECDSA-256 signature"
	case 10:
		return "ECDSA with SHA-384 on the P-384 curve", "ECDSA-384 signature"
	case 11:
		return "ECDSA with SHA-512 on the P-521 curve", "ECDSA-521 signature"
	case 64221:
		return "HybridInitRSA", "hybrid initiator RSA"
	case 64222:
		return "HybridRespRSA", "hybrid responder RSA"
	case 64223:
		return "HybridInitDSS", "hybrid initiator DSS"
	case 64224:
		return "HybridRespDSS", "hybrid responder DSS"
	case 65001:
		return "XAUTHInitPreShared", "XAUTH initiator PSK"
	case 65002:
		return "XAUTHRespPreShared", "XAUTH responder PSK"
	case 65003:
		return "XAUTHInitDSS", "XAUTH initiator DSS"
	case 65004:
		return "XAUTHRespDSS", "XAUTH responder DSS"
	case 65005:
		return "XAUTHInitRSA", "XAUTH initiator RSA"
	case 65006:
		return "XAUTHRespRSA", "XAUTH responder RSA"
	case 65007:
		return "XAUTHInitRSAEncryption", "XAUTH initiator RSA encryption"
	case 65008:
		return "XAUTHRespRSAEncryption", "XAUTH responder RSA encryption"
	case 65009:
		return "XAUTHInitRSARevisedEncryption", "XAUTH initiator revised RSA encryption"
	case 65010:
		return "XAUTHRespRSARevisedEncryption", "XAUTH responder revised RSA encryption"
	}
	return "", ""
}

// namesV1CertEncodings returns the names that registry/v1-cert-encodings.csv has for v, or empty strings.
func namesV1CertEncodings(v uint16) (name, short string) {
	switch v {
	case 0:
		return "NONE", "none"
	case 1:
		return "PKCS #7 wrapped X.509 certificate", "PKCS #7"
	case 2:
		return "PGP Certificate", "PGP"
	case 3:
		return "DNS Signed Key", "DNS key"
	case 4:
		return "X.509 Certificate - Signature", "X.509"
	case 5:
		return "X.509 Certificate - Key Exchange", "X.509 key exchange"
	case 6:
		return "Kerberos Tokens", "Kerberos"
	case 7:
		return "Certificate Revocation List (CRL)", "CRL"
	case 8:
		return "Authority Revocation List (ARL)", "ARL"
	case 9:
		return "SPKI Certificate", "SPKI"
	case 10:
		return "X.509 Certificate - Attribute", "X.509 attribute"
	}
	return "", ""
}

// namesV1DOIs returns the names that registry/v1-dois.csv has for v, or empty strings.
func namesV1DOIs(v uint16) (name, short string) {
	switch v {
	case 0:
		return "ISAKMP", "ISAKMP"
	case 1:
		return "IPSEC", "IPsec"
	case 2:
		return "GDOI", "GDOI"
	}
	return "", ""
}

// namesV1ECNTunnel returns the names that registry/v1-ecn-tunnel.csv has for v, or empty strings.
func namesV1ECNTunnel(v uint16) (name, short string) {
	switch v {
	case 1:
		return "Allowed", "allowed"
	case 2:
		return "Forbidden", "forbidden"
	}
	return "", ""
}

// namesV1EncapModes returns the names that registry/v1-encap-modes.csv has for v, or empty strings.
func namesV1EncapModes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "Tunnel", "tunnel"
	case 2:
		return "Transport", "transport"
	case 3:
		return "UDP-Encapsulated-Tunnel", "tunnel over UDP"
	case 4:
		return "UDP-Encapsulated-Transport", "transport over UDP"
	case 61440:
		return "Check Point IPsec UDP Encapsulation", "Check Point tunnel over UDP"
	case 61443:
		return "UDP-Encapsulated-Tunnel (draft)", "tunnel over UDP (draft)"
	case 61444:
		return "UDP-Encapsulated-Transport (draft)", "transport over UDP (draft)"
	}
	return "", ""
}

// namesV1Encryption returns the names that registry/v1-encryption.csv has for v, or empty strings.
func namesV1Encryption(v uint16) (name, short string) {
	switch v {
	case 1:
		return "DES-CBC", "DES_CBC"
	case 2:
		return "IDEA-CBC", "IDEA_CBC"
	case 3:
		return "Blowfish-CBC", "BLOWFISH_CBC"
	case 4:
		return "RC5-R16-B64-CBC", "RC5_CBC"
	case 5:
		return "3DES-CBC", "3DES_CBC"
	case 6:
		return "CAST-CBC", "CAST_CBC"
	case 7:
		return "AES-CBC", "AES_CBC"
	case 8:
		return "CAMELLIA-CBC", "CAMELLIA_CBC"
	case 127:
		return "SM4-CBC (deprecated number)", "SM4_CBC"
	case 128:
		return "SM1-CBC", "SM1_CBC"
	case 129:
		return "SM4-CBC", "SM4_CBC"
	}
	return "", ""
}

// namesV1GroupTypes returns the names that registry/v1-group-types.csv has for v, or empty strings.
func namesV1GroupTypes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "MODP", "MODP"
	case 2:
		return "ECP", "ECP"
	case 3:
		return "EC2N", "EC2N"
	}
	return "", ""
}

// namesV1Groups returns the names that registry/v1-groups.csv has for v, or empty strings.
func namesV1Groups(v uint16) (name, short string) {
	switch v {
	case 3:
		return "EC2N group on GP[2^155]", "EC2N_155"
	case 4:
		return "EC2N group on GP[2^185]", "EC2N_185"
	case 6:
		return "EC2N group over GF[2^163]", "EC2N group over GF[2^163]"
	case 7:
		return "EC2N group over GF[2^163]", "EC2N group over GF[2^163]"
	case 8:
		return "EC2N group over GF[2^283]", "EC2N group over GF[2^283]"
	case 9:
		return "EC2N group over GF[2^283]", "EC2N group over GF[2^283]"
	case 10:
		return "EC2N group over GF[2^409]", "EC2N group over GF[2^409]"
	case 11:
		return "EC2N group over GF[2^409]", "EC2N group over GF[2^409]"
	case 12:
		return "EC2N group over GF[2^571]", "EC2N group over GF[2^571]"
	case 13:
		return "EC2N group over GF[2^571]", "EC2N group over GF[2^571]"
	}
	return "", ""
}

// namesV1Hash returns the names that registry/v1-hash.csv has for v, or empty strings.
func namesV1Hash(v uint16) (name, short string) {
	switch v {
	case 1:
		return "MD5", "MD5"
	case 2:
		return "SHA", "SHA1"
	case 3:
		return "Tiger", "TIGER"
	case 4:
		return "SHA2-256", "SHA2_256"
	case 5:
		return "SHA2-384", "SHA2_384"
	case 6:
		return "SHA2-512", "SHA2_512"
	case 20:
		return "SM3", "SM3"
	}
	return "", ""
}

// namesV1IDTypes returns the names that registry/v1-id-types.csv has for v, or empty strings.
func namesV1IDTypes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "ID_IPV4_ADDR", "IPv4 address"
	case 2:
		return "ID_FQDN", "FQDN"
	case 3:
		return "ID_USER_FQDN", "mail address"
	case 4:
		return "ID_IPV4_ADDR_SUBNET", "IPv4 subnet"
	case 5:
		return "ID_IPV6_ADDR", "IPv6 address"
	case 6:
		return "ID_IPV6_ADDR_SUBNET", "IPv6 subnet"
	case 7:
		return "ID_IPV4_ADDR_RANGE", "IPv4 range"
	case 8:
		return "ID_IPV6_ADDR_RANGE", "IPv6 range"
	case 9:
		return "ID_DER_ASN1_DN", "distinguished name"
	case 10:
		return "ID_DER_ASN1_GN", "general name"
	case 11:
		return "ID_KEY_ID", "key ID"
	case 12:
		return "ID_LIST", "list"
	}
	return "", ""
}

// namesV1IPsecAttributes returns the names that registry/v1-ipsec-attributes.csv has for v, or empty strings.
func namesV1IPsecAttributes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "SA Life Type", "life type"
	case 2:
		return "SA Life Duration", "life duration"
	case 3:
		return "Group Description", "group"
	case 4:
		return "Encapsulation Mode", "mode"
	case 5:
		return "Authentication Algorithm", "authentication"
	case 6:
		return "Key Length", "key length"
	case 7:
		return "Key Rounds", "key rounds"
	case 8:
		return "Compress Dictionary Size", "dictionary size"
	case 9:
		return "Compress Private Algorithm", "private compression"
	case 10:
		return "ECN Tunnel", "ECN tunnel"
	case 11:
		return "Extended (64-bit) Sequence Number", "extended sequence numbers"
	case 12:
		return "Authentication Key Length", "authentication key length"
	case 13:
		return "Signature Encoding Algorithm", "signature encoding"
	case 14:
		return "Address Preservation", "address preservation"
	case 15:
		return "SA Direction", "direction"
	}
	return "", ""
}

// namesV1IPsecTransformsAH returns the names that registry/v1-ipsec-transforms-ah.csv has for v, or empty strings.
func namesV1IPsecTransformsAH(v uint16) (name, short string) {
	switch v {
	case 2:
		return "AH_MD5", "MD5"
	case 3:
		return "AH_SHA", "SHA1"
	case 4:
		return "AH_DES", "DES_MAC"
	case 5:
		return "AH_SHA2-256", "SHA2_256"
	case 6:
		return "AH_SHA2-384", "SHA2_384"
	case 7:
		return "AH_SHA2-512", "SHA2_512"
	case 8:
		return "AH_RIPEMD", "RIPEMD"
	case 9:
		return "AH_AES-XCBC-MAC", "AES_XCBC"
	case 10:
		return "AH_RSA", "RSA"
	case 11:
		return "AH_AES-128-GMAC", "AES_128_GMAC"
	case 12:
		return "AH_AES-192-GMAC", "AES_192_GMAC"
	case 13:
		return "AH_AES-256-GMAC", "AES_256_GMAC"
	}
	return "", ""
}

// namesV1IPsecTransformsESP returns the names that registry/v1-ipsec-transforms-esp.csv has for v, or empty strings.
func namesV1IPsecTransformsESP(v uint16) (name, short string) {
	switch v {
	case 1:
		return "ESP_DES_IV64", "DES_IV64"
	case 2:
		return "ESP_DES", "DES_CBC"
	case 3:
		return "ESP_3DES", "3DES_CBC"
	case 4:
		return "ESP_RC5", "RC5_CBC"
	case 5:
		return "ESP_IDEA", "IDEA_CBC"
	case 6:
		return "ESP_CAST", "CAST_CBC"
	case 7:
		return "ESP_BLOWFISH", "BLOWFISH_CBC"
	case 8:
		return "ESP_3IDEA", "3IDEA"
	case 9:
		return "ESP_DES_IV32", "DES_IV32"
	case 10:
		return "ESP_RC4", "RC4"
	case 11:
		return "ESP_NULL", "NULL"
	case 12:
		return "ESP_AES-CBC", "AES_CBC"
	case 13:
		return "ESP_AES-CTR", "AES_CTR"
	case 14:
		return "ESP_AES-CCM_8", "AES_CCM_8"
	case 15:
		return "ESP_AES-CCM_12", "AES_CCM_12"
	case 16:
		return "ESP_AES-CCM_16", "AES_CCM_16"
	case 18:
		return "ESP_AES-GCM_8", "AES_GCM_8"
	case 19:
		return "ESP_AES-GCM_12", "AES_GCM_12"
	case 20:
		return "ESP_AES-GCM_16", "AES_GCM_16"
	case 21:
		return "ESP_SEED_CBC", "SEED_CBC"
	case 22:
		return "ESP_CAMELLIA", "CAMELLIA_CBC"
	case 23:
		return "ESP_NULL_AUTH_AES-GMAC", "NULL_AES_GMAC"
	}
	return "", ""
}

// namesV1IPsecTransformsIPCOMP returns the names that registry/v1-ipsec-transforms-ipcomp.csv has for v, or empty strings.
func namesV1IPsecTransformsIPCOMP(v uint16) (name, short string) {
	switch v {
	case 1:
		return "IPCOMP_OUI", "OUI"
	case 2:
		return "IPCOMP_DEFLATE", "DEFLATE"
	case 3:
		return "IPCOMP_LZS", "LZS"
	case 4:
		return "IPCOMP_LZJH", "LZJH"
	}
	return "", ""
}

// namesV1ISAKMPTransforms returns the names that registry/v1-isakmp-transforms.csv has for v, or empty strings.
func namesV1ISAKMPTransforms(v uint16) (name, short string) {
	switch v {
	case 1:
		return "KEY_IKE", "IKE"
	}
	return "", ""
}

// namesV1LifeTypes returns the names that registry/v1-life-types.csv has for v, or empty strings.
func namesV1LifeTypes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "seconds", "seconds"
	case 2:
		return "kilobytes", "kilobytes"
	}
	return "", ""
}

// namesV1ModeConfigAttributes returns the names that registry/v1-mode-config-attributes.csv has for v, or empty strings.
func namesV1ModeConfigAttributes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "INTERNAL_IP4_ADDRESS", "INTERNAL_IP4_ADDRESS"
	case 2:
		return "INTERNAL_IP4_NETMASK", "INTERNAL_IP4_NETMASK"
	case 3:
		return "INTERNAL_IP4_DNS", "INTERNAL_IP4_DNS"
	case 4:
		return "INTERNAL_IP4_NBNS", "INTERNAL_IP4_NBNS"
	case 5:
		return "INTERNAL_ADDRESS_EXPIRY", "INTERNAL_ADDRESS_EXPIRY"
	case 6:
		return "INTERNAL_IP4_DHCP", "INTERNAL_IP4_DHCP"
	case 7:
		return "APPLICATION_VERSION", "APPLICATION_VERSION"
	case 8:
		return "INTERNAL_IP6_ADDRESS", "INTERNAL_IP6_ADDRESS"
	case 9:
		return "INTERNAL_IP6_NETMASK", "INTERNAL_IP6_NETMASK"
	case 10:
		return "INTERNAL_IP6_DNS", "INTERNAL_IP6_DNS"
	case 11:
		return "INTERNAL_IP6_NBNS", "INTERNAL_IP6_NBNS"
	case 12:
		return "INTERNAL_IP6_DHCP", "INTERNAL_IP6_DHCP"
	case 13:
		return "INTERNAL_IP4_SUBNET", "INTERNAL_IP4_SUBNET"
	case 14:
		return "SUPPORTED_ATTRIBUTES", "SUPPORTED_ATTRIBUTES"
	case 15:
		return "INTERNAL_IP6_SUBNET", "INTERNAL_IP6_SUBNET"
	case 16387:
		return "CHKPT_DEF_DOMAIN", "CHKPT_DEF_DOMAIN"
	case 16388:
		return "CHKPT_MAC_ADDRESS", "CHKPT_MAC_ADDRESS"
	case 16389:
		return "CHKPT_MARCIPAN_REASON_CODE", "CHKPT_MARCIPAN_REASON_CODE"
	case 16520:
		return "XAUTH_TYPE", "XAUTH_TYPE"
	case 16521:
		return "XAUTH_USER_NAME", "XAUTH_USER_NAME"
	case 16522:
		return "XAUTH_USER_PASSWORD", "XAUTH_USER_PASSWORD"
	case 16523:
		return "XAUTH_PASSCODE", "XAUTH_PASSCODE"
	case 16524:
		return "XAUTH_MESSAGE", "XAUTH_MESSAGE"
	case 16525:
		return "XAUTH_CHALLENGE", "XAUTH_CHALLENGE"
	case 16526:
		return "XAUTH_DOMAIN", "XAUTH_DOMAIN"
	case 16527:
		return "XAUTH_STATUS", "XAUTH_STATUS"
	case 16528:
		return "XAUTH_NEXT_PIN", "XAUTH_NEXT_PIN"
	case 16529:
		return "XAUTH_ANSWER", "XAUTH_ANSWER"
	case 28672:
		return "UNITY_BANNER", "UNITY_BANNER"
	case 28673:
		return "UNITY_SAVE_PASSWD", "UNITY_SAVE_PASSWD"
	case 28674:
		return "UNITY_DEF_DOMAIN", "UNITY_DEF_DOMAIN"
	case 28675:
		return "UNITY_SPLIT_DOMAIN", "UNITY_SPLIT_DOMAIN"
	case 28676:
		return "UNITY_SPLIT_INCLUDE", "UNITY_SPLIT_INCLUDE"
	case 28677:
		return "UNITY_NATT_PORT", "UNITY_NATT_PORT"
	case 28678:
		return "UNITY_SPLIT_EXCLUDE", "UNITY_SPLIT_EXCLUDE"
	case 28679:
		return "UNITY_PFS", "UNITY_PFS"
	case 28680:
		return "UNITY_FW_TYPE", "UNITY_FW_TYPE"
	case 28681:
		return "UNITY_BACKUP_SERVERS", "UNITY_BACKUP_SERVERS"
	case 28682:
		return "UNITY_DDNS_HOSTNAME", "UNITY_DDNS_HOSTNAME"
	}
	return "", ""
}

// namesV1ModeConfigTypes returns the names that registry/v1-mode-config-types.csv has for v, or empty strings.
func namesV1ModeConfigTypes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "ISAKMP_CFG_REQUEST", "request"
	case 2:
		return "ISAKMP_CFG_REPLY", "reply"
	case 3:
		return "ISAKMP_CFG_SET", "set"
	case 4:
		return "ISAKMP_CFG_ACK", "acknowledgement"
	}
	return "", ""
}

// namesV1NotifyTypes returns the names that registry/v1-notify-types.csv has for v, or empty strings.
func namesV1NotifyTypes(v uint16) (name, short string) {
	switch v {
	case 1:
		return "INVALID-PAYLOAD-TYPE", "INVALID-PAYLOAD-TYPE"
	case 2:
		return "DOI-NOT-SUPPORTED", "DOI-NOT-SUPPORTED"
	case 3:
		return "SITUATION-NOT-SUPPORTED", "SITUATION-NOT-SUPPORTED"
	case 4:
		return "INVALID-COOKIE", "INVALID-COOKIE"
	case 5:
		return "INVALID-MAJOR-VERSION", "INVALID-MAJOR-VERSION"
	case 6:
		return "INVALID-MINOR-VERSION", "INVALID-MINOR-VERSION"
	case 7:
		return "INVALID-EXCHANGE-TYPE", "INVALID-EXCHANGE-TYPE"
	case 8:
		return "INVALID-FLAGS", "INVALID-FLAGS"
	case 9:
		return "INVALID-MESSAGE-ID", "INVALID-MESSAGE-ID"
	case 10:
		return "INVALID-PROTOCOL-ID", "INVALID-PROTOCOL-ID"
	case 11:
		return "INVALID-SPI", "INVALID-SPI"
	case 12:
		return "INVALID-TRANSFORM-ID", "INVALID-TRANSFORM-ID"
	case 13:
		return "ATTRIBUTES-NOT-SUPPORTED", "ATTRIBUTES-NOT-SUPPORTED"
	case 14:
		return "NO-PROPOSAL-CHOSEN", "NO-PROPOSAL-CHOSEN"
	case 15:
		return "BAD-PROPOSAL-SYNTAX", "BAD-PROPOSAL-SYNTAX"
	case 16:
		return "PAYLOAD-MALFORMED", "PAYLOAD-MALFORMED"
	case 17:
		return "INVALID-KEY-INFORMATION", "INVALID-KEY-INFORMATION"
	case 18:
		return "INVALID-ID-INFORMATION", "INVALID-ID-INFORMATION"
	case 19:
		return "INVALID-CERT-ENCODING", "INVALID-CERT-ENCODING"
	case 20:
		return "INVALID-CERTIFICATE", "INVALID-CERTIFICATE"
	case 21:
		return "CERT-TYPE-UNSUPPORTED", "CERT-TYPE-UNSUPPORTED"
	case 22:
		return "INVALID-CERT-AUTHORITY", "INVALID-CERT-AUTHORITY"
	case 23:
		return "INVALID-HASH-INFORMATION", "INVALID-HASH-INFORMATION"
	case 24:
		return "AUTHENTICATION-FAILED", "AUTHENTICATION-FAILED"
	case 25:
		return "INVALID-SIGNATURE", "INVALID-SIGNATURE"
	case 26:
		return "ADDRESS-NOTIFICATION", "ADDRESS-NOTIFICATION"
	case 27:
		return "NOTIFY-SA-LIFETIME", "NOTIFY-SA-LIFETIME"
	case 28:
		return "CERTIFICATE-UNAVAILABLE", "CERTIFICATE-UNAVAILABLE"
	case 29:
		return "UNSUPPORTED-EXCHANGE-TYPE", "UNSUPPORTED-EXCHANGE-TYPE"
	case 30:
		return "UNEQUAL-PAYLOAD-LENGTHS", "UNEQUAL-PAYLOAD-LENGTHS"
	case 16384:
		return "CONNECTED", "CONNECTED"
	case 24576:
		return "RESPONDER-LIFETIME", "RESPONDER-LIFETIME"
	case 24577:
		return "REPLAY-STATUS", "REPLAY-STATUS"
	case 24578:
		return "INITIAL-CONTACT", "INITIAL-CONTACT"
	case 36136:
		return "R-U-THERE", "R-U-THERE"
	case 36137:
		return "R-U-THERE-ACK", "R-U-THERE-ACK"
	case 40501:
		return "UNITY-LOAD-BALANCE", "UNITY-LOAD-BALANCE"
	case 40503:
		return "UNITY-GROUP-HASH", "UNITY-GROUP-HASH"
	}
	return "", ""
}

// namesV1PrivateExchangeTypes returns the names that registry/v1-private-exchange-types.csv has for v, or empty strings.
func namesV1PrivateExchangeTypes(v uint16) (name, short string) {
	switch v {
	case 243:
		return "AuthIP Main Mode", "AuthIP main mode"
	case 244:
		return "AuthIP Quick Mode", "AuthIP quick mode"
	case 245:
		return "AuthIP Extended Mode", "AuthIP extended mode"
	}
	return "", ""
}

// namesV1PrivatePayloadTypes returns the names that registry/v1-private-payload-types.csv has for v, or empty strings.
func namesV1PrivatePayloadTypes(v uint16) (name, short string) {
	switch v {
	case 130:
		return "NAT Discovery (draft)", "NAT-D"
	case 131:
		return "NAT Original Address (draft)", "NAT-OA"
	case 132:
		return "Fragment", "FRAG"
	}
	return "", ""
}

// namesV1Protocols returns the names that registry/v1-protocols.csv has for v, or empty strings.
func namesV1Protocols(v uint16) (name, short string) {
	switch v {
	case 1:
		return "PROTO_ISAKMP", "ISAKMP"
	case 2:
		return "PROTO_IPSEC_AH", "AH"
	case 3:
		return "PROTO_IPSEC_ESP", "ESP"
	case 4:
		return "PROTO_IPCOMP", "IPCOMP"
	case 5:
		return "PROTO_GIGABEAM_RADIO", "GigaBeam radio"
	}
	return "", ""
}

// namesV1SADirection returns the names that registry/v1-sa-direction.csv has for v, or empty strings.
func namesV1SADirection(v uint16) (name, short string) {
	switch v {
	case 1:
		return "Sender-Only", "sender only"
	case 2:
		return "Receiver-Only", "receiver only"
	case 3:
		return "Symmetric", "symmetric"
	}
	return "", ""
}

// namesV1XAUTHStatus returns the names that registry/v1-xauth-status.csv has for v, or empty strings.
func namesV1XAUTHStatus(v uint16) (name, short string) {
	switch v {
	case 0:
		return "Fail", "fail"
	case 1:
		return "OK", "ok"
	}
	return "", ""
}

// namesV1XAUTHTypes returns the names that registry/v1-xauth-types.csv has for v, or empty strings.
func namesV1XAUTHTypes(v uint16) (name, short string) {
	switch v {
	case 0:
		return "Generic", "generic"
	case 1:
		return "RADIUS-CHAP", "RADIUS-CHAP"
	case 2:
		return "OTP", "OTP"
	case 3:
		return "S/KEY", "S/KEY"
	}
	return "", ""
}
