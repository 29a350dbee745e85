package diagnose

import (
	"slices"

	"github.com/ikesniff/ikesniff/report"
)

// Entry is what the catalogue holds of one code.
type Entry struct {
	Code  string
	Title string
	// Severity is the usual one; Grading says when an anomaly gets another, and
	// why the limits are where they are. Empty if it never does.
	Severity report.Severity
	Grading  string
	// Rows name the lines of the design's table of symptoms that the code
	// covers. It ties the catalogue to the design and is not printed.
	Rows []int

	Explanation string   // what it is
	OnTheWire   string   // what it looks like in a capture, and from when on it is reported
	Causes      string   // why it happens
	LookAlikes  []string // what it is easily taken for, and why that is not reported
	Advice      []string // what to do, in this order
	Commands    []string // "product: command"; <peer> and <spi> stand for an address and an SPI
	Evidence    []EvidenceKey
	References  []Reference
}

// EvidenceKey declares one key of an anomaly's evidence.
type EvidenceKey struct {
	Name    string
	Unit    string // "packets", "s", "hex", "text", ...
	Meaning string
}

// Reference is a place in an RFC.
type Reference struct {
	RFC     int
	Section string // "" for the whole
	About   string
}

// catalogue lists every entry, by the order of the families in the docs. Each
// family has a file that lists its codes and applies its rules.
var catalogue = slices.Concat(reachability, negotiation, authentication, overTCPCodes, dataPlane, life)

// Catalogue returns every entry, in the order of the documentation. The slices
// inside are shared: they are not to be changed.
func Catalogue() []Entry {
	all := make([]Entry, len(catalogue))
	for i, e := range catalogue {
		all[i] = *e
	}
	return all
}

// Lookup finds the entry of a code.
func Lookup(code string) (Entry, bool) {
	for _, e := range catalogue {
		if e.Code == code {
			return *e, true
		}
	}
	return Entry{}, false
}
