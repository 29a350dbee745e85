package diagnose

import (
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

func TestVerdict(t *testing.T) {
	for name, c := range map[string]struct {
		facts *Facts
		want  string
	}{
		"up": {upTunnel(), "Up on UDP 4500 since 10:00:02 UTC; data flows both ways."},
		"up, began before": {with(upTunnel(), func(f *Facts) { f.IKE[0].Began = false }),
			"Up on UDP 4500, begun before the capture; data flows both ways."},
		"up, IKE_AUTH not timed": {with(upTunnel(), func(f *Facts) { f.IKE[0].AuthenticatedAt = Mark{} }),
			"Up on UDP 4500, begun at 10:00:00 UTC; data flows both ways."},
		"up since before the rekey": {with(upTunnel(), func(f *Facts) {
			old, oldFacts := f.Tunnel.IKESAs[0], f.IKE[0]
			old.ID, old.Status, old.ReplacedBy = "ike-0", report.StatusClosed, "ike-1"
			f.Tunnel.IKESAs[0].RekeyOf = "ike-0"
			f.IKE[0].AuthenticatedAt = Mark{}
			f.Tunnel.IKESAs = append([]report.IKESA{old}, f.Tunnel.IKESAs...)
			f.IKE = append([]IKEFacts{oldFacts}, f.IKE...)
		}), "Up on UDP 4500 since 10:00:02 UTC; data flows both ways."},
		"up since before a rekey seen from one side": {with(upTunnel(), func(f *Facts) {
			old, oldFacts := f.Tunnel.IKESAs[0], f.IKE[0]
			old.ID, old.Status = "ike-0", report.StatusClosed
			f.Tunnel.IKESAs[0].RekeyOf, f.IKE[0].Began = "ike-0", false
			f.Tunnel.IKESAs = append([]report.IKESA{old}, f.Tunnel.IKESAs...)
			f.IKE = append([]IKEFacts{oldFacts}, f.IKE...)
		}), "Up on UDP 4500 since 10:00:02 UTC; data flows both ways."},
		"raw AH": {with(upTunnel(), func(f *Facts) {
			f.Tunnel.Paths[0].Transport, f.Tunnel.Paths[0].Responder = "ip", "198.51.100.1"
			f.Tunnel.ChildSAs[0].Protocol, f.Tunnel.ChildSAs[1].Protocol = "ah", "ah"
		}), "Up on raw AH since 10:00:02 UTC; data flows both ways."},
		"replaced in a ring": {with(upTunnel(), func(f *Facts) {
			f.Tunnel.IKESAs = append(f.Tunnel.IKESAs, f.Tunnel.IKESAs[0])
			f.Tunnel.IKESAs[1].ID, f.Tunnel.IKESAs[1].RekeyOf, f.Tunnel.IKESAs[0].RekeyOf = "ike-2", "ike-1", "ike-2"
			f.IKE = append(f.IKE, f.IKE[0])
		}), "Up on UDP 4500 since 10:00:02 UTC; data flows both ways."},
		"over two days": {with(upTunnel(), func(f *Facts) { f.Tunnel.LastSeen = t0.Add(20 * time.Hour) }),
			"Up on UDP 4500 since 2026-03-02 10:00:02 UTC; data flows both ways."},
		"raw ESP beside UDP 500": {with(upTunnel(), func(f *Facts) {
			f.Tunnel.Paths[0].Transport, f.Tunnel.Paths[0].Responder = "ip", "198.51.100.1"
			ike := f.Tunnel.Paths[0]
			ike.Transport, ike.Responder = "udp", "198.51.100.1:500"
			ike.Traffic.ToResponder.ESPPackets, ike.Traffic.ToInitiator.ESPPackets = 0, 0
			f.Tunnel.Paths = append(f.Tunnel.Paths, ike)
		}), "Up on raw ESP since 10:00:02 UTC; data flows both ways."},
		"loss": {losing(50, 1000), "Up on UDP 4500 since 10:00:02 UTC; data flows both ways. 4.8 % of the packets from 192.0.2.1 are missing here."},
		"one way": {oneWayTunnel(100, 30),
			"Up on UDP 4500 since 10:00:02 UTC; at the end data was seen only from 192.0.2.1 to 198.51.100.1."},
		"no answer": {deadTunnel(), "IKE_SA_INIT was sent 5 times and nothing came back here."},
		"refused":   {refusedTunnel(), "198.51.100.1 accepted no proposal of 192.0.2.1 (NO_PROPOSAL_CHOSEN)."},
		"still negotiating": {with(deadTunnel(), func(f *Facts) { f.Tunnel.Status = report.StatusNegotiating }),
			"Still negotiating at the end of the capture: IKE_SA_INIT was sent 5 times and nothing came back here."},
		"IKE_AUTH in vain": {with(upTunnel(), func(f *Facts) {
			f.Tunnel.Status, f.IKE[0].Authenticated = report.StatusFailed, false
			f.IKE[0].Repeats = []Repeat{sent("IKE_AUTH", 1, "initiator", 3, 0, 1, 3)}
		}), "IKE_AUTH was sent 3 times and no answer was seen here."},
		"authentication refused, encrypted": {with(upTunnel(), func(f *Facts) { f.Tunnel.Status = report.StatusFailed }),
			"192.0.2.1 and 198.51.100.1 exchanged authentication, with an outcome that is encrypted; nothing seen here proves the tunnel up."},
		"authentication refused": {refusedThrice(cbc, 80, 0, 0.7, 1.5)(),
			"Still negotiating at the end of the capture: 198.51.100.1 answered IKE_AUTH of 192.0.2.1 in 3 attempts with a short message, and nothing followed. Likely cause: it refuses the authentication (medium confidence)."},
		"authentication refused, silent since": {with(refusedThrice(gcm, 65, 0)(), func(f *Facts) { f.Tunnel.Status = report.StatusSilent }),
			"198.51.100.1 answered IKE_AUTH of 192.0.2.1 with a short message, and nothing followed. Likely cause: it refuses the authentication (medium confidence)."},
		"another pre-shared key": {with(mainMode(5), func(f *Facts) { f.Tunnel.Status = report.StatusFailed }),
			"Main mode of 192.0.2.1 stops at message 5. Likely cause: another pre-shared key at 198.51.100.1 (medium confidence)."},
		"EAP refused": {with(eap(gcm, 1236, 97, 65), func(f *Facts) { f.Tunnel.Status = report.StatusFailed }),
			"3 rounds of IKE_AUTH ended with a short answer of 198.51.100.1. Likely cause: EAP refused the user (medium confidence)."},
		"EAP waits": {with(eap(gcm, 1236, 97, 129), func(f *Facts) { f.End, f.Tunnel.Status = t0.Add(90*time.Second), report.StatusFailed }),
			"IKE_AUTH stopped in the middle: 192.0.2.1 did not go on. Likely cause: EAP waited for somebody in vain (low confidence)."},
		"no Child SA": {noChildTunnel(cbc, 144),
			"Up on UDP 4500 since 10:00:00 UTC; no data was seen. No Child SA came up. Likely cause: selectors or proposals of phase 2 that do not fit (medium confidence)."},
		"quick mode refused": {with(quickMode(4), func(f *Facts) { said(f, 0, "informational", 10, "responder", 30.02, 92, -1, 0) }),
			"Still negotiating at the end of the capture: phase 1 stands, but no Child SA came of it. Likely cause: selectors or proposals of phase 2 that do not fit (medium confidence)."},
		"rekey failed": {with(rekeyRefused(480, 30, 50)(), func(f *Facts) { stopping(f, 40) }),
			"Up on UDP 4500 since 10:00:02 UTC; the last data packet was seen at 10:00:40 UTC. The last rekey failed. Likely cause: PFS or proposals of phase 2 differ (medium confidence)."},
		"rekey failed, data goes on": {rekeyRefused(209, 30, 40)(),
			"Up on UDP 4500 since 10:00:02 UTC; data flows both ways. The last rekey failed. Likely cause: PFS or proposals of phase 2 differ (medium confidence)."},
		"not renewed": {aged(3595),
			"Up on UDP 4500 since 10:00:02 UTC; no data at the end of the capture. Data stopped at 10:59:57 UTC, at the end of a usual lifetime. Likely cause: the Child SA ran out and was not renewed (medium confidence)."},
		"begun by the other peer": {with(refusedTunnel(), func(f *Facts) { f.IKE[0].Reversed = true }),
			"192.0.2.1 accepted no proposal of 198.51.100.1 (NO_PROPOSAL_CHOSEN)."},
		"ESP only": {with(upTunnel(), func(f *Facts) {
			f.Tunnel.Status, f.Tunnel.IKESAs, f.IKE = report.StatusESPOnly, nil, nil
			f.Tunnel.ChildSAs[0].FirstSequence = 4711
		}), "No IKE was seen here: the tunnel began before the capture, or its IKE takes another way; on UDP 4500 data flows both ways."},
		"silent": {with(upTunnel(), func(f *Facts) {
			f.Tunnel.Status, f.Tunnel.Data = report.StatusSilent, report.DataNone
			f.Tunnel.Paths[0].Traffic.ToInitiator.LastSeen = ptr(t0.Add(90 * time.Second))
		}), "192.0.2.1 fell silent at 10:01:00 UTC; 198.51.100.1 still sent until 10:01:30 UTC."},
		"closed": {with(upTunnel(), func(f *Facts) { f.Tunnel.Status = report.StatusClosed }),
			"Closed; the last packet was seen at 10:01:00 UTC, after 1,000 data packets to 198.51.100.1 and 1,000 to 192.0.2.1."},
	} {
		t.Run(name, func(t *testing.T) {
			if got, _ := judge(t, c.facts); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestVerdictNamesTheFilterThatRefuses(t *testing.T) {
	f := deadTunnel()
	f.Quotes = []Quote{{Sender: "203.0.113.9", Type: 3, Code: 13, About: "ike", ToResponder: true, Count: 1, First: at(0.1, 20), Last: at(0.1, 20)}}
	got, _ := judge(t, f)
	if !strings.Contains(got, "administratively prohibited") || !strings.Contains(got, "203.0.113.9") {
		t.Errorf("got %s", got)
	}
}

func TestTextForms(t *testing.T) {
	for got, want := range map[string]string{
		grouped(0): "0", grouped(999): "999", grouped(1068): "1,068", grouped(1234567): "1,234,567",
		count(1, "packet"): "1 packet", count(2, "reply"): "2 replies", count(0, "address"): "0 addresses",
		times(1): "once", times(2): "twice", times(5000): "5,000 times",
		span(38 * time.Millisecond): "38 ms", span(338830 * time.Millisecond): "338.8 s", span(20 * time.Minute): "20 min",
		span(125 * time.Minute): "2 h 5 min", span(72 * time.Hour): "3 days", span(-1): "0 s",
		percent(0): "0 %", percent(0.00001): "less than 0.01 %", percent(0.0031): "0.31 %", percent(0.048): "4.8 %", percent(0.5): "50 %",
		gapList([]float64{3, 6.04}): "3.0, 6.0 s",
		upTo(2, []string{"a", "b"}): "a, b",
		upTo(1, []string{"a", "b"}): "a and 1 more",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
