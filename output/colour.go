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
	return Paint(word)
}

// Paint colours the words that have a colour, and leaves all others.
func Paint(word string) string {
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
		return word
	}
	return code + word + sgrReset
}

// label is the word that stands for a tunnel: its worst severity if that is
// above info, else its status.
func label(t *report.Tunnel) string {
	if w := worstOf(t.Anomalies); w.Rank() > report.SeverityInfo.Rank() {
		return strings.ToUpper(string(w))
	}
	return string(t.Status)
}
