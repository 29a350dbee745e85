package e2e

import (
	"io"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// ikeEvents hands each IKE message of a capture to emit, read the way the
// program reads it; the event is lent.
func ikeEvents(t *testing.T, file string, emit func(*reassembly.Event)) {
	t.Helper()
	src, err := capture.Open([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	only := func(e *reassembly.Event) {
		if e.Kind == reassembly.KindMessage && e.Message == reassembly.MessageIKE {
			emit(e)
		}
	}
	fragments := reassembly.NewDefragmenter(reassembly.Config{}, only)
	classifier := reassembly.NewClassifier(reassembly.Config{}, only)
	decoder := dissect.NewDecoder()
	for {
		var p capture.Packet
		var d dissect.Datagram
		if err := src.Next(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		decoder.Decode(&p, &d)
		if whole := fragments.Add(&d); whole != nil {
			classifier.Datagram(whole)
		}
	}
	classifier.Finish()
}

// ikeMessages lists the IKE messages of a capture, in the form of facts.IKE:
// the report counts them, but does not show each.
func ikeMessages(t *testing.T, file string) []string {
	t.Helper()
	f := newFacts()
	ikeEvents(t, file, func(e *reassembly.Event) {
		h, err := ike.ParseHeader(e.Data)
		if err != nil {
			t.Errorf("%v: %v", e.Ref, err)
			return
		}
		f.message(int(e.Ref.Number()), int(h.Version.Major), int(h.ExchangeType), h.InitiatorSPI.String(), h.ResponderSPI.String())
	})
	return f.IKE
}
