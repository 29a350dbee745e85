package ike

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
)

// named gives "name (number)", or the number alone where there is no name.
func named(name string, v uint16) string {
	if n := strconv.Itoa(int(v)); name != n {
		return name + " (" + n + ")"
	}
	return name
}

// nameOf gives "name (number)" out of a registry, or the number alone.
func nameOf(names func(uint16) (string, string), v uint16) string {
	name, _ := names(v)
	return named(or(name, v), v)
}

// maxOpaque is how many bytes are shown in hexadecimal.
const maxOpaque = 32

// opaqueText shows bytes as hexadecimal where they are few, or counts them.
func opaqueText(b []byte) string {
	if len(b) > maxOpaque {
		return itoa(len(b)) + " bytes"
	}
	return hex.EncodeToString(b)
}

// textOrOpaque shows bytes as text where all of them are printable ASCII.
func textOrOpaque(b []byte) string {
	if isPrintable(b) {
		return string(b)
	}
	return opaqueText(b)
}

func isPrintable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// addressText shows 4 bytes as an IPv4 and 16 as an IPv6 address, and anything
// else as what it is.
func addressText(b []byte) string {
	if a, ok := netip.AddrFromSlice(b); ok {
		return a.String()
	}
	return opaqueText(b)
}

// listText joins the first of many texts.
func listText(all []string) string {
	const most = 16
	if len(all) > most {
		return strings.Join(all[:most], ", ") + " and " + itoa(len(all)-most) + " more"
	}
	return strings.Join(all, ", ")
}

func itoa(n int) string { return strconv.Itoa(n) }

// decimal gives an unsigned number.
func decimal[T uint8 | uint16 | uint32 | uint64](v T) string {
	return strconv.FormatUint(uint64(v), 10)
}

// bigEndian reads all of b, at most 8 bytes.
func bigEndian(b []byte) (v uint64) {
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

// oneOf gives the v-th name, counted from 1.
func oneOf(v uint16, names ...string) (name, short string) {
	if v == 0 || int(v) > len(names) {
		return "", ""
	}
	return names[v-1], names[v-1]
}
