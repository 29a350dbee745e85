package live

import (
	"fmt"
	"strings"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// header tells of the capture as a whole, what matters most first.
func (m *model) header() []field {
	fields := []field{m.field("ikesniff", sgrBold)}
	if m.paused {
		fields = append(fields, m.field("PAUSED", sgrReverse))
	}
	s := m.last
	if s == nil {
		return append(fields, field{text: "waiting for the first packets"})
	}
	if !s.Running {
		fields = append(fields, m.field("ENDED", sgrReverse))
	}
	fields = append(fields, m.interfaces(s)...)
	fields = append(fields, m.losses(&s.Counters)...)
	packets, share := flowOf(m.before, s)
	fields = append(fields, field{text: human(packets) + " packets/s"}, field{text: "IPsec " + share})
	tunnels := output.Number(uint64(len(s.Rows))) + " tunnels"
	if len(s.Rows) == 1 {
		tunnels = "1 tunnel"
	}
	fields = append(fields, field{text: tunnels})
	if n := s.Counters.TunnelsForgotten; n > 0 {
		fields = append(fields, field{text: output.Number(n) + " forgotten"})
	}
	return append(fields, field{text: "since " + s.Started.In(zone(&m.opt)).Format("2006-01-02 15:04:05 MST") +
		" (" + ago(s.Time.Sub(s.Started)) + ")"})
}

// manyInterfaces is how many are named one by one.
const manyInterfaces = 4

// interfaces lists those that are not up, and the others by name if they are few.
func (m *model) interfaces(s *report.Snapshot) []field {
	var up, rest []field
	for _, x := range s.Interfaces {
		name := output.Safe(x.Name)
		if x.Name == "-" {
			name = "stream"
		}
		text := name + " " + output.Safe(x.State)
		if x.State == "up" {
			up = append(up, field{text: text})
			continue
		}
		if !x.Since.IsZero() {
			text += " for " + ago(s.Time.Sub(x.Since))
		}
		rest = append(rest, m.field(text, sgrBad))
	}
	if len(up) > manyInterfaces {
		up = []field{{text: fmt.Sprintf("%d interfaces up", len(up))}}
	}
	if len(rest) > manyInterfaces {
		rest = append(rest[:manyInterfaces], m.field(fmt.Sprintf("and %d more not up", len(rest)-manyInterfaces), sgrBad))
	}
	return append(rest, up...)
}

// losses are what was not captured, or not written.
func (m *model) losses(c *report.Counters) []field {
	var fields []field
	if r := c.Ring; r != nil {
		f := field{text: "kernel dropped " + output.Number(r.Dropped)}
		if r.Dropped > 0 {
			f.text += " (" + percent(float64(r.Dropped)/float64(max(r.Received, r.Dropped))) + ")"
			f = m.field(f.text, sgrBad)
		}
		fields = append(fields, f)
	}
	for i := range c.Sinks {
		x := &c.Sinks[i]
		name := output.Safe(x.Name)
		var parts []string
		if x.Dropped > 0 {
			parts = append(parts, output.Number(x.Dropped)+" lost")
		}
		if x.Error != "" {
			parts = append(parts, output.Elide(output.Safe(x.Error), 60))
		}
		if len(parts) > 0 {
			fields = append(fields, m.field("output to "+name+": "+strings.Join(parts, ", "), sgrBad))
		}
	}
	return fields
}

// flowOf is how many packets came per second between two snapshots, and which
// share of them was IPsec; without two, since the run began.
func flowOf(before, s *report.Snapshot) (packets float64, share string) {
	zero := report.Snapshot{Time: s.Started}
	if before == nil || !before.Time.Before(s.Time) {
		before = &zero
	}
	all := s.Counters.Packets - before.Counters.Packets
	ipsec := s.Counters.IPsecPackets - before.Counters.IPsecPackets
	if t := s.Time.Sub(before.Time); t > 0 {
		packets = float64(all) / t.Seconds()
	}
	if all == 0 {
		return packets, "-"
	}
	// Packets that waited for a verdict may have got it only now.
	return packets, percent(min(float64(ipsec)/float64(all), 1))
}

// sgrBad marks what is lost or down.
const sgrBad = "\x1b[1;31m"

// field is one with a colour, if colours are asked for.
func (m *model) field(text, code string) field { return field{text, m.code(code)} }

// code is an SGR code if colours are asked for.
func (m *model) code(code string) string {
	if !m.opt.Color {
		return ""
	}
	return code
}
