package message

import (
	"strings"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// vendors names vendor IDs, and remembers the names: senders repeat them in
// every message.
type vendors struct{ known map[string]vendor }

type vendor struct {
	name    string
	product bool // the name tells a maker or product
}

// Bounds of what is remembered.
const (
	maxVendorNames  = 1024
	maxVendorLength = 256
)

// name names a vendor ID.
func (v *vendors) name(id []byte) vendor {
	if x, ok := v.known[string(id)]; ok {
		return x
	}
	x := vendor{name: ike.VendorName(id)}
	if name, ok := (ike.VendorID{Data: id}).Known(); ok {
		for _, p := range products {
			x.product = x.product || strings.HasPrefix(name, p)
		}
	}
	if len(id) <= maxVendorLength {
		if v.known == nil || len(v.known) >= maxVendorNames {
			v.known = map[string]vendor{}
		}
		v.known[string(id)] = x
	}
	return x
}

// product is the name of the first vendor ID that tells one, "" if none does.
func (v *vendors) product(ids [][]byte) string {
	for _, id := range ids {
		if x := v.name(id); x.product {
			return x.name
		}
	}
	return ""
}

// products are how the names of vendor IDs begin that tell a maker or product.
// Others tell features, which many makers share.
var products = []string{
	"FortiGate", "FortiClient", "Fortinet", "strongSwan", "Libreswan", "Openswan", "OpenIKED", "FreeS/WAN",
	"Cisco", "Check Point", "CheckPoint", "racoon", "Shrew", "NCP", "NetScreen", "Juniper", "MS NT5", "Windows",
	"Microsoft", "SonicWall", "SonicWALL", "WatchGuard", "Palo Alto", "MikroTik", "Sophos", "Zyxel", "ZyXEL",
	"Huawei", "Nortel", "SafeNet", "Apple", "Solaris", "VMware", "AWS", "Azure", "F5", "Stonesoft", "Astaro",
	"Linksys", "TheGreenBow", "SSH IPSEC", "SSH Sentinel", "Symantec", "Ericsson", "Nokia",
}
