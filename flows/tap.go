package flows

import (
	"cmp"
	"strconv"

	"github.com/ikesniff/ikesniff/dissect"
)

// tapKey tells taps apart within a run.
type tapKey dissect.Tap

func compareTaps(a, b dissect.Tap) int {
	return cmp.Or(cmp.Compare(a.Interface, b.Interface), cmp.Compare(a.Index, b.Index), cmp.Compare(a.Direction, b.Direction))
}

// tapName says where a packet was captured: "wan1 in", "ifindex 3 out", or ""
// where the file knows neither interface nor direction.
func tapName(t dissect.Tap, interfaces []string) string {
	name := ""
	if int(t.Interface) < len(interfaces) {
		name = interfaces[t.Interface]
	}
	if t.Index != 0 {
		if name != "" {
			name += " "
		}
		name += "ifindex " + strconv.FormatUint(uint64(t.Index), 10)
	}
	if d := t.Direction.String(); d != "" {
		if name != "" {
			name += " "
		}
		name += d
	}
	return name
}
