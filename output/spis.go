package output

import (
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// spis tells which SPIs each side used last, to compare with those that the
// gateways show.
func (p *printer) spis(t *report.Tunnel) {
	var fields []string
	if s := t.SPIs.IKEInitiator; s != "" {
		if r := t.SPIs.IKEResponder; r != "" {
			s += "/" + r
		}
		fields = append(fields, "IKE "+s)
	}
	protocol := dataProtocol(t)
	for _, way := range []struct {
		arrow string
		list  []string
	}{{"->", t.SPIs.ToResponder}, {"<-", t.SPIs.ToInitiator}} {
		if len(way.list) > 0 {
			fields = append(fields, protocol+" "+way.arrow+" "+strings.Join(way.list, " "))
		}
	}
	if len(fields) > 0 {
		p.fields("   SPIs used last   ", fields...)
	}
}
