package output

import (
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// The SGR codes in use. Colour marks severity and state words only.
const (
	sgrReset  = "\x1b[0m"
	sgrBold   = "\x1b[1m"
	sgrRed    = "\x1b[1;31m"
	sgrGreen  = "\x1b[32m"
	sgrYellow = "\x1b[33m"
	sgrCyan   = "\x1b[36m"
)

// paint colours words if Options ask for it.
func (p *printer) paint(word string) string {
	if !p.opt.Color {
		return word
	}
	return Paint(word, word)
}

// Paint gives text the colour of a word that has one: a severity, or the state of
// a tunnel.
func Paint(word, text string) string {
	code := ""
	switch strings.ToLower(word) {
	case "critical", "failed", "fail", "incomplete", "refused":
		code = sgrRed
	case "warning", "silent":
		code = sgrYellow
	case "notice":
		code = sgrCyan
	case "up", "in use":
		code = sgrGreen
	case "negotiating", "neg", "down", "closed":
		code = sgrBold
	default:
		return text
	}
	return code + text + sgrReset
}

// label is the word that stands for a tunnel: its worst severity if that is
// above info, else its status.
func label(t *report.Tunnel) string {
	if w := worstOf(t.Anomalies); w.Rank() > report.SeverityInfo.Rank() {
		return strings.ToUpper(string(w))
	}
	return string(t.Status)
}
