package ike

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

type labTruth struct {
	Files []struct {
		File     string `json:"file"`
		Messages []struct {
			Frame int    `json:"frame"`
			Proto string `json:"proto"`
			SPIi  string `json:"ispi"`
			SPIr  string `json:"rspi"`
		} `json:"ike_messages"`
	} `json:"files"`
}

// Every message that the daemons of the laboratory sent over UDP passes the
// strict test, whatever its port, and no other datagram does.
func TestPlausibleOnLabCaptures(t *testing.T) {
	dir := testenv.Shared(t, "lab-captures")
	names, err := filepath.Glob(filepath.Join(dir, "*.truth.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no truth files: %v", err)
	}
	total := 0
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var tr labTruth
		if err := json.Unmarshal(b, &tr); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, f := range tr.Files {
			spis := map[int]string{}
			for _, m := range f.Messages {
				if m.Proto == "udp" {
					spis[m.Frame] = m.SPIi + m.SPIr
				}
			}
			for _, u := range readUDP(t, filepath.Join(dir, f.File)) {
				b, n := u.b, u.wireLen
				if bytes.HasPrefix(b, []byte{0, 0, 0, 0}) {
					b, n = b[4:], n-4
				}
				want, isIKE := spis[u.frame]
				if got := Plausible(b, n); got != isIKE {
					t.Errorf("%s frame %d: Plausible = %v", f.File, u.frame, got)
				}
				if !isIKE {
					continue
				}
				total++
				m, err := Parse(b, n)
				if err != nil {
					t.Fatal(err)
				}
				if got := m.InitiatorSPI.String() + m.ResponderSPI.String(); got != want {
					t.Errorf("%s frame %d: SPIs %s, want %s", f.File, u.frame, got, want)
				}
			}
		}
	}
	if total < 200 {
		t.Errorf("only %d messages were compared", total)
	}
}
