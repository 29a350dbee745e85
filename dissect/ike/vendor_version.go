package ike

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Version gives in words what stands behind the known beginning of a vendor ID:
// a version, a model, capabilities. It is empty if nothing does, and in
// hexadecimal if the format is not known.
func (v VendorID) Version() string {
	e := v.prefix()
	if e == nil || len(v.Data) == len(e.id) {
		return ""
	}
	if known, _ := v.Known(); known != e.name {
		return "" // an exact match, which tells it in its name
	}
	rest := v.Data[len(e.id):]
	decode := vendorVersions[e.name]
	if strings.HasPrefix(e.name, "NetScreen ") && len(e.id) == 20 { // numbered by their hash
		decode = netScreenVersion
	}
	if decode != nil {
		if s := decode(rest); s != "" {
			return s
		}
	}
	return hex.EncodeToString(rest[:min(len(rest), 32)])
}

// vendorVersions decode what follows the prefix of that name in
// registry/vendor-ids.csv. They return "" for bytes of another form.
var vendorVersions = map[string]func(rest []byte) string{
	"DPD (RFC 3706)":         majorMinor,
	"Cisco Unity":            majorMinor,
	"Cisco VPN 3000":         nibbleVersion,
	"Cisco Copyright":        textVersion,
	"ELVIS-PLUS Zastava":     majorMinor,
	"FRAGMENTATION":          fragmentationCapabilities,
	"FortiGate":              fortiGateVersion,
	"Check Point":            checkPointVersion,
	"MS NT5 ISAKMPOAKLEY":    numbered(windowsVersions),
	"MS KEY_MODS":            numbered(map[uint32]string{0: "IKE", 1: "AuthIP", 2: "IKEv2"}),
	"MS AuthIP INIT KE":      numbered(authIPGroups),
	"NetScreen":              netScreenVersion,
	"Libreswan":              textVersion,
	"OpenIKED":               textVersion,
	"OpenPGP":                textVersion,
	"TimeStep":               textVersion,
	"Lucent VPN Gateway":     textVersion,
	"Lucent VPN Client":      textVersion,
	"Symantec Raptor":        textVersion,
	"Aruba VIA Auth Profile": textVersion,
	"SafeNet SoftRemote":     textInside,
	"Libreswan 3.0 - 3.5":    silent,
	"Openswan (Xelerance)":   silent,
	"FreeS/WAN or Openswan":  silent,
}

// silent is for hashes: they tell nothing more.
func silent([]byte) string { return "(unknown version)" }

func majorMinor(b []byte) string {
	if len(b) != 2 {
		return ""
	}
	return decimal(b[0]) + "." + decimal(b[1])
}

// nibbleVersion reads versions such as 0x0407, which is 4.0.7, as ike-scan
// found them.
func nibbleVersion(b []byte) string {
	if len(b) != 2 {
		return ""
	}
	return decimal(b[0]) + "." + decimal(b[1]>>4) + "." + decimal(b[1]&15)
}

// netScreenVersion reads model and ScreenOS version, four bytes each.
func netScreenVersion(b []byte) string {
	if len(b) != 8 || b[4] != 0 || b[5] != 0 || b[6] == 0 {
		return ""
	}
	return "model " + decimal(binary.BigEndian.Uint32(b)) + ", ScreenOS " + nibbleVersion(b[6:])
}

// fortiGateVersion reads the release of FortiOS and its build, such as 0005 024d
// for FortiOS 5 (5.2.0) build 589. Some senders leave both at zero: those bytes,
// shown as they are, tell no version.
func fortiGateVersion(b []byte) string {
	if len(b) != 4 || binary.BigEndian.Uint32(b) == 0 {
		return ""
	}
	return "FortiOS " + decimal(binary.BigEndian.Uint16(b)) + " build " + decimal(binary.BigEndian.Uint16(b[2:]))
}

// fragmentationCapabilities reads the bits that racoon and Cisco send.
func fragmentationCapabilities(b []byte) string {
	if len(b) != 4 {
		return ""
	}
	bits := binary.BigEndian.Uint32(b)
	var all []string
	if bits&(1<<31) != 0 {
		all = append(all, "main and aggressive mode")
	}
	if bits&(1<<30) != 0 {
		all = append(all, "base exchanges")
	}
	if all == nil || bits&^(3<<30) != 0 {
		return ""
	}
	return "(" + strings.Join(all, ", ") + ")"
}

// numbered names a number of four bytes.
func numbered(names map[uint32]string) func([]byte) string {
	return func(b []byte) string {
		if len(b) != 4 {
			return ""
		}
		v := binary.BigEndian.Uint32(b)
		if name := names[v]; name != "" {
			return "(" + name + ")"
		}
		return "(" + decimal(v) + ")"
	}
}

var windowsVersions = map[uint32]string{
	2: "Windows 2000",
	3: "Windows XP",
	4: "Windows XP SP2 or Server 2003",
	5: "Windows Vista",
	6: "Windows Vista SP1 or Server 2008",
	7: "Windows 7",
	8: "Windows Server 2008 R2",
	9: "Windows 8 or later, or Server 2012 or later",
}

var authIPGroups = map[uint32]string{0: "no group", 1: "group 1", 2: "group 2", 3: "group 14", 4: "group 19", 5: "group 20", 6: "group 21"}

// checkPointVersion reads what ike-scan and tshark found: product, version, the
// gateway's clock, a reserved number and features, four bytes each.
func checkPointVersion(b []byte) string {
	if len(b) < 8 {
		return ""
	}
	product := map[uint32]string{1: "Firewall-1", 2: "SecuRemote/SecureClient"}[binary.BigEndian.Uint32(b)]
	if product == "" {
		return ""
	}
	version := binary.BigEndian.Uint32(b[4:])
	name := checkPointVersions[version]
	if name == "" {
		name = "version " + decimal(version)
	}
	if len(b) < 12 {
		return product + " " + name
	}
	clock := binary.BigEndian.Uint32(b[8:])
	if clock == 0 {
		return product + " " + name
	}
	if version == 5005 { // NGX and all after it kept this number
		name = "NGX or later"
	}
	return product + " " + name + ", its clock at " + dateText(time.Unix(int64(clock), 0))
}

var checkPointVersions = map[uint32]string{
	2:    "4.1",
	3:    "4.1 SP1",
	4002: "4.1 SP2 or above",
	5000: "NG",
	5001: "NG FP1",
	5002: "NG FP2",
	5003: "NG FP3",
	5004: "NG AI R54",
	5005: "NG AI R55",
	5006: "NG AI R56",
}

// textVersion gives a text as it is if it is short and plain, else in quotes.
func textVersion(b []byte) string {
	s := strings.TrimSpace(quotedText(b))
	if s == "" && len(b) < 4 && textOrOpaque(b) == string(b) {
		s = strconv.Quote(string(b))
	}
	if plain := strings.Trim(s, `"`); len(plain) <= 16 && !strings.ContainsAny(plain, `\" `) {
		return plain
	}
	return s
}

// textInside gives the longest printable text in b, of at least 4 bytes.
func textInside(b []byte) string {
	var best []byte
	for from := 0; from < len(b); {
		to := from
		for to < len(b) && b[to] >= ' ' && b[to] <= '~' {
			to++
		}
		if to-from > len(best) {
			best = b[from:to]
		}
		from = to + 1
	}
	return strings.TrimSpace(quotedText(best))
}
