package diagnose

import (
	"time"

	"github.com/ikesniff/ikesniff/report"
)

func seen(packets, ike, esp uint64, first, last float64) report.PathTraffic {
	return report.PathTraffic{Packets: packets, Bytes: packets * 500, IKEMessages: ike, ESPPackets: esp,
		FirstSeen: ptr(at(first, 1).Time), LastSeen: ptr(at(last, 1).Time)}
}

func happened(n uint64, first, last float64) Occurrences {
	return Occurrences{Count: n, First: at(first, uint64(first*10)+1000), Last: at(last, uint64(last*10)+1000)}
}

// tcpTunnel is a healthy tunnel over RFC 8229, seen from its SYN.
func tcpTunnel() *Facts {
	return with(upTunnel(), func(f *Facts) {
		p := &f.Tunnel.Paths[0]
		p.Transport, p.Initiator, p.Responder = overRFC8229, "192.0.2.1:58518", "198.51.100.1:443"
		p.Traffic.ToResponder, p.Traffic.ToInitiator = seen(1010, 4, 1000, 0, 60), seen(1005, 4, 1000, 0.1, 60)
		f.TCP = []TCPFacts{{Path: 0, SYNs: 1, SYN: at(-0.2, 100), Open: at(-0.1, 101), Prefix: at(-0.05, 102), FirstAnswer: at(0.02, 2)}}
	})
}

// tcpUnheard is a connection on which the responder says nothing.
func tcpUnheard() *Facts {
	return with(deadTunnel(), func(f *Facts) {
		f.IKE[0].Repeats = nil
		p := report.Path{ID: "path-1", Transport: overRFC8229, Initiator: "192.0.2.1:58518", Responder: "198.51.100.1:443"}
		p.Traffic.ToResponder = seen(3, 1, 0, 0, 0)
		f.Tunnel.Paths = []report.Path{p}
		f.TCP = []TCPFacts{{Path: 0, SYNs: 1, SYN: at(-0.2, 100), Open: at(-0.1, 101), Prefix: at(-0.05, 102)}}
	})
}

// fakeTunnel is a healthy tunnel with IKE over TCP and data in fake TCP on the
// same ports.
func fakeTunnel() *Facts {
	return with(tcpTunnel(), func(f *Facts) {
		f.Tunnel.Paths[0].Traffic.ToResponder, f.Tunnel.Paths[0].Traffic.ToInitiator = seen(20, 10, 0, 0, 60), seen(20, 10, 0, 0.1, 60)
		p := f.Tunnel.Paths[0]
		p.ID, p.Transport = "path-2", overFakeTCP
		p.Traffic.ToResponder, p.Traffic.ToInitiator = seen(1000, 0, 1000, 3, 60), seen(1000, 0, 1000, 3, 60)
		f.Tunnel.Paths = append(f.Tunnel.Paths, p)
		f.TCP = append(f.TCP, TCPFacts{Path: 1, SYNs: 1, SYN: at(-0.2, 100), Open: at(-0.1, 101),
			ToResponder: TCPDirectionFacts{Frames: happened(1000, 3, 60), Repeats: happened(988, 3.1, 60), Received: 1000},
			ToInitiator: TCPDirectionFacts{Frames: happened(1000, 3, 60), Repeats: happened(990, 3.1, 60), Received: 1000},
		})
	})
}

// fakeMissing has holes in the data to the responder.
func fakeMissing(frames, repeats, missing uint64) *Facts {
	return with(fakeTunnel(), func(f *Facts) {
		d := &f.TCP[1].ToResponder
		d.Frames, d.Repeats, d.Missing, d.Received = happened(frames, 3, 60), happened(repeats, 3.1, 60), missing, frames
		if repeats == 0 {
			d.Repeats = Occurrences{}
		}
		f.Tunnel.Paths[1].Traffic.ToResponder = seen(frames, 0, frames, 3, 60)
		c := &f.Tunnel.ChildSAs[0]
		c.Packets, c.Missing = frames, missing
		f.Tunnel.ESPPackets.ToResponder = frames
		if missing > 0 {
			f.Children[0].Gaps = []Gap{{at(3, 1030), at(8, 1080), 2, uint32(missing/2) + 1}, {at(8, 1080), at(13, 1130), 60, 60 + uint32(missing/2)}}
			f.Children[0].GapsTotal = 2
		}
	})
}

// deafFake has data in fake TCP to the responder only.
func deafFake() *Facts {
	return with(fakeTunnel(), func(f *Facts) {
		f.Tunnel.Data = report.DataToResponder
		f.Tunnel.Paths[1].Traffic.ToInitiator = report.PathTraffic{}
		f.TCP[1].ToInitiator = TCPDirectionFacts{}
		f.Tunnel.ChildSAs, f.Children = f.Tunnel.ChildSAs[:1], f.Children[:1]
		f.Tunnel.ESPPackets.ToInitiator = 0
		f.OneWay = &OneWay{ToResponder: true, Packets: 1000, First: at(3, 1030), Last: at(60, 1600)}
	})
}

// underUDPTunnel has IKE on UDP and data in fake TCP on the same ports.
func underUDPTunnel() *Facts {
	return with(upTunnel(), func(f *Facts) {
		p := f.Tunnel.Paths[0]
		f.Tunnel.Paths[0].Traffic.ToResponder, f.Tunnel.Paths[0].Traffic.ToInitiator = seen(20, 10, 0, 0, 60), seen(20, 10, 0, 0.1, 60)
		p.ID, p.Transport = "path-2", overFakeTCP
		f.Tunnel.Paths = append(f.Tunnel.Paths, p)
		f.TCP = []TCPFacts{{Path: 1,
			ToResponder: TCPDirectionFacts{Frames: happened(1000, 3, 60), Repeats: happened(998, 3.1, 60), Received: 1000},
			ToInitiator: TCPDirectionFacts{Frames: happened(1000, 3, 60), Repeats: happened(998, 3.1, 60), Received: 1000},
		}}
	})
}

// reconnecting has n connections that follow one another, so many seconds apart.
func reconnecting(n int, every float64) *Facts {
	return with(tcpTunnel(), func(f *Facts) {
		first := f.Tunnel.Paths[0]
		for i := range n {
			start := every * float64(i+1)
			p := first
			p.ID, p.Initiator = "path-"+string(rune('a'+i)), "192.0.2.1:"+string(rune('1'+i))+"0000"
			p.Traffic.ToResponder, p.Traffic.ToInitiator = seen(100, 2, 90, start, start+every/2), seen(100, 2, 90, start, start+every/2)
			f.Tunnel.Paths = append(f.Tunnel.Paths, p)
			frame := uint64(5000 + 10*i)
			f.TCP = append(f.TCP, TCPFacts{Path: i + 1, SYNs: 1, SYN: at(start, frame), Open: at(start+0.1, frame+1),
				Prefix: at(start+0.1, frame+2), FirstAnswer: at(start+0.2, frame+3)})
			f.Tunnel.ChildSAs[0].Observations = append(f.Tunnel.ChildSAs[0].Observations, report.Observation{Path: p.ID})
		}
		f.Tunnel.LastSeen = t0.Add(time.Duration(every*float64(n+1)) * time.Second)
		f.Tunnel.IKESAs[0].LastSeen = f.Tunnel.LastSeen
		f.TCP[0].Closed, f.TCP[0].Reset = at(every-0.5, 4990), true
		f.End = f.Tunnel.LastSeen
	})
}

// moved is a tunnel that was up on UDP 4500 and goes on over TCP 5500 with a new
// IKE SA, 338.8 s after the client's last packet: 33 keepalives went unheard.
func moved() *Facts {
	return with(upTunnel(), func(f *Facts) {
		udp := &f.Tunnel.Paths[0]
		udp.State = report.PathSilent
		udp.Initiator = "192.0.2.1:59641"
		udp.Traffic.ToResponder, udp.Traffic.ToInitiator = seen(1012, 10, 1000, 0, 60), seen(1068, 10, 1000, 0, 390)
		p := *udp
		p.ID, p.Transport, p.Initiator, p.Responder, p.State = "path-2", overRFC8229, "192.0.2.1:58518", "198.51.100.1:5500", report.PathInUse
		p.Traffic.ToResponder, p.Traffic.ToInitiator = seen(702, 4, 700, 398.8, 700), seen(741, 4, 740, 398.8, 700)
		f.Tunnel.Paths = append(f.Tunnel.Paths, p)
		f.Tunnel.Transports = []string{"udp-nat-t", overRFC8229}
		sa, facts := f.Tunnel.IKESAs[0], f.IKE[0]
		f.Tunnel.IKESAs[0].Status, f.Tunnel.IKESAs[0].ReplacedBy = report.StatusSilent, "ike-2"
		sa.ID, sa.InitiatorSPI, sa.FirstSeen, sa.LastSeen = "ike-2", "aaaaaaaaaaaaaaaa", at(398.803, 1).Time, at(700, 1).Time
		facts.AuthenticatedAt, facts.ChosenAt = at(399.4, 2220), at(398.9, 2206)
		facts.LastFromInitiator, facts.LastFromResponder = at(690, 2900), at(690.1, 2901)
		f.Tunnel.IKESAs, f.IKE = append(f.Tunnel.IKESAs, sa), append(f.IKE, facts)
		f.TCP = []TCPFacts{{Path: 1, SYNs: 1, SYN: at(398.8, 2200), Open: at(398.801, 2201), Prefix: at(398.802, 2203), FirstAnswer: at(398.9, 2206)}}
		f.Changes = []Change{{From: "udp-nat-t", To: overRFC8229, FromPath: 0, ToPath: 1, LastOld: at(60, 2164),
			SYN: at(398.8, 2200), FirstNew: at(398.803, 2205), OldWasUp: true, Inferred: true}}
		f.Keepalives = []Keepalives{{Path: 0, Count: 33, First: at(70, 2167), Last: at(390, 2199), Interval: 10.0,
			OtherLast: at(60, 2164), OtherHadTwoWay: true, ReturnedOn: overRFC8229, ReturnedAt: at(398.8, 2200)}}
		f.Tunnel.LastSeen = at(700, 1).Time
		f.End = f.Tunnel.LastSeen
	})
}

// idle is a healthy tunnel at whose end only one side speaks: keepalives.
func idle() *Facts {
	return with(upTunnel(), func(f *Facts) {
		f.Tunnel.LastSeen = t0.Add(400 * time.Second)
		f.End = f.Tunnel.LastSeen
		f.Keepalives = []Keepalives{{Path: 0, ToResponder: true, Count: 17, First: at(80, 2100), Last: at(400, 2117), Interval: 20,
			OtherLast: at(60, 2015), OtherHadTwoWay: true}}
	})
}

// fellBack asked over UDP in vain and came up over TCP.
func fellBack() *Facts {
	return with(tcpTunnel(), func(f *Facts) {
		d := deadTunnel()
		vain, facts := d.Tunnel.IKESAs[0], d.IKE[0]
		vain.ID, vain.InitiatorSPI = "ike-0", "bbbbbbbbbbbbbbbb"
		vain.FirstSeen, vain.LastSeen = at(-15.2, 1).Time, at(-6.2, 1).Time
		facts.Repeats = []Repeat{sent("IKE_SA_INIT", 0, "initiator", 90, -15.2, -12.2, -6.2)}
		f.Tunnel.IKESAs, f.IKE = append([]report.IKESA{vain}, f.Tunnel.IKESAs...), append([]IKEFacts{facts}, f.IKE...)
		udp := report.Path{ID: "path-0", Transport: "udp-nat-t", Initiator: "192.0.2.1:4500", Responder: "198.51.100.1:4500", State: report.PathSilent}
		udp.Traffic.ToResponder = seen(3, 3, 0, -15.2, -6.2)
		f.Tunnel.Paths = append(f.Tunnel.Paths, udp)
		f.Tunnel.FirstSeen = vain.FirstSeen
		f.Changes = []Change{{From: "udp-nat-t", To: overRFC8229, FromPath: 1, ToPath: 0, LastOld: at(-6.2, 92),
			SYN: at(-0.2, 100), FirstNew: at(0, 103), Unanswered: true, UnansweredSendings: 3, Inferred: true}}
	})
}

func refusedConnect(server string) Attempt {
	return Attempt{Client: "192.0.2.1:50001", Server: server, FromInitiator: true, SYNs: 1, First: at(15, 50), Last: at(15, 50), Refused: at(15.1, 51)}
}
