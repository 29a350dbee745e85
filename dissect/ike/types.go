package ike

// PayloadType is the type of a payload. The two versions share the registry's
// number space without overlap below 128; values from 128 on are private.
type PayloadType uint8

// Payload types of IKEv2 (RFC 7296 3.2, RFC 7383, RFC 8019).
const (
	PayloadNone         PayloadType = 0
	PayloadSA           PayloadType = 33
	PayloadKE           PayloadType = 34
	PayloadIDi          PayloadType = 35
	PayloadIDr          PayloadType = 36
	PayloadCertificate  PayloadType = 37
	PayloadCertRequest  PayloadType = 38
	PayloadAuth         PayloadType = 39
	PayloadNonce        PayloadType = 40
	PayloadNotify       PayloadType = 41
	PayloadDelete       PayloadType = 42
	PayloadVendorID     PayloadType = 43
	PayloadTSi          PayloadType = 44
	PayloadTSr          PayloadType = 45
	PayloadSK           PayloadType = 46 // encrypted and authenticated
	PayloadConfig       PayloadType = 47
	PayloadEAP          PayloadType = 48
	PayloadGSPM         PayloadType = 49
	PayloadSKF          PayloadType = 53 // encrypted and authenticated fragment
	PayloadPuzzle       PayloadType = 54
	payloadLastAssigned PayloadType = PayloadPuzzle
)

// Payload types of IKEv1 (RFC 2408 3.1, RFC 3947 3.2 and 5.2). Those from 130
// on are of the drafts of NAT traversal and of message fragmentation, in the
// private range.
const (
	PayloadV1SA          PayloadType = 1
	PayloadV1Proposal    PayloadType = 2
	PayloadV1Transform   PayloadType = 3
	PayloadV1KE          PayloadType = 4
	PayloadV1ID          PayloadType = 5
	PayloadV1Certificate PayloadType = 6
	PayloadV1CertRequest PayloadType = 7
	PayloadV1Hash        PayloadType = 8
	PayloadV1Signature   PayloadType = 9
	PayloadV1Nonce       PayloadType = 10
	PayloadV1Notify      PayloadType = 11
	PayloadV1Delete      PayloadType = 12
	PayloadV1VendorID    PayloadType = 13
	PayloadV1Attributes  PayloadType = 14
	PayloadV1NATD        PayloadType = 20
	PayloadV1NATOA       PayloadType = 21
	PayloadV1NATDDraft   PayloadType = 130
	PayloadV1NATOADraft  PayloadType = 131
	PayloadV1Fragment    PayloadType = 132
)

// Encrypted reports whether the type is SK or SKF, whose bodies are encrypted.
func (t PayloadType) Encrypted() bool { return t == PayloadSK || t == PayloadSKF }

// ExchangeType is the type of an exchange. The versions use different ranges.
type ExchangeType uint8

// Exchange types of IKEv1 (RFC 2408 3.1, RFC 2409 appendix A, and mode config).
const (
	ExchangeV1Base          ExchangeType = 1
	ExchangeV1Main          ExchangeType = 2 // identity protection
	ExchangeV1AuthOnly      ExchangeType = 3
	ExchangeV1Aggressive    ExchangeType = 4
	ExchangeV1Informational ExchangeType = 5
	ExchangeV1Transaction   ExchangeType = 6 // mode config, XAUTH
	ExchangeV1Quick         ExchangeType = 32
	ExchangeV1NewGroup      ExchangeType = 33
)

// Exchange types of IKEv2.
const (
	ExchangeSAInit          ExchangeType = 34 // IKE_SA_INIT
	ExchangeAuth            ExchangeType = 35 // IKE_AUTH
	ExchangeCreateChildSA   ExchangeType = 36
	ExchangeInformational   ExchangeType = 37
	ExchangeSessionResume   ExchangeType = 38 // RFC 5723
	ExchangeGSAAuth         ExchangeType = 39 // RFC 9838, and the next three
	ExchangeGSARegistration ExchangeType = 40
	ExchangeGSARekey        ExchangeType = 41
	ExchangeGSAInbandRekey  ExchangeType = 42
	ExchangeIntermediate    ExchangeType = 43 // RFC 9242
	ExchangeFollowupKE      ExchangeType = 44 // RFC 9370
)

//go:generate go run ../../internal/iana/tables registry ike .
