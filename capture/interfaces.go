package capture

import (
	"math"
	"strings"
)

const (
	// maxInterfaceName bounds a name, in bytes; Linux has 15, Windows some 50.
	maxInterfaceName = 128
	// moreInterfaces stands for all names beyond what Packet.Interface can index.
	moreInterfaces = "(further interfaces)"
)

// interfaceTable holds the names of all interfaces of a run. One name is one
// entry, whichever file it stands in.
type interfaceTable struct {
	names []string
	index map[string]uint16
}

// id returns the index of a name, which it adds if it is new.
func (t *interfaceTable) id(name string) uint16 {
	if i, ok := t.index[name]; ok {
		return i
	}
	if len(t.names) > math.MaxUint16 {
		return math.MaxUint16
	}
	if len(t.names) == math.MaxUint16 {
		name = moreInterfaces
	}
	if t.index == nil {
		t.index = make(map[string]uint16)
	}
	i := uint16(len(t.names))
	t.names = append(t.names, name)
	t.index[name] = i
	return i
}

// interfaceName makes a name of an option's bytes: cut at a NUL, of bounded
// length, valid UTF-8. Control characters are left to whoever prints it.
func interfaceName(b []byte) string {
	s := string(b[:min(len(b), maxInterfaceName)])
	s, _, _ = strings.Cut(s, "\x00")
	return strings.ToValidUTF8(s, "\uFFFD")
}
