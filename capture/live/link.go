package live

import "github.com/ikesniff/ikesniff/capture"

// Kinds of hardware (linux/if_arp.h).
const (
	hardwarePPP     = 512
	hardwareRawIP   = 519
	hardwareTunnel  = 768
	hardwareTunnel6 = 769
	hardwareSIT     = 776
	hardwareNone    = 0xfffe
)

// linkType tells how frames of a kind of hardware begin.
func linkType(hardware uint16) capture.LinkType {
	switch hardware {
	case hardwarePPP:
		return capture.LinkPPP
	case hardwareNone, hardwareTunnel, hardwareTunnel6, hardwareSIT, hardwareRawIP:
		return capture.LinkRaw
	}
	return capture.LinkEthernet // Ethernet, loopback, and what looks like it
}
