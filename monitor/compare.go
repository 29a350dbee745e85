package monitor

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/report"
)

// compare brings a row up to date, and tells what changed.
func (m *Monitor) compare(now time.Time, r *row, j *flows.Judged) {
	was, t := r.tunnel, j.Tunnel
	transport, port := lastUsed(t)
	if was == nil {
		m.add(report.Change{Kind: report.ChangeTunnel, Time: t.FirstSeen, TunnelID: t.ID, Text: "new tunnel: " + t.Verdict, Tunnel: t})
	} else if text := stateChange(was, t, r.transport, transport); text != "" {
		m.add(report.Change{Kind: report.ChangeTunnel, Time: now, TunnelID: t.ID, Text: text, Tunnel: t})
	}
	m.timeline(was, t)
	m.count(now, r, t, j.Missing)
	m.anomaliesOf(now, r, t)
	if was == nil || !was.FirstSeen.Equal(t.FirstSeen) || was.ID != t.ID {
		m.changed = true // its place in the order
	}
	r.tunnel, r.judged, r.transport, r.port = t, now, transport, port
}

// stateChange says what of a tunnel's state is another than before, "" if
// nothing is.
func stateChange(was, is *report.Tunnel, wasOn, on string) string {
	var what []string
	if was.Status != is.Status {
		what = append(what, fmt.Sprintf("%s -> %s", was.Status, is.Status))
	}
	if wasOn != on {
		what = append(what, fmt.Sprintf("transport %s -> %s", wasOn, on))
	}
	if was.Data != is.Data {
		what = append(what, fmt.Sprintf("data %s -> %s", was.Data, is.Data))
	}
	if was.Phase2 != is.Phase2 && was.Status == is.Status {
		what = append(what, fmt.Sprintf("phase 2 %s -> %s", was.Phase2, is.Phase2))
	}
	if len(what) == 0 {
		return ""
	}
	return strings.Join(what, ", ") + ": " + is.Verdict
}

// lastUsed is the path that was used last: its transport, and the responder's
// port.
func lastUsed(t *report.Tunnel) (transport string, port uint16) {
	var last time.Time
	for i := range t.Paths {
		p := &t.Paths[i]
		for _, x := range [...]*time.Time{p.Traffic.ToResponder.LastSeen, p.Traffic.ToInitiator.LastSeen} {
			if x == nil || x.Before(last) {
				continue
			}
			last, transport, port = *x, p.Transport, 0
			if a, err := netip.ParseAddrPort(p.Responder); err == nil {
				port = a.Port()
			}
		}
	}
	return transport, port
}

// moving are the kinds of timeline lines that a report ends with: they tell where
// it ended, not what happened.
var moving = []string{"last-data", "last-ike"}

// lineKey tells lines of a timeline apart: their words may change (a count).
type lineKey struct {
	time int64
	ref  report.Ref
	kind string
	dir  string
}

func keyOf(e *report.TimelineEvent) lineKey {
	return lineKey{e.Time.UnixNano(), e.Ref, e.Kind, e.Direction}
}

// timeline tells the lines that were not there before.
func (m *Monitor) timeline(was, is *report.Tunnel) {
	var old map[lineKey]struct{}
	if was != nil {
		if n := len(was.Events); n == len(is.Events) && (n == 0 || keyOf(&was.Events[n-1]) == keyOf(&is.Events[n-1])) && was.EventsTotal == is.EventsTotal {
			return // the usual case
		}
		old = make(map[lineKey]struct{}, len(was.Events))
		for i := range was.Events {
			old[keyOf(&was.Events[i])] = struct{}{}
		}
	}
	for i := range is.Events {
		e := &is.Events[i]
		if _, known := old[keyOf(e)]; known || slices.Contains(moving, e.Kind) {
			continue
		}
		m.add(report.Change{Kind: report.ChangeTimeline, Time: e.Time, TunnelID: is.ID, Text: e.Text, Tunnel: is, Event: e})
	}
}
