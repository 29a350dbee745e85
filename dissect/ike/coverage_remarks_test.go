package ike

import (
	"fmt"
	"strconv"
	"strings"
)

// notDecoded gives the reason for each value whose content is shown as bytes,
// by file and value, or by file for all in it that have none of their own.
var notDecoded = map[string]string{
	"notify-types 42":    "MIP6_HOME_PREFIX tells the address; text or bytes are shown",
	"notify-types 16396": "RFC 4555 gives the data no meaning: text or bytes are shown",
	"notify-types 16428": "of 3GPP TS 24.303, for flows over WLAN: text or bytes are shown",
	"notify-types 16444": "RFC 9611 gives the data no form: text or bytes are shown",

	"private-notify-types":       "the number alone does not say whose it is: text or bytes are shown",
	"private-notify-types 40961": "two programs mean different things by it",
	"private-notify-types 8192":  "two programs mean different things by it",

	"v1-notify-types":       "the RFC gives the data no form: text or bytes are shown",
	"v1-notify-types 40503": "Cisco has not published the form",

	"gsa-attributes 3": "an SPI: its bytes are shown",

	"id-types 11": "any bytes are a key ID: text or bytes are shown",
	"id-types 12": "of Fibre Channel, which is not captured on IP links: bytes are shown",

	"cert-encodings": "RFC 7296 does not define the form: bytes are shown",

	"v1-cert-encodings": "RFC 2408 does not define the form: bytes are shown",

	"auth-methods": "a signature or a MAC has no parts: bytes are shown",

	"eap-types":    "not a method that IKE clients are known to use: bytes are shown",
	"eap-types 29": "clients send EAP-MSCHAPv2 as 26: bytes are shown",

	"v1-attributes":       "a number, shown as such",
	"v1-ipsec-attributes": "a number, shown as such",
	"v1-id-types 12":      "RFC 3554, of SCTP: bytes are shown",

	"v1-mode-config-attributes 16387": "Check Point has not published the form",
	"v1-mode-config-attributes 16388": "Check Point has not published the form",
	"v1-mode-config-attributes 16389": "Check Point has not published the form",
	"v1-mode-config-attributes 16525": "the XAUTH type tells the form: bytes are shown",
	"v1-mode-config-attributes 28680": "Cisco has not published the form",
}

// partOfAnother are the values whose content stands inside that of another.
var partOfAnother = map[string]bool{"payload-types 2": true, "payload-types 3": true}

// decodedRemarks says what a reader might miss.
var decodedRemarks = map[string]string{
	"payload-types 2":  "inside the SA payload",
	"payload-types 3":  "inside the SA payload",
	"payload-types 46": "the clear part: what is inside needs the keys",
	"payload-types 53": "the clear part, number and total: what is inside needs the keys",
	"payload-types 49": "SECURE_PASSWORD_METHODS tells the method: its bytes are shown",

	"v1-mode-config-attributes 16522": "how long it is, for it is a secret",
	"v1-mode-config-attributes 16523": "how long it is, for it is a secret",
	"v1-mode-config-attributes 16528": "how long it is, for it is a secret",
	"v1-mode-config-attributes 16529": "how long it is, for it is a secret",
}

// alsoKnown says what ikesniff knows of an algorithm beyond its name.
func alsoKnown(r registryRow) string {
	var known []string
	switch r.file {
	case "encryption":
		t := Transform{Type: TransformEncryption, ID: r.value}
		switch keyRuleOf(t) {
		case keyFixed:
			known = append(known, "keys of one size")
		case keyVariable:
			known = append(known, "keys of many sizes")
		case keyOneOf3:
			known = append(known, "keys of 128, 192 or 256 bits")
		}
		if s, ok := cipherSize(r.value); ok {
			known = append(known, fmt.Sprintf("IV %d, block %d, ICV %d bytes in IKE", s.IV, s.Block, s.ICV))
		}
	case "integrity":
		if n := integrityLength(r.value); n != 0 {
			known = append(known, "ICV "+strconv.Itoa(n)+" bytes")
		}
	case "prf":
		if n := prfKeyLength(r.value); n != 0 {
			known = append(known, "key "+strconv.Itoa(n)+" bytes")
		}
	case "key-exchange-methods":
		i, ok := KEDataLength(r.value, false)
		if p, _ := KEDataLength(r.value, true); ok && p != i {
			known = append(known, fmt.Sprintf("KE data %d bytes, %d of the responder", i, p))
		} else if ok {
			known = append(known, "KE data "+strconv.Itoa(i)+" bytes")
		}
	}
	return strings.Join(known, "; ")
}
