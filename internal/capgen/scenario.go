package capgen

import "sort"

// Scenario is one capture and what is to be said of it.
type Scenario struct {
	// Name is the file's name in testdata/pcaps.
	Name string
	// Expect is what a right report says.
	Expect Expect
	// TsharkArgs are decoding options tshark needs to see what is there.
	TsharkArgs []string

	file   []byte
	family string // title of the family it belongs to
	build  string // name of the function that built it
	wire   counts // what tshark sees: like Expect, with the copies
	cut    bool   // frames are cut by the snapshot length
	broken []int  // frames that are malformed on purpose
}

// Bytes is the capture file.
func (s *Scenario) Bytes() []byte { return s.file }

// Expect is what a right report says of a capture. Counts are of messages: each
// one that was captured counts, repeats by its sender or the network included,
// copies that the capturing itself made left out.
type Expect struct {
	// Frames in the file.
	Frames int
	// IKE messages, in the clear or not; each SKF fragment is one.
	IKE int
	// Unlisted are those of the IKE messages that belong to no tunnel of the
	// list, but to an anomaly of the capture.
	Unlisted int
	// ESP and AH packets by SPI, as 8 hexadecimal digits. Where one SPI leads to
	// two places the count is of both.
	ESP, AH map[string]int
	// Keepalives are NAT keepalives (RFC 3948 2.3).
	Keepalives int
	// Copies is the number of frames that show a packet again which another
	// frame has shown.
	Copies int
	// Tunnels that the report lists.
	Tunnels int
	// Codes are the codes of the anomalies above info, of tunnels and of the
	// capture, consequences included, sorted, each once. Info are those of
	// severity info.
	Codes, Info []string
	// Unreadable: part of the file cannot be read, and the report says so; the
	// counts are of what stands before the damage. CutShort: the last record
	// ends early, which is worth a note only.
	Unreadable, CutShort bool
}

// counts of what frames carry.
type counts struct {
	ike, keepalives int
	esp, ah         map[string]int
}

func newCounts() counts { return counts{esp: map[string]int{}, ah: map[string]int{}} }

// builder makes one capture.
type builder struct {
	name  string
	build func(*trace)
}

// families lists the builders by what they are about.
var families = []struct {
	title string
	list  []builder
}{
	{"Ordinary tunnels", ordinary},
	{"Rekeying and ending", lifetime},
	{"Links, mirrors and fragments", links},
	{"Moving ends", addresses},
	{"Reachability", reachability},
	{"Negotiation", negotiation},
	{"Messages that get lost after the first", lostMessages},
	{"Ends that do not agree", disagreements},
	{"Gateways, and tunnels that do not last", gateways},
	{"Weak choices", security},
	{"Authentication, EAP and the first Child SA", authfail},
	{"Rekeys that fail or collide", rekeyfail},
	{"Sequence numbers of ESP", data},
	{"ESP and AH that do not get through", dataPlane},
	{"Who still hears whom", stillThere},
	{"Packets captured twice", copies},
	{"No tunnel", foreign},
	{"IPsec in a TCP stream", tcpStreams},
	{"TCP streams with holes and repetitions", tcpSegments},
	{"ESP in fake TCP, and other forms", fakeTCPs},
	{"Between UDP and TCP", betweenTransports},
	{"TCP that does not come up or break off", tcpFailures},
	{"No tunnel on TCP", tcpForeign},
	{"Damaged and compressed files", broken},
}

// Scenarios returns all captures, in order of their names.
func Scenarios() []Scenario {
	out := byFamily()
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// byFamily returns all captures, in order of their families.
func byFamily() []Scenario {
	var out []Scenario
	for _, f := range families {
		for _, b := range f.list {
			s := run(b)
			s.family = f.title
			out = append(out, s)
		}
	}
	return out
}
