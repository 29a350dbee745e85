package filter

import "errors"

// What the Linux kernel offers beside a packet's bytes (linux/filter.h): loads
// from these places give what it knows of the packet.
const (
	ancillary         = 0xfffff000 // SKF_AD_OFF
	ancillaryProtocol = ancillary + 0
	ancillaryIndex    = ancillary + 8
	ancillaryHardware = ancillary + 28
	ancillaryTag      = ancillary + 44
	ancillaryTagged   = ancillary + 48
	networkHeader     = 0xfff00000 // SKF_NET_OFF

	hardwareEthernet = 1 // ARPHRD_ETHER
)

// kernelLayout works on any interface: the kernel knows where IP begins.
var kernelLayout = layout{kind: kernel, etherType: ancillaryProtocol, ip: networkHeader}

// CompileLive translates an expression for the kernel, for interfaces of any
// kind. The kernel has taken a VLAN tag off before it filters: "udp port 500"
// meets tagged packets, too, and "vlan" those whose tag was taken off. The
// empty expression gives nil, which passes everything.
func CompileLive(expression string) (Program, error) {
	n, err := parse(expression)
	if n == nil || err != nil {
		return nil, err
	}
	return compile(expression, n, kernelLayout)
}

// ForKernel limits a program to interfaces, by the kernel's indices (none: all),
// and makes it accept so many bytes of a packet. A nil program accepts all.
func ForKernel(p Program, indices []uint32, snaplen uint32) (Program, error) {
	if len(p) == 0 {
		p = Program{{Code: classRET | retK, K: snaplen}}
	}
	var out Program
	if n := len(indices); n > 0 {
		if n > 200 {
			return nil, errors.New("filter: too many interfaces")
		}
		out = append(out, Instruction{Code: classLD | sizeW | modeABS, K: ancillaryIndex})
		for i, index := range indices {
			out = append(out, Instruction{Code: classJMP | jmpJEQ, K: index, Jt: uint8(n - i)})
		}
		out = append(out, Instruction{Code: classRET | retK})
	}
	for _, in := range p {
		if in.Code == classRET|retK && in.K != 0 {
			in.K = snaplen
		}
		out = append(out, in)
	}
	return out, out.Check()
}
