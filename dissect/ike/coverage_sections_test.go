package ike

import (
	"fmt"
	"strings"
)

type section struct {
	title string
	file  string
	// decodes dumps what the package says of a value's content, given as data.
	// What it dumps for a number that nobody has assigned is what it says
	// without knowing the content. It is nil for values that have no content: a
	// number that stands for an algorithm or a method is all there is.
	decodes func(v uint16, data []byte) string
	// from and to bound the values that belong here; to is 0 for all.
	from, to uint16
}

var sections = []section{
	{"Exchange types", "exchange-types", nil, 0, 0},
	{"Exchange types of AuthIP (IKEv1, private)", "v1-private-exchange-types", nil, 0, 0},
	{"Payloads of IKEv2", "payload-types", v2PayloadText, 33, 127},
	{"Payloads of IKEv1", "payload-types", v1PayloadText, 1, 32},
	{"Payloads of IKEv1 with private numbers", "v1-private-payload-types", v1PayloadText, 0, 0},
	{"Notify types of IKEv2", "notify-types", v2NotifyText, 0, 0},
	{"Notify types of IKEv2 for private use", "private-notify-types", v2NotifyText, 0, 0},
	{"Notify types of IKEv1", "v1-notify-types", v1NotifyText, 0, 0},
	{"Transform types", "transform-types", nil, 0, 0},
	{"Transforms: encryption", "encryption", nil, 0, 0},
	{"Transforms: pseudorandom functions", "prf", nil, 0, 0},
	{"Transforms: integrity", "integrity", nil, 0, 0},
	{"Transforms: key exchange methods", "key-exchange-methods", nil, 0, 0},
	{"Transforms: sequence numbers", "esn", nil, 0, 0},
	{"Transforms: key wrap algorithms", "key-wrap", nil, 0, 0},
	{"Transforms: authentication of a group's controller", "group-authentication", nil, 0, 0},
	{"Transform attributes", "attributes", func(v uint16, data []byte) string {
		t := Transform{Type: TransformEncryption, ID: 12, attributes: shortAttribute(v, data)}
		return t.Name() + valueText(transformAttribute)(v, data)
	}, 0, 0},
	{"Attributes of a group SA policy", "gsa-attributes", valueText(groupSAValue), 0, 0},
	{"Attributes of a group-wide policy", "group-policy-attributes", valueText(groupPolicyValue), 0, 0},
	{"Attributes of a group key bag", "group-key-attributes", valueText(groupKeyValue), 0, 0},
	{"Attributes of a member key bag", "member-key-attributes", valueText(memberKeyValue), 0, 0},
	{"Protocols", "protocols", nil, 0, 0},
	{"Identification types", "id-types", func(v uint16, data []byte) string {
		id := ID{Type: uint8(v), Data: data}
		return probe(1, id) + id.String()
	}, 0, 0},
	{"Certificate encodings", "cert-encodings", func(v uint16, data []byte) string {
		c := Cert{Encoding: uint8(v), Data: data}
		return probe(1, c)
	}, 0, 0},
	{"Authentication methods", "auth-methods", func(v uint16, data []byte) string {
		a := Auth{Method: uint8(v), Data: data}
		return probe(1, a)
	}, 0, 0},
	{"Traffic selector types", "ts-types", func(v uint16, data []byte) string {
		return Selector{Type: uint8(v), Data: data}.text(v)
	}, 0, 0},
	{"Configuration types", "cp-types", nil, 0, 0},
	{"Configuration attributes", "cp-attributes", func(v uint16, data []byte) string {
		var tr Tree
		ok := ConfigAttribute{Type: v, Value: data}.appendValue(&tr)
		return probeText(nodes(&tr), nil) + fmt.Sprint(ok)
	}, 0, 0},
	{"EAP codes", "eap-codes", nil, 0, 0},
	{"EAP types", "eap-types", func(v uint16, data []byte) string {
		e := EAP{Code: EAPRequest, Type: EAPType(v), Data: data, typed: true}
		return probe(4, e)
	}, 0, 0},
	{"Signature hash algorithms", "hash-algorithms", nil, 0, 0},
	{"Gateway identity types", "gateway-id-types", func(v uint16, data []byte) string {
		n := Notify{Type: notifyRedirectedFrom, Data: append([]byte{byte(v), byte(len(data))}, data...)}
		fields, ok := dataAt(0, n)
		return probeText(fields[1:], nil) + fmt.Sprint(ok)
	}, 0, 0},
	{"ROHC attributes", "rohc-attributes", func(v uint16, data []byte) string {
		fields, _ := dataAt(0, Notify{Type: notifyROHCSupported, Data: shortAttribute(v, data)})
		return strings.TrimPrefix(probeText(fields, nil), nameOf(namesROHCAttributes, v))
	}, 0, 0},
	{"IPComp transforms", "ipcomp", nil, 0, 0},
	{"Secure password methods", "secure-password-methods", nil, 0, 0},
	{"PPK identity types", "ppk-id-types", nil, 0, 0},
	{"IKEv1: domains of interpretation", "v1-dois", nil, 0, 0},
	{"IKEv1: attributes of phase 1", "v1-attributes", attributeText(v1Phase1Attribute), 0, 0},
	{"IKEv1: encryption algorithms of phase 1", "v1-encryption", nil, 0, 0},
	{"IKEv1: hash algorithms", "v1-hash", nil, 0, 0},
	{"IKEv1: authentication methods", "v1-authentication", nil, 0, 0},
	{"IKEv1: groups beyond those of IKEv2", "v1-groups", nil, 0, 0},
	{"IKEv1: group types", "v1-group-types", nil, 0, 0},
	{"IKEv1: life types", "v1-life-types", nil, 0, 0},
	{"IKEv1: asymmetric algorithms", "v1-asymmetric-algorithms", nil, 0, 0},
	{"IKEv1: protocols", "v1-protocols", nil, 0, 0},
	{"IKEv1: ISAKMP transforms", "v1-isakmp-transforms", nil, 0, 0},
	{"IKEv1: ESP transforms", "v1-ipsec-transforms-esp", nil, 0, 0},
	{"IKEv1: AH transforms", "v1-ipsec-transforms-ah", nil, 0, 0},
	{"IKEv1: IPComp transforms", "v1-ipsec-transforms-ipcomp", nil, 0, 0},
	{"IKEv1: attributes of phase 2", "v1-ipsec-attributes", attributeText(v1IPsecAttribute), 0, 0},
	{"IKEv1: authentication algorithms of phase 2", "v1-auth-algorithms", nil, 0, 0},
	{"IKEv1: encapsulation modes", "v1-encap-modes", nil, 0, 0},
	{"IKEv1: ECN tunnel", "v1-ecn-tunnel", nil, 0, 0},
	{"IKEv1: address preservation", "v1-address-preservation", nil, 0, 0},
	{"IKEv1: SA direction", "v1-sa-direction", nil, 0, 0},
	{"IKEv1: identification types", "v1-id-types", func(v uint16, data []byte) string {
		id, err := ParseV1ID(append([]byte{byte(v), 0, 0, 0}, data...))
		return probe(1, id) + fmt.Sprint(err)
	}, 0, 0},
	{"IKEv1: certificate encodings", "v1-cert-encodings", func(v uint16, data []byte) string {
		c := V1Certificate{Encoding: V1CertEncoding(v), Data: data}
		return probe(1, c)
	}, 0, 0},
	{"IKEv1: mode config types", "v1-mode-config-types", nil, 0, 0},
	{"IKEv1: mode config attributes", "v1-mode-config-attributes", func(v uint16, data []byte) string {
		return attributeText(v1ConfigAttribute)(v, data)
	}, 0, 0},
	{"IKEv1: XAUTH types", "v1-xauth-types", nil, 0, 0},
	{"IKEv1: XAUTH status", "v1-xauth-status", nil, 0, 0},
}
