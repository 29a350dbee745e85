package live

import (
	"fmt"
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// entry is a change as the log shows it: all strings are safe. Changes
// themselves are not kept, for they hold whole tunnels.
type entry struct {
	at       time.Time
	severity report.Severity
	peers    string
	text     string
}

// kept is how many entries the log has at most: what a mailbox holds finds room.
const kept = 2 * held

func (m *model) addLog(news *mail) {
	if news.left > 0 {
		var at time.Time
		if len(news.changes) > 0 {
			at = news.changes[0].Time
		}
		m.log = append(m.log, entry{at, report.SeverityNotice, "", output.Number(news.left) + " changes before this are left out here"})
	}
	for i := range news.changes {
		c := &news.changes[i]
		m.log = append(m.log, entry{c.Time, severityOf(c), peers(&m.opt, c.Tunnel), output.Safe(c.Text)})
	}
	if more := len(m.log) - kept; more > 0 {
		m.log = append(m.log[:0], m.log[more:]...)
	}
}

// logLines are the last n entries, the newest last.
func (m *model) logLines(n int) []string {
	var out []string
	for _, e := range m.log[max(len(m.log)-n, 0):] {
		who := e.peers
		if m.width < 60 {
			who, _, _ = strings.Cut(who, " ")
		}
		if who != "" {
			who += "  "
		}
		out = append(out, fmt.Sprintf("%s %s  %s%s", e.at.In(zone(&m.opt)).Format(time.TimeOnly),
			m.paint(string(e.severity), short(e.severity)), who, e.text))
	}
	return out
}

// short is a severity in four letters.
func short(s report.Severity) string {
	switch s {
	case report.SeverityCritical:
		return "crit"
	case report.SeverityWarning:
		return "warn"
	case report.SeverityNotice:
		return "note"
	}
	return "info"
}

// paint gives text the colour that a word has.
func (m *model) paint(word, text string) string {
	if !m.opt.Color {
		return text
	}
	return output.Paint(word, text)
}
