package output

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// Detail writes the block of one tunnel, as Table does for those in trouble, for a
// capture that goes on. Lines are no wider than width where the words allow.
func Detail(w io.Writer, t *report.Tunnel, o Options, width int) error {
	t = safe(t)
	head := report.Report{Sources: []report.Source{{FirstSeen: &t.FirstSeen, LastSeen: &t.LastSeen}}}
	p := newPrinter(w, o, &head)
	p.width, p.live = width, true
	p.detail(0, t)
	return p.flush()
}

// detail is the block of one tunnel: verdict, state, paths, timeline, anomalies.
func (p *printer) detail(n int, t *report.Tunnel) {
	number := ""
	if n > 0 {
		number = fmt.Sprintf("#%d ", n)
	}
	p.fields(number+p.paint(label(t))+"  ",
		p.peer(t.Initiator)+" "+Arrow(t)+" "+p.peer(t.Responder), ikeVersion(t)+transportSummary(t), "id "+t.ID)
	if t.Verdict != "" {
		p.text("   ", t.Verdict)
	}
	p.blank()
	p.state(t)
	p.blank()
	p.paths(t)
	if p.opt.Verbose {
		p.associations(t)
	}
	if len(t.Events) > 0 {
		p.blank()
		p.timeline(t)
	}
	if len(t.Anomalies) > 0 {
		p.blank()
		p.anomalies(n, t.Anomalies, "   ")
	}
}

// peer is an address with its name, if one is known.
func (p *printer) peer(addr string) string {
	if n := p.nameOf(addr); n != "" {
		return addr + " (" + Elide(n, 60) + ")"
	}
	return addr
}

func ikeVersion(t *report.Tunnel) string {
	if t.IKEVersion == 0 {
		return ""
	}
	return fmt.Sprintf("IKEv%d, ", t.IKEVersion)
}

// state says what is up at the end of the capture, and how much was counted.
func (p *printer) state(t *report.Tunnel) {
	data := map[report.Data]string{
		report.DataBoth:        "data -> and <- flowing",
		report.DataToResponder: "data only ->",
		report.DataToInitiator: "data only <-",
		report.DataNone:        "no data",
	}[t.Data]
	if data != "" {
		data += map[bool]string{false: " at end of capture", true: " now"}[p.live]
	}
	from := "(-> is from the initiator)"
	if !t.InitiatorKnown {
		from = "(-> is from " + t.Initiator + "; who initiated is not known)"
	}
	p.fields("   ", "phase 1 "+p.paint(string(t.Phase1)), "phase 2 "+p.paint(string(t.Phase2)), data+" "+from)

	protocol := "ESP"
	if dataProtocol(t) == "AH" {
		protocol = "AH"
	}
	m := MissingOf(t)
	fields := []string{
		fmt.Sprintf("IKE messages -> %s <- %s", Number(t.IKEMessages.Initiator), Number(t.IKEMessages.Responder)),
		fmt.Sprintf("%s packets -> %s <- %s", protocol, Number(t.ESPPackets.ToResponder), Number(t.ESPPackets.ToInitiator)),
	}
	if m.ToResponder.Judged || m.ToInitiator.Judged {
		fields = append(fields, fmt.Sprintf("missing -> %s <- %s", m.ToResponder, m.ToInitiator))
	}
	p.fields("   ", fields...)
	p.spis(t)
}

// timeline writes the events, the first and last few if there are many.
func (p *printer) timeline(t *report.Tunnel) {
	const most = 16
	head, tail := t.Events, []report.TimelineEvent(nil)
	if len(t.Events) > most && !p.opt.Verbose || t.EventsTotal > len(t.Events) {
		half := min(most, len(t.Events)) / 2
		if p.opt.Verbose {
			half = len(t.Events) / 2
		}
		head, tail = t.Events[:half], t.Events[len(t.Events)-half:]
	}
	gap := max(t.EventsTotal, len(t.Events)) - len(head) - len(tail)

	g := grid{indent: 3}
	g.column("TIME " + p.clock.column())
	g.number("PACKET")
	g.column("SEEN")
	prev := time.Time{}
	add := func(list []report.TimelineEvent) {
		for _, e := range list {
			g.add(p.clock.after(e.Time, prev), p.eventRef(e.Ref), directionArrow(e.Direction)+e.Text)
			prev = e.Time
		}
	}
	add(head)
	if gap > 0 {
		more := "   .. " + plural(uint64(gap), "more event")
		if len(t.Events) > len(head)+len(tail) {
			more += " (-v shows more)"
		}
		g.add("", "", more)
	}
	add(tail)
	// What time and number leave is for the text, which hangs behind its arrow.
	w := g.widths()
	room := max(p.width-g.indent-w[0]-w[1]-2*2-len("-> "), 20)
	for _, row := range g.rows {
		row[2] = row[2][:3] + strings.Join(wrap(row[2][3:], room), "\n   ")
	}
	p.grid(&g)
}

// eventRef is the packet number without #, as the column says PACKET.
func (p *printer) eventRef(r report.Ref) string {
	return strings.Replace(p.ref(r), "#", "", 1)
}

func directionArrow(direction string) string {
	switch direction {
	case "to-responder":
		return "-> "
	case "to-initiator":
		return "<- "
	}
	return "   "
}
