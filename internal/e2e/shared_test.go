package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/internal/testenv"
	"github.com/ikesniff/ikesniff/report"
)

// facts are what two opinions of one capture are compared by.
type facts struct {
	Packets    int
	IKE        []string            // each message: frame, version, exchange type, SPIs
	Exchanges  map[string]bool     // versions and exchange types
	IKEs       map[string]bool     // initiator and responder SPI of each IKE SA
	ESP, AH    map[string]int      // packets by SPI
	Transports map[string]struct{} // "ike udp/500", "esp ip", ...
	Keepalives int
}

func newFacts() facts {
	return facts{
		Exchanges: map[string]bool{}, IKEs: map[string]bool{}, ESP: map[string]int{}, AH: map[string]int{},
		Transports: map[string]struct{}{},
	}
}

// differences are the captures in which the report rightly differs from the
// truth beside it: why, and what the truth becomes by that.
var differences = map[string]struct {
	why   string
	amend func(truth *facts)
}{
	"v2_half_open_cookies.pcap": {
		"the flood's initiators are summed up in half-open-flood and are no tunnels",
		func(truth *facts) {
			maps.DeleteFunc(truth.IKEs, func(pair string, _ bool) bool { return strings.HasSuffix(pair, noSPI) })
		},
	},
	"v2_mobike.pcapng": {
		"captured on all interfaces of a router, each packet on its way in and on its way out: one packet",
		func(truth *facts) {
			for spi := range truth.ESP {
				truth.ESP[spi] /= 2
			}
		},
	},
}

// TestSharedCaptures compares reports with labels that others made: tshark for
// public captures, the daemons' own logs for lab captures.
func TestSharedCaptures(t *testing.T) {
	dir := testenv.Shared(t, "captures")
	for _, name := range captureFiles(t, dir) {
		t.Run(name, func(t *testing.T) {
			s := analyze(t, 2, filepath.Join(dir, name))
			checkTotals(t, s)
			switch r := s.Collect(); {
			case strings.HasPrefix(name, "bad_"):
				// Broken on purpose: that there is a report is what is asked.
			case strings.HasPrefix(name, "no_"), strings.HasPrefix(name, "derived_"):
				if len(r.Tunnels) > 0 || r.Totals.IPsecPackets > 0 {
					t.Errorf("%d tunnels and %d IPsec packets where there is no IPsec", len(r.Tunnels), r.Totals.IPsecPackets)
				}
			default:
				file := filepath.Join(dir, name)
				got := reported(r)
				got.IKE = ikeMessages(t, file)
				compare(t, name, publicTruth(t, file), got)
			}
		})
	}
}

// TestLabCaptures does so for those lab captures in which nothing goes over
// TCP.
func TestLabCaptures(t *testing.T) {
	dir := testenv.Shared(t, "lab-captures")
	compared := 0
	for _, name := range captureFiles(t, dir) {
		t.Run(name, func(t *testing.T) {
			s := analyze(t, 2, filepath.Join(dir, name))
			checkTotals(t, s)
			if overTCP(name) {
				return
			}
			compared++
			got := reported(s.Collect())
			got.IKE = ikeMessages(t, filepath.Join(dir, name))
			got.AH = map[string]int{} // the truth has none, nor what carries ESP
			maps.DeleteFunc(got.Transports, func(name string, _ struct{}) bool { return strings.HasPrefix(name, "esp ") })
			compare(t, name, labTruth(t, dir, name), got)
		})
	}
	if compared < 20 {
		t.Errorf("only %d captures were compared", compared)
	}
}

// TestSplitSharedCaptures tests the law of TestSplit on what others captured.
func TestSplitSharedCaptures(t *testing.T) {
	for _, folder := range []string{"captures", "lab-captures"} {
		dir := testenv.Shared(t, folder)
		for _, name := range captureFiles(t, dir) {
			t.Run(name, func(t *testing.T) {
				file := filepath.Join(dir, name)
				checkWorkers(t, file)
				checkFiles(t, file, 3)
			})
		}
	}
}

func overTCP(name string) bool {
	return strings.HasPrefix(name, "tcp_") || strings.HasPrefix(name, "fesp_") || strings.HasPrefix(name, "lsw_tcp")
}

func compare(t *testing.T, name string, truth, got facts) {
	t.Helper()
	if d, ok := differences[name]; ok {
		if cmp.Equal(truth, got) {
			t.Errorf("no difference, but the table has one: %s", d.why)
		}
		d.amend(&truth)
	}
	if diff := cmp.Diff(truth, got); diff != "" {
		t.Errorf("(-truth +report)\n%s", diff)
	}
}

// reported are the facts of a report.
func reported(r *report.Report) facts {
	f := newFacts()
	f.Packets, f.Keepalives = int(r.Totals.Packets), int(r.Totals.Keepalives)
	for _, t := range r.Tunnels {
		for _, sa := range t.IKESAs {
			f.IKEs[sa.InitiatorSPI+" "+sa.ResponderSPI] = true
			for _, x := range sa.Exchanges {
				f.Exchanges[strconv.Itoa(sa.Version)+" "+x.Type] = true
			}
		}
		for _, sa := range t.ChildSAs {
			if sa.Protocol == "ah" {
				f.AH[sa.SPI] += int(sa.Packets)
			} else {
				f.ESP[sa.SPI] += int(sa.Packets)
			}
		}
		for _, p := range t.Paths {
			if p.Traffic.ToResponder.IKEMessages+p.Traffic.ToInitiator.IKEMessages > 0 {
				f.Transports["ike "+carrier(p)] = struct{}{}
			}
			if p.Traffic.ToResponder.ESPPackets+p.Traffic.ToInitiator.ESPPackets > 0 {
				f.Transports["esp "+carrier(p)] = struct{}{}
			}
		}
	}
	return f
}

// carrier names what a path runs over by the port of IKE, as tshark does.
func carrier(p report.Path) string {
	a, err1 := netip.ParseAddrPort(p.Initiator)
	b, err2 := netip.ParseAddrPort(p.Responder)
	if err1 != nil || err2 != nil {
		return "ip"
	}
	for _, port := range []uint16{500, 4500} {
		if a.Port() == port || b.Port() == port {
			return "udp/" + strconv.Itoa(int(port))
		}
	}
	return "udp/" + strconv.Itoa(int(min(a.Port(), b.Port())))
}

// labCarrier does so for endpoints as lab captures write them, with a bare IPv6
// address in front of the port.
func labCarrier(src, dst string) string {
	bracket := func(s string) string {
		i := strings.LastIndexByte(s, ':')
		return net.JoinHostPort(s[:i], s[i+1:])
	}
	return carrier(report.Path{Initiator: bracket(src), Responder: bracket(dst)})
}

// exchangeNames are the report's names of exchange types (IANA ikev2-parameters,
// RFC 2408 3.1, RFC 2409 appendix A, draft-ietf-ipsec-isakmp-mode-cfg).
var exchangeNames = map[string]string{
	"1 2": "main mode", "1 4": "aggressive mode", "1 5": "informational", "1 6": "transaction", "1 32": "quick mode",
	"2 34": "IKE_SA_INIT", "2 35": "IKE_AUTH", "2 36": "CREATE_CHILD_SA", "2 37": "INFORMATIONAL",
}

func exchange(version, typ int) string {
	name, ok := exchangeNames[strconv.Itoa(version)+" "+strconv.Itoa(typ)]
	if !ok {
		name = "exchange " + strconv.Itoa(typ)
	}
	return strconv.Itoa(version) + " " + name
}

const noSPI = "0000000000000000"

// message adds an IKE message.
func (f *facts) message(frame, version, typ int, initiator, responder string) {
	f.IKE = append(f.IKE, fmt.Sprintf("%d: %s %s %s", frame, exchange(version, typ), initiator, responder))
	f.Exchanges[exchange(version, typ)] = true
	f.IKEs[initiator+" "+responder] = true
}

// answered forgets SPI pairs without a responder where an answer was seen.
func (f *facts) answered() {
	for pair := range f.IKEs {
		i, r, _ := strings.Cut(pair, " ")
		if r != noSPI {
			delete(f.IKEs, i+" "+noSPI)
		}
	}
}

// publicTruth reads what tshark says of a public capture.
func publicTruth(t *testing.T, file string) facts {
	t.Helper()
	type sas struct {
		SAs []struct {
			SPI     string `json:"spi"`
			Packets int    `json:"packets"`
		} `json:"sas"`
	}
	var doc struct {
		Tshark struct {
			Packets int `json:"packets"`
			IKE     struct {
				Transports map[string]int `json:"transports"`
				// frame, transport, version, exchange type, flags, message ID,
				// length, initiator SPI, responder SPI
				Messages [][]any `json:"message_list"`
			} `json:"ike"`
			ESP        sas            `json:"esp"`
			AH         sas            `json:"ah"`
			Transports map[string]int `json:"esp_ah_transports"`
			Keepalives int            `json:"nat_keepalives"`
		} `json:"tshark"`
	}
	read(t, file+".truth.json", &doc)
	d := &doc.Tshark
	f := newFacts()
	f.Packets, f.Keepalives = d.Packets, d.Keepalives
	for _, m := range d.IKE.Messages {
		f.message(int(m[0].(float64)), int(m[2].(string)[0]-'0'), int(m[3].(float64)), m[7].(string), m[8].(string))
	}
	f.answered()
	for name := range d.IKE.Transports {
		f.Transports["ike "+name] = struct{}{}
	}
	for name := range d.Transports { // "esp over udp/4500", "ah over ip/51"
		_, over, _ := strings.Cut(name, " over ")
		if strings.HasPrefix(over, "ip/") {
			over = "ip"
		}
		f.Transports["esp "+over] = struct{}{}
	}
	for _, sa := range d.ESP.SAs {
		f.ESP[strings.TrimPrefix(sa.SPI, "0x")] += sa.Packets
	}
	for _, sa := range d.AH.SAs {
		f.AH[strings.TrimPrefix(sa.SPI, "0x")] += sa.Packets
	}
	return f
}

// labTruth reads what was seen of a lab capture with the daemons' keys.
func labTruth(t *testing.T, dir, name string) facts {
	t.Helper()
	var doc struct {
		Files []struct {
			File       string         `json:"file"`
			Frames     int            `json:"frames"`
			ESP        map[string]int `json:"esp_packets_by_spi"`
			Keepalives []int          `json:"udp_nat_keepalive_frames"`
			IKE        []struct {
				Frame    int    `json:"frame"`
				Src      string `json:"src"`
				Dst      string `json:"dst"`
				ISPI     string `json:"ispi"`
				RSPI     string `json:"rspi"`
				Version  string `json:"version"`
				Exchange string `json:"exchange"`
			} `json:"ike_messages"`
		} `json:"files"`
	}
	scenario, _, _ := strings.Cut(name, ".")
	read(t, filepath.Join(dir, scenario+".truth.json"), &doc)
	for _, d := range doc.Files {
		if d.File != name {
			continue
		}
		f := newFacts()
		f.Packets, f.Keepalives, f.ESP = d.Frames, len(d.Keepalives), counts(d.ESP)
		for _, m := range d.IKE {
			version, err1 := strconv.ParseUint(m.Version, 0, 8)
			typ, err2 := strconv.Atoi(m.Exchange)
			if err1 != nil || err2 != nil {
				t.Fatalf("version %q, exchange %q", m.Version, m.Exchange)
			}
			f.message(m.Frame, int(version>>4), typ, m.ISPI, m.RSPI)
			f.Transports["ike "+labCarrier(m.Src, m.Dst)] = struct{}{}
		}
		f.answered()
		return f
	}
	t.Fatalf("no truth about %s", name)
	return facts{}
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
