package ike

import (
	"encoding/binary"
	"net/netip"
	"strings"
)

// V1ConfigAttribute is the type of an attribute of mode config or XAUTH.
type V1ConfigAttribute uint16

// Attributes of mode config (draft-ietf-ipsec-isakmp-mode-cfg 4), of XAUTH
// (draft-ietf-ipsec-isakmp-xauth 6.2) and of Cisco's Unity clients, which have
// no document.
const (
	V1ConfigIP4Address       V1ConfigAttribute = 1
	V1ConfigIP4Netmask       V1ConfigAttribute = 2
	V1ConfigIP4DNS           V1ConfigAttribute = 3
	V1ConfigIP4NBNS          V1ConfigAttribute = 4
	V1ConfigAddressExpiry    V1ConfigAttribute = 5
	V1ConfigIP4DHCP          V1ConfigAttribute = 6
	V1ConfigVersion          V1ConfigAttribute = 7
	V1ConfigIP6Address       V1ConfigAttribute = 8
	V1ConfigIP6Netmask       V1ConfigAttribute = 9
	V1ConfigIP6DNS           V1ConfigAttribute = 10
	V1ConfigIP6NBNS          V1ConfigAttribute = 11
	V1ConfigIP6DHCP          V1ConfigAttribute = 12
	V1ConfigIP4Subnet        V1ConfigAttribute = 13
	V1ConfigSupported        V1ConfigAttribute = 14
	V1ConfigIP6Subnet        V1ConfigAttribute = 15
	V1ConfigXAUTHType        V1ConfigAttribute = 16520
	V1ConfigXAUTHUser        V1ConfigAttribute = 16521
	V1ConfigXAUTHPassword    V1ConfigAttribute = 16522
	V1ConfigXAUTHPasscode    V1ConfigAttribute = 16523
	V1ConfigXAUTHMessage     V1ConfigAttribute = 16524
	V1ConfigXAUTHChallenge   V1ConfigAttribute = 16525
	V1ConfigXAUTHDomain      V1ConfigAttribute = 16526
	V1ConfigXAUTHStatus      V1ConfigAttribute = 16527
	V1ConfigXAUTHNextPIN     V1ConfigAttribute = 16528
	V1ConfigXAUTHAnswer      V1ConfigAttribute = 16529
	V1ConfigUnityBanner      V1ConfigAttribute = 28672
	V1ConfigUnitySavePasswd  V1ConfigAttribute = 28673
	V1ConfigUnityDomain      V1ConfigAttribute = 28674
	V1ConfigUnitySplitDNS    V1ConfigAttribute = 28675
	V1ConfigUnitySplitInclud V1ConfigAttribute = 28676
	V1ConfigUnityNATTPort    V1ConfigAttribute = 28677
	V1ConfigUnitySplitExclud V1ConfigAttribute = 28678
	V1ConfigUnityPFS         V1ConfigAttribute = 28679
	V1ConfigUnityFWType      V1ConfigAttribute = 28680
	V1ConfigUnityBackup      V1ConfigAttribute = 28681
	V1ConfigUnityDDNSHost    V1ConfigAttribute = 28682
)

// String gives the name, such as "INTERNAL_IP4_ADDRESS", or the number.
func (t V1ConfigAttribute) String() string {
	name, _ := namesV1ModeConfigAttributes(uint16(t))
	return or(name, uint16(t))
}

// secret reports whether the attribute lets somebody log in.
func (t V1ConfigAttribute) secret() bool {
	switch t {
	case V1ConfigXAUTHPassword, V1ConfigXAUTHPasscode, V1ConfigXAUTHNextPIN, V1ConfigXAUTHAnswer:
		return true
	}
	return false
}

// v1ConfigAttribute writes the value of an attribute in the format of its type,
// in hexadecimal if it does not have that format. A request has no value.
func v1ConfigAttribute(to *Tree, a, _ Attribute) (name string) {
	t := V1ConfigAttribute(a.Type)
	d := a.Value
	switch {
	case len(d) == 0:
		to.str("empty")
	case t.secret():
		to.count(len(d), " bytes, not shown")
		to.Fields[to.cur].Bytes = nil
	case !t.appendText(to, a):
		if a.Short {
			to.attributeNumber(a)
		} else {
			to.opaque(d)
		}
	}
	if t == V1ConfigUnitySplitInclud || t == V1ConfigUnitySplitExclud {
		unityNetworks(to, a)
	}
	return t.String()
}

// appendText writes the value in the format of the type, and reports whether it
// has that format.
func (t V1ConfigAttribute) appendText(to *Tree, a Attribute) (ok bool) {
	d := a.Value
	switch t {
	case V1ConfigIP4Address, V1ConfigIP4Netmask, V1ConfigIP4DNS, V1ConfigIP4NBNS, V1ConfigIP4DHCP,
		V1ConfigIP6Address, V1ConfigIP6Netmask, V1ConfigIP6DNS, V1ConfigIP6NBNS, V1ConfigIP6DHCP:
		to.address(d)
	case V1ConfigAddressExpiry:
		to.attributeNumber(a).str(" s")
	case V1ConfigIP4Subnet:
		if len(d) != 8 {
			return false
		}
		to.address(d[:4]).str("/").str(maskText(d[4:]))
	case V1ConfigIP6Subnet:
		if len(d) != 17 {
			return false
		}
		to.address(d[:16]).str("/").num(uint64(d[16]))
	case V1ConfigSupported:
		to.str(supportedText(d))
	case V1ConfigVersion, V1ConfigXAUTHUser, V1ConfigXAUTHMessage, V1ConfigXAUTHDomain,
		V1ConfigUnityBanner, V1ConfigUnityDomain, V1ConfigUnitySplitDNS, V1ConfigUnityBackup, V1ConfigUnityDDNSHost:
		add(to, d)
	case V1ConfigXAUTHType:
		to.attributeEnum(a, namesV1XAUTHTypes)
	case V1ConfigXAUTHStatus:
		to.attributeEnum(a, namesV1XAUTHStatus)
	case V1ConfigUnitySavePasswd, V1ConfigUnityPFS, V1ConfigUnityNATTPort:
		to.attributeNumber(a)
	case V1ConfigUnitySplitInclud, V1ConfigUnitySplitExclud:
		if len(d)%unitySplit != 0 {
			return false
		}
		to.count(len(d)/unitySplit, " networks")
	default:
		return false
	}
	return true
}

// supportedText names the attributes that a SUPPORTED_ATTRIBUTES lists.
func supportedText(d []byte) string {
	if len(d)%2 != 0 {
		return opaqueText(d)
	}
	var names []string
	for ; len(d) > 0; d = d[2:] {
		names = append(names, V1ConfigAttribute(binary.BigEndian.Uint16(d)).String())
	}
	return strings.Join(names, ", ")
}

// unitySplit is the size of one network of a split tunnel: address, netmask,
// protocol, source port and destination port, as vpnc and libreswan have it.
const unitySplit = 4 + 4 + 2 + 2 + 2

// unityNetworks adds the networks of a split tunnel, each in a field.
func unityNetworks(to *Tree, a Attribute) {
	d := a.Value
	if len(d) == 0 || a.Short || len(d)%unitySplit != 0 {
		return
	}
	to.add("type", 2).named(V1ConfigAttribute(a.Type).String(), uint64(a.Type))
	to.add("length", 2).num(uint64(len(d)))
	for ; len(d) > 0; d = d[unitySplit:] {
		to.bytes("network", d[:unitySplit]).str(unityNetwork(d))
	}
}

func unityNetwork(d []byte) string {
	addr, _ := netip.AddrFromSlice(d[:4])
	s := addr.String() + "/" + maskText(d[4:8])
	protocol, from, to := binary.BigEndian.Uint16(d[8:]), binary.BigEndian.Uint16(d[10:]), binary.BigEndian.Uint16(d[12:])
	if protocol == 0 && from == 0 && to == 0 {
		return s
	}
	p := decimal(protocol)
	if protocol < 256 {
		p = protocolText(uint8(protocol))
	}
	return s + " " + p + " source port " + decimal(from) + " destination port " + decimal(to)
}
