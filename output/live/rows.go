package live

import (
	"strconv"
	"strings"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// The parts of a line, in cells, with the blanks behind them.
const (
	markWidth  = 2
	stateWidth = 6 + 1
	viaWidth   = 9 + 1
	rateWidth  = 4 + 1
	ratesWidth = 3*rateWidth - 1
	idleWidth  = 4 + 2
	arrowWidth = 2 + 1
	// latestLeast is what the latest anomaly needs to be told from others.
	latestLeast = 15
)

// columns says what there is room for.
type columns struct {
	flat          bool
	ends          int // cells of the peers, of one peer where they have a line each
	via, pps      bool
	idle          bool
	latest        int // cells of the latest anomaly, 0 where it is left out
	latestIsBelow bool
}

// flatWidth is that of a row in one line, with all but peers and latest anomaly.
const flatWidth = markWidth + stateWidth + 1 + viaWidth + 2 + ratesWidth + 3 + ratesWidth + 1 + idleWidth

// flat tells whether a tunnel has one line, not one for each direction: where
// nothing need be shortened for that, or where the lines are too few for two.
func (m *model) flat(lines int) bool {
	room := m.width - flatWidth
	return room >= m.widest.both+4+24 || room+2*rateWidth >= 30+latestLeast && 2*len(m.rows) > lines
}

func (m *model) columns(per int) columns {
	if per == 1 {
		// Where the lines are crowded it is better to know who and what than how
		// many packets besides how many bits.
		w, want := m.width-flatWidth, m.widest.both+4
		c := columns{flat: true, via: true, pps: w >= min(want, 35)+latestLeast, idle: true}
		if !c.pps {
			w += 2 * rateWidth
		}
		c.ends = max(min(want, w-latestLeast), 20)
		c.latest = w - c.ends
		return c
	}
	w := m.width - markWidth - stateWidth
	c := columns{latestIsBelow: true}
	w -= 1 + arrowWidth + 2*rateWidth - 1
	c.ends = max(min(max(m.widest.initiator, m.widest.responder+3), w), 10)
	w -= c.ends
	for _, x := range []struct {
		has   *bool
		width int
	}{{&c.idle, idleWidth - 1}, {&c.pps, rateWidth}, {&c.via, viaWidth}} {
		if *x.has = w >= x.width; *x.has {
			w -= x.width
		} else {
			return c
		}
	}
	if w >= 2+10 {
		c.latest, c.latestIsBelow = w-2, false
	}
	return c
}

func (m *model) tableHead(per int) string {
	c := m.columns(per)
	var b strings.Builder
	b.WriteString(blanks(markWidth) + left("STATE", stateWidth))
	peers := "PEERS (-> from initiator)"
	if c.ends < len(peers) {
		peers = "PEERS"
	}
	b.WriteString(left(peers, c.ends) + " ")
	if c.via {
		b.WriteString(left("VIA", viaWidth))
	}
	rates := func() {
		if c.pps {
			b.WriteString(right("p/s", rateWidth-1) + " ")
		}
		b.WriteString(right("b/s", rateWidth-1) + " " + right("LOSS", rateWidth-1))
	}
	if c.flat {
		b.WriteString("->")
		rates()
		b.WriteString(" <-")
		rates()
	} else {
		b.WriteString(blanks(arrowWidth))
		rates()
	}
	if c.idle {
		b.WriteString(" " + right("IDLE", idleWidth-2))
	}
	if c.latest > 0 {
		b.WriteString("  LATEST")
	}
	return field{strings.TrimRight(b.String(), " "), m.code(sgrBold)}.painted()
}

// tableRows are the lines of the n rows shown; no other row is looked at.
func (m *model) tableRows(n, per int) []string {
	if len(m.rows) == 0 {
		return []string{blanks(markWidth) + "no tunnel yet"}
	}
	c := m.columns(per)
	var out []string
	for i := m.top; i < min(m.top+n, len(m.rows)); i++ {
		mark := blanks(markWidth)
		if i == m.cursor {
			mark = field{">", m.code(sgrReverse)}.painted() + " "
		}
		r := m.row(i)
		if c.flat {
			out = append(out, m.flatRow(c, mark, r))
		} else {
			out = append(out, m.stackedRow(c, mark, r)...)
		}
	}
	return out
}

func (m *model) flatRow(c columns, mark string, r *report.Row) string {
	t := r.Tunnel
	a, b := output.Safe(m.opt.Host(t.Initiator)), output.Safe(m.opt.Host(t.Responder))
	room := c.ends - 4
	if output.Width(a)+output.Width(b) > room {
		// The shorter one leaves the other what it does not need.
		half := max(room/2, room-output.Width(b))
		a = output.Elide(a, half)
		b = output.Elide(b, room-output.Width(a))
	}
	line := mark + m.state(t) + left(a+" "+output.Arrow(t)+" "+b, c.ends) + " " + via(r) +
		"  " + rates(c, r.Rate.ToResponder, r.Loss.ToResponder, t.ESPPackets.ToResponder) +
		"   " + rates(c, r.Rate.ToInitiator, r.Loss.ToInitiator, t.ESPPackets.ToInitiator) +
		" " + m.idle(t)
	if r.Latest != nil {
		line += "  " + m.paint(string(r.Latest.Severity), short(r.Latest.Severity)) + " " + output.Elide(output.Safe(r.Latest.Code), max(c.latest-5, 2))
	}
	return line
}

func (m *model) stackedRow(c columns, mark string, r *report.Row) []string {
	t := r.Tunnel
	first := mark + m.state(t) + left(output.Safe(m.opt.Host(t.Initiator)), c.ends) + " "
	second := blanks(markWidth)
	below := blanks(stateWidth)
	if r.Latest != nil && c.latestIsBelow {
		below = m.paint(string(r.Latest.Severity), short(r.Latest.Severity)) + blanks(stateWidth-4)
	}
	second += below + left(output.Arrow(t)+" "+output.Safe(m.opt.Host(t.Responder)), c.ends) + " "
	if c.via {
		first += via(r)
		second += blanks(viaWidth)
	}
	first += "-> " + rates(c, r.Rate.ToResponder, r.Loss.ToResponder, t.ESPPackets.ToResponder)
	second += "<- " + rates(c, r.Rate.ToInitiator, r.Loss.ToInitiator, t.ESPPackets.ToInitiator)
	if c.idle {
		first += " " + m.idle(t)
		second += blanks(idleWidth - 1)
	}
	if r.Latest != nil && c.latest > 0 {
		word, code := output.Safe(string(r.Latest.Severity)), output.Safe(r.Latest.Code)
		below := code
		first += "  " + m.paint(word, word)
		if output.Width(word)+2+output.Width(code) <= c.latest {
			first += "  " + code
			below = output.Safe(r.Latest.Title)
		}
		second += "  " + output.Elide(below, c.latest)
	}
	return []string{first, strings.TrimRight(second, " ")}
}

// state is the word for a tunnel's status, short as the table of a report has
// those of the phases.
func (m *model) state(t *report.Tunnel) string {
	word := output.Safe(string(t.Status))
	switch t.Status {
	case report.StatusNegotiating:
		word = "neg"
	case report.StatusESPOnly:
		word = "ESP"
	}
	word = output.Elide(word, stateWidth-1)
	return m.paint(string(t.Status), word) + blanks(stateWidth-output.Width(word))
}

// via is the transport used last and the responder's port.
func via(r *report.Row) string {
	word := output.TransportWord(r.Transport)
	switch r.Transport {
	case "ip":
		word = "raw IP"
	case "tcp-fortinet-esp":
		word = "fTCP"
	}
	if r.Port != 0 {
		word += " " + strconv.Itoa(int(r.Port))
	}
	return left(output.Safe(word), viaWidth)
}

// rates are those of one direction, "-" where nothing ever came that way.
func rates(c columns, r report.Rate, loss float64, packets uint64) string {
	cells := [3]string{"-", "-", "-"}
	if packets > 0 {
		cells = [3]string{human(r.Packets), human(r.Bits), percent(loss)}
	}
	out := ""
	if c.pps {
		out = right(cells[0], rateWidth-1) + " "
	}
	return out + right(cells[1], rateWidth-1) + " " + right(cells[2], rateWidth-1)
}

func (m *model) idle(t *report.Tunnel) string {
	return right(ago(m.last.Time.Sub(t.LastSeen)), idleWidth-2)
}
