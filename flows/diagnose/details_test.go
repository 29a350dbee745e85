package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/report"
)

// rareEvidence are facts that bring out evidence which the plain cases lack.
func rareEvidence() []*Facts {
	return []*Facts{offersOfBoth(), lossyCapture(), manySenders()}
}

// offersOfBoth: each peer refuses what the other offers.
func offersOfBoth() *Facts {
	return with(refusedTunnel(), func(f *Facts) {
		f.Tunnel.IKESAs[0].Offered = []report.Proposal{
			{Encryption: "3DES_CBC", Integrity: "HMAC_SHA1_96", PRF: "PRF_HMAC_SHA1", KeyExchange: "MODP_1024, MODP_2048"}}
		other := refusedTunnel()
		other.Tunnel.IKESAs[0].ID = "ike-2"
		other.Tunnel.IKESAs[0].Offered = []report.Proposal{
			{Encryption: "AES_CBC-256, AES_CBC-128", Integrity: "HMAC_SHA2_256_128", PRF: "PRF_HMAC_SHA2_256, PRF_HMAC_SHA1", KeyExchange: "MODP_2048"}}
		other.IKE[0].Reversed = true
		f.Tunnel.IKESAs = append(f.Tunnel.IKESAs, other.Tunnel.IKESAs...)
		f.IKE = append(f.IKE, other.IKE...)
	})
}

func lossyCapture() *Facts {
	return with(losing(5, 1000), func(f *Facts) { f.Children[0].MissingByCapture = 40 })
}

// manySenders: forged ICMP errors from more senders than are listed.
func manySenders() *Facts {
	return with(upTunnel(), func(f *Facts) {
		for i := range 20 {
			f.Quotes = append(f.Quotes, Quote{Sender: fmt.Sprintf("203.0.113.%d", i), Type: 3, Code: 3, About: "esp", Count: 2, First: at(float64(i), uint64(i+1)), Last: at(float64(i), uint64(i+1))})
		}
	})
}

func TestOffersOfBothPeersAreCompared(t *testing.T) {
	_, got := judge(t, offersOfBoth())
	if len(got) != 2 {
		t.Fatalf("got %v", codes(got))
	}
	a := got[0]
	if !strings.Contains(a.Interpretation, "encryption, integrity") || a.Confidence.Cause != report.ConfidenceHigh {
		t.Errorf("%v: %s", a.Confidence, a.Interpretation)
	}
	if d := cmp.Diff([]string{"PRF: PRF_HMAC_SHA1", "key exchange: MODP_2048"}, a.Evidence["common"]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"encryption", "integrity"}, a.Evidence["not_common"]); d != "" {
		t.Error(d)
	}
}

func TestLossIsNotBlamedOnThePathWhereTheCaptureLost(t *testing.T) {
	_, got := judge(t, lossyCapture())
	a := find(t, got, "esp-loss")
	if a.Count != 5 || a.Evidence["lost_by_capture"] != uint64(40) {
		t.Errorf("count %d, %v", a.Count, a.Evidence)
	}
	if !slices.ContainsFunc(a.Unknown, func(s string) bool { return strings.Contains(s, "40 more") }) {
		t.Errorf("unknown: %v", a.Unknown)
	}
}

func TestLossThatIsAnUpperBoundSaysSo(t *testing.T) {
	f := losing(5, 1000)
	f.Tunnel.ChildSAs[0].MissingExact = false
	_, got := judge(t, f)
	if a := find(t, got, "esp-loss"); !strings.HasPrefix(a.Observation, "At most 5 of 1,005") || a.Evidence["missing_exact"] != false {
		t.Errorf("%s", a.Observation)
	}
}

// Copies are not packets of their own when the share of loss is taken.
func TestLossShareLeavesCopiesOut(t *testing.T) {
	f := losing(10, 2000)
	f.Tunnel.ChildSAs[0].Duplicates = 1010
	_, got := judge(t, f)
	a := find(t, got, "esp-loss")
	if a.Severity != report.SeverityWarning || a.Evidence["received"] != uint64(990) || a.Evidence["share"] != 0.01 {
		t.Errorf("%s %v", a.Severity, a.Evidence)
	}
}

// Counts that no capture can have must not wrap round to a division by zero.
func TestLossOfImpossibleCounts(t *testing.T) {
	f := losing(1<<64-1, 1<<64-1)
	f.Tunnel.ChildSAs = append(f.Tunnel.ChildSAs, f.Tunnel.ChildSAs[0])
	f.Tunnel.ChildSAs[2].Missing, f.Tunnel.ChildSAs[2].Packets = 1, 1
	f.Children = append(f.Children, f.Children[0])
	_, got := judge(t, f)
	if a := find(t, got, "esp-loss"); a.Count != 1<<64-1 || a.Evidence["share"] != 0.5 {
		t.Errorf("count %d, %v", a.Count, a.Evidence)
	}
}

func TestLossIsToldForEachDirection(t *testing.T) {
	f := losing(5, 1000)
	f.Tunnel.ChildSAs[1].Missing = 7
	_, got := judge(t, f)
	if len(got) != 2 || got[0].Evidence["direction"] == got[1].Evidence["direction"] || got[0].Count+got[1].Count != 12 {
		t.Errorf("got %v", codes(got))
	}
}

func TestForgedICMPIsBoundedAndCounted(t *testing.T) {
	_, got := judge(t, manySenders())
	listed, further := uint64(0), uint64(0)
	for _, a := range got {
		if a.Code == "icmp-rejected" {
			listed += a.Count
			if n, ok := a.Evidence["further_errors"]; ok {
				further += n.(uint64)
			}
		}
	}
	if len(got) != maxRejections || listed+further != 40 {
		t.Errorf("%d anomalies, %d listed and %d further errors", len(got), listed, further)
	}
}

// Advice goes with what became of the message.
func TestRetransmissionAdvice(t *testing.T) {
	for _, c := range []struct {
		answer *Mark
		begins string
	}{{ptr(at(26, 105)), "Answered in the end"}, {nil, "Never answered"}} {
		f := upTunnel()
		r := sent("INFORMATIONAL", 2, "responder", 100, 20, 21, 23)
		r.Answered = c.answer
		f.IKE[0].Repeats = []Repeat{r}
		_, got := judge(t, f)
		if a := find(t, got, "ike-retransmission"); len(a.Advice) != 2 || !strings.HasPrefix(a.Advice[0], c.begins) {
			t.Errorf("%q", a.Advice)
		}
		if e, _ := Lookup("ike-retransmission"); len(e.Advice) != 3 {
			t.Fatal("the catalogue was changed")
		}
	}
}

// Marks that were never set may carry the epoch as their time.
func TestUnsetMarksSayNothing(t *testing.T) {
	unset := Mark{Time: time.Unix(0, 0).UTC()}
	f := aggressive("RSA signature")
	f.Tunnel.IKESAs[0].Proposal.Authentication = ""
	f.Tunnel.IKESAs[0].NAT = &report.NAT{Initiator: true}
	f.IKE[0].HashInClear, f.IKE[0].NATSeen, f.IKE[0].AuthenticatedAt = unset, unset, unset
	verdict, got := judge(t, f)
	if c := codes(got); !slices.Equal(c, []string{"info nat-detected"}) || !got[0].FirstSeen.Equal(t0) {
		t.Errorf("got %v", c)
	}
	if strings.Contains(verdict, "since") || strings.Contains(verdict, "1970") {
		t.Errorf("verdict %s", verdict)
	}
	f = headless(1)
	f.Children[0].Gaps[0].After = unset
	_, got = judge(t, f)
	if a := find(t, got, "esp-loss"); a.FirstSeen.Before(t0) || len(a.Refs) != 1 {
		t.Errorf("first seen %v, %v", a.FirstSeen, a.Refs)
	}
}

// One host that refuses everything is one finding, and explains what was
// refused even if it is not the first kind of packet.
func TestRefusalsOfOneHostAreOne(t *testing.T) {
	f := deadTunnel()
	f.Quotes = []Quote{
		{Sender: "198.51.100.1", Type: 3, Code: 3, About: "keepalive", ToResponder: true, Count: 2, First: at(0.1, 20), Last: at(45.1, 24)},
		{Sender: "198.51.100.1", Type: 3, Code: 3, About: "ike", ToResponder: true, Count: 3, First: at(0.2, 21), Last: at(45.2, 25)},
	}
	_, got := judge(t, f)
	a := find(t, got, "icmp-rejected")
	if a.Count != 5 || !strings.Contains(a.Observation, "NAT keepalives, IKE messages") {
		t.Errorf("count %d: %s", a.Count, a.Observation)
	}
	if c := find(t, got, "no-answer").ConsequenceOf; c != a.ID {
		t.Errorf("no-answer is a consequence of %q", c)
	}
}

func TestConsequences(t *testing.T) {
	_, got := judge(t, deadTunnel())
	if a := find(t, got, "ike-retransmission"); a.ConsequenceOf != "no-answer-1" {
		t.Errorf("ike-retransmission is a consequence of %q", a.ConsequenceOf)
	}
	if a := find(t, got, "no-answer"); a.ConsequenceOf != "" {
		t.Errorf("no-answer is a consequence of %q", a.ConsequenceOf)
	}

	f := deadTunnel()
	f.Quotes = []Quote{{Sender: "203.0.113.9", Type: 3, Code: 13, About: "ike", ToResponder: true, Count: 1, First: at(3.1, 20), Last: at(3.1, 20)}}
	_, got = judge(t, f)
	if a := find(t, got, "no-answer"); a.ConsequenceOf != "icmp-rejected-1" {
		t.Errorf("no-answer is a consequence of %q", a.ConsequenceOf)
	}
	if w := Worst(got); w != report.SeverityCritical {
		t.Errorf("the cause hides how grave it is: %s", w)
	}

	// Refused an hour later, or data instead of IKE: not the same packets.
	for name, change := range map[string]func(*Quote){
		"later":         func(q *Quote) { q.First, q.Last = at(3600, 20), at(3600, 20) },
		"data":          func(q *Quote) { q.About = "esp" },
		"the other way": func(q *Quote) { q.ToResponder = false },
	} {
		f := deadTunnel()
		q := Quote{Sender: "203.0.113.9", Type: 3, Code: 13, About: "ike", ToResponder: true, Count: 1, First: at(3.1, 20), Last: at(3.1, 20)}
		change(&q)
		f.Quotes = []Quote{q}
		_, got := judge(t, f)
		if a := find(t, got, "no-answer"); a.ConsequenceOf != "" {
			t.Errorf("%s: no-answer is a consequence of %q", name, a.ConsequenceOf)
		}
	}
}

func TestNoAnswerInDetail(t *testing.T) {
	_, got := judge(t, deadTunnel())
	a := find(t, got, "no-answer")
	want := map[string]any{
		"initiator_spis": []string{"1d3827fc604e04cb"}, "attempts": 1, "requests": uint64(5),
		"gaps_seconds": []float64{3, 6, 12, 24}, "timers": "FortiOS", "waited_seconds": 55.0,
	}
	if d := cmp.Diff(want, a.Evidence); d != "" {
		t.Error(d)
	}
	if a.WiresharkFilter != "frame.number in {1..5}" || !a.FirstSeen.Equal(t0) || !a.LastSeen.Equal(t0.Add(45*time.Second)) {
		t.Errorf("%s, %v to %v", a.WiresharkFilter, a.FirstSeen, a.LastSeen)
	}
	if a.Confidence.Fact != report.ConfidenceHigh || a.Confidence.Cause != report.ConfidenceLow || len(a.Alternatives) < 3 {
		t.Errorf("%v, %v", a.Confidence, a.Alternatives)
	}
	if !strings.Contains(a.Commands[0], "host 192.0.2.1 ") {
		t.Errorf("command without the address: %s", a.Commands[0])
	}
}

// An initiator that draws a new SPI for each try makes one finding, not many.
func TestAttemptsAreSummedUp(t *testing.T) {
	f := deadTunnel()
	for i := range 3 {
		d := deadTunnel()
		d.Tunnel.IKESAs[0].ID = fmt.Sprintf("ike-%d", i+2)
		f.Tunnel.IKESAs = append(f.Tunnel.IKESAs, d.Tunnel.IKESAs...)
		f.IKE = append(f.IKE, d.IKE...)
	}
	_, got := judge(t, f)
	a := find(t, got, "no-answer")
	if a.Count != 4 || a.Evidence["requests"] != uint64(20) || !strings.Contains(a.Observation, "4 such attempts") {
		t.Errorf("count %d, %v: %s", a.Count, a.Evidence, a.Observation)
	}
}

func TestRefsOverSourcesAreFilteredBySPI(t *testing.T) {
	f := deadTunnel()
	for i := range f.IKE[0].Repeats[0].Sent {
		f.IKE[0].Repeats[0].Sent[i].Ref.Source = i % 2
	}
	_, got := judge(t, f)
	if a := find(t, got, "no-answer"); a.WiresharkFilter != "isakmp.ispi == 1d:38:27:fc:60:4e:04:cb" {
		t.Errorf("filter %q", a.WiresharkFilter)
	}
}

func TestReplayWindows(t *testing.T) {
	for _, c := range []struct {
		lateness uint32
		want     []uint32
	}{
		{0, []uint32{}}, {31, []uint32{}}, {32, []uint32{32}}, {63, []uint32{32}}, {64, []uint32{32, 64}},
		{1023, []uint32{32, 64, 128}}, {1 << 31, []uint32{32, 64, 128, 1024, 2048}},
	} {
		_, got := judge(t, late(1, c.lateness))
		a := find(t, got, "esp-reordering")
		if d := cmp.Diff(c.want, a.Evidence["windows_that_drop"]); d != "" {
			t.Errorf("%d: %s", c.lateness, d)
		}
	}
}

func TestMarksWithoutCountsStillFire(t *testing.T) {
	f := upTunnel()
	f.Children[0].Duplicate.Count, f.Children[0].Late.Count, f.Children[0].Restart.Count = 1, 1, 1
	_, got := judge(t, f)
	if len(got) != 3 {
		t.Errorf("got %v", codes(got))
	}
}

// Names as IANA, strongSwan and IKEv1's registries have them.
func TestWeakNames(t *testing.T) {
	type verdict int
	const (
		fine verdict = iota
		weak
		banned
	)
	judgeName := func(judge func(string) (string, bool), name string) verdict {
		switch why, no := judge(strings.ToUpper(name)); {
		case no:
			return banned
		case why != "":
			return weak
		}
		return fine
	}
	for name, want := range map[string]verdict{
		"DES_CBC": banned, "ENCR_DES": banned, "DES-CBC": banned, "DES_IV64": banned, "des": banned,
		"3DES_CBC": weak, "ENCR_3DES": weak, "3DES-CBC": weak, "BLOWFISH_CBC-128": weak, "CAST_CBC": weak, "RC5-R16-B64-CBC": weak, "3IDEA": weak,
		"NULL": banned, "ENCR_NULL": banned,
		"NULL_AUTH_AES_GMAC": fine, "ENCR_NULL_AUTH_AES_GMAC": fine, "AES_CBC-128": fine, "AES_GCM_16-256": fine, "CHACHA20_POLY1305": fine, "CAMELLIA_CBC": fine, "": fine,
	} {
		if got := judgeName(weakEncryption, name); got != want {
			t.Errorf("encryption %q: %d, want %d", name, got, want)
		}
	}
	for name, want := range map[string]verdict{
		"MD5": banned, "HMAC_MD5_96": banned, "AUTH_HMAC_MD5_128": banned, "PRF_HMAC_MD5": banned, "DES_MAC": banned, "KPDK_MD5": banned,
		"SHA1": fine, "SHA": fine, "HMAC_SHA1_96": fine, "HMAC_SHA2_256_128": fine, "PRF_AES128_XCBC": fine, "": fine,
	} {
		if got := judgeName(weakHash, name); got != want {
			t.Errorf("hash %q: %d, want %d", name, got, want)
		}
	}
	for name, want := range map[string]verdict{
		"MODP_768": banned, "768-bit MODP Group": banned, "MODP_1024_160": banned, "1024-bit MODP Group with 160-bit Prime Order Subgroup": banned,
		"MODP_1024": weak, "1024-bit MODP Group": weak, "MODP_1536": weak, "MODP_2048_224": weak, "MODP_2048_256": weak, "group 2": weak, "5": weak, "DH-24": weak, "22": banned, "1": banned,
		"MODP_2048": fine, "MODP_3072": fine, "ECP_256": fine, "ECP_384": fine, "CURVE_25519": fine, "Curve25519": fine, "brainpoolP224r1": fine, "ML_KEM_768": fine, "ML_KEM_1024": fine, "group 14": fine, "14": fine, "NONE": fine, "": fine,
	} {
		if got := judgeName(weakGroup, name); got != want {
			t.Errorf("group %q: %d, want %d", name, got, want)
		}
	}
}

func TestRejection(t *testing.T) {
	for _, c := range []struct {
		v6      bool
		typ     uint8
		code    uint8
		refuses bool
	}{
		{false, 3, 0, true}, {false, 3, 3, true}, {false, 3, 13, true}, {false, 3, 200, true},
		{false, 3, 4, false}, {false, 0, 0, false}, {false, 4, 0, false}, {false, 5, 1, false}, {false, 11, 0, false}, {false, 12, 0, false},
		{true, 1, 0, true}, {true, 1, 4, true}, {true, 1, 99, true}, {true, 4, 1, true},
		{true, 2, 0, false}, {true, 3, 0, false}, {true, 4, 0, false}, {true, 129, 0, false},
	} {
		if got := rejection(&Quote{V6: c.v6, Type: c.typ, Code: c.code}) != ""; got != c.refuses {
			t.Errorf("v6 %v type %d code %d: %v", c.v6, c.typ, c.code, got)
		}
	}
}
