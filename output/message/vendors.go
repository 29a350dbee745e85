package message

import (
	"strings"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// vendors names vendor IDs, and remembers the names: senders repeat them in
// every message.
type vendors struct{ known map[string]vendor }

type vendor struct {
	name    string // with all there is to tell
	product string // the name alone, where it tells a maker or product
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
	x := vendor{name: ike.VendorID{Data: id}.Detail()}
	if name, ok := (ike.VendorID{Data: id}).Known(); ok {
		for _, p := range products {
			if strings.HasPrefix(name, p) && name != "Cisco Unity" { // which others send, too
				x.product = name
			}
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
		if x := v.name(id); x.product != "" {
			return x.product
		}
	}
	return ""
}

// products are how the names of vendor IDs begin that tell a maker or product.
// Others tell features, which many makers share.
var products = []string{
	"Aruba", "Check Point", "Cisco", "ELVIS-PLUS", "FortiClient", "FortiGate", "Fortinet", "FreeS/WAN", "Libreswan",
	"Lucent", "MS NT5", "Microsoft", "NCP", "NetScreen", "Netgear", "Nortel", "OpenIKED", "Openswan", "SSH ", "SafeNet",
	"Shrew", "Sidewinder", "SonicWall", "StoneGate", "Symantec", "TimeStep", "Xbox", "ZyXEL", "macOS", "racoon",
	"strongSwan",
}
