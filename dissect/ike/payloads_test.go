package ike

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The small payloads: one annotated body each, what it must parse to, and how
// many bytes it takes at least.

func TestKE(t *testing.T) {
	body := []byte{
		0x00, 0x13, // group 19
		0xff, 0xff, // reserved
		0x01, 0x02, 0x03, // data
	}
	ke := must[KE](t)(ParseKE(body))
	if d := cmp.Diff(KE{Group: 19, Data: []byte{1, 2, 3}}, ke); d != "" {
		t.Error(d)
	}
	if got := ke.Append(nil); !bytes.Equal(got, []byte{0, 0x13, 0, 0, 1, 2, 3}) {
		t.Errorf("Append gives %x", got)
	}
	prefixesFail(t, body, 4, ParseKE)
}

func TestNonce(t *testing.T) {
	n := must[Nonce](t)(ParseNonce([]byte{1, 2}))
	if got := n.Append(nil); !bytes.Equal(got, []byte{1, 2}) {
		t.Errorf("Append gives %x", got)
	}
	prefixesFail(t, []byte{1, 2}, 1, ParseNonce)
}

func TestNotify(t *testing.T) {
	body := []byte{
		0x03,       // ESP
		0x04,       // SPI size
		0x40, 0x09, // REKEY_SA
		0xc1, 0x6e, 0xd4, 0x23, // SPI
		0xaa, 0xbb, // data
	}
	n := must[Notify](t)(ParseNotify(body))
	want := Notify{ProtocolESP, NotifyRekeySA, []byte{0xc1, 0x6e, 0xd4, 0x23}, []byte{0xaa, 0xbb}}
	if d := cmp.Diff(want, n); d != "" {
		t.Error(d)
	}
	if got := n.Append(nil); !bytes.Equal(got, body) {
		t.Errorf("Append gives %x", got)
	}
	prefixesFail(t, body, 8, ParseNotify)
}

func TestRequestedGroup(t *testing.T) {
	for name, tt := range map[string]struct {
		body  []byte
		group uint16
		ok    bool
	}{
		"INVALID_KE_PAYLOAD":       {[]byte{0, 0, 0, 17, 0, 20}, 20, true},
		"its group is missing":     {[]byte{0, 0, 0, 17, 0}, 0, false},
		"another notify with data": {[]byte{0, 0, 0, 14, 0, 20}, 0, false},
	} {
		n := must[Notify](t)(ParseNotify(tt.body))
		if g, ok := n.RequestedGroup(); g != tt.group || ok != tt.ok {
			t.Errorf("%s: %d, %v", name, g, ok)
		}
	}
}

func TestV1Notify(t *testing.T) {
	body := []byte{
		0x00, 0x00, 0x00, 0x01, // DOI
		0x01,       // ISAKMP
		0x02,       // SPI size
		0x8d, 0x28, // R-U-THERE
		0x11, 0x22, // SPI
		0x00, 0x00, 0x12, 0x34, // sequence number
	}
	n := must[V1Notify](t)(ParseV1Notify(body))
	want := V1Notify{1, 1, V1NotifyRUThere, []byte{0x11, 0x22}, []byte{0, 0, 0x12, 0x34}}
	if d := cmp.Diff(want, n); d != "" {
		t.Error(d)
	}
	if got := n.Append(nil); !bytes.Equal(got, body) {
		t.Errorf("Append gives %x", got)
	}
	prefixesFail(t, body, 10, ParseV1Notify)
}

func TestDelete(t *testing.T) {
	body := []byte{
		0x03,       // ESP
		0x04,       // SPI size
		0x00, 0x02, // two SPIs
		1, 2, 3, 4,
		5, 6, 7, 8,
	}
	d := must[Delete](t)(ParseDelete(body))
	if d.Protocol != ProtocolESP || !bytes.Equal(d.SPI(1), []byte{5, 6, 7, 8}) || d.SPI(2) != nil || d.SPI(-1) != nil {
		t.Errorf("%+v", d)
	}
	if got := d.Append(nil); !bytes.Equal(got, body) {
		t.Errorf("Append gives %x", got)
	}
	prefixesFail(t, body, len(body), ParseDelete)

	ikeSA := must[Delete](t)(ParseDelete([]byte{1, 0, 0, 0}))
	if ikeSA.SPI(0) != nil {
		t.Error("the delete of an IKE SA has an SPI")
	}
	// A count of 65535 SPIs of no bytes costs nothing and has none.
	none := must[Delete](t)(ParseDelete([]byte{1, 0, 0xff, 0xff}))
	if none.SPI(0) != nil {
		t.Error("there is an SPI of no bytes")
	}
}

func TestV1Delete(t *testing.T) {
	body := []byte{
		0x00, 0x00, 0x00, 0x01, // DOI
		0x03,       // ESP
		0x04,       // SPI size
		0x00, 0x01, // one SPI
		1, 2, 3, 4,
	}
	d := must[V1Delete](t)(ParseV1Delete(body))
	if d.DOI != 1 || d.Protocol != 3 || !bytes.Equal(d.SPI(0), []byte{1, 2, 3, 4}) {
		t.Errorf("%+v", d)
	}
	if got := d.Append(nil); !bytes.Equal(got, body) {
		t.Errorf("Append gives %x", got)
	}
	prefixesFail(t, body, len(body), ParseV1Delete)
}

func TestFragment(t *testing.T) {
	body := []byte{
		0x00, 0x02, // fragment 2
		0x00, 0x03, // of 3
		0xaa, // data
	}
	f := must[Fragment](t)(ParseFragment(body))
	if d := cmp.Diff(Fragment{2, 3, []byte{0xaa}}, f); d != "" {
		t.Error(d)
	}
	if got := f.Append(nil); !bytes.Equal(got, body) {
		t.Errorf("Append gives %x", got)
	}
	prefixesFail(t, body, 4, ParseFragment)
	for _, bad := range [][]byte{{0, 0, 0, 3}, {0, 4, 0, 3}, {0, 0, 0, 0}} {
		if _, err := ParseFragment(bad); err == nil {
			t.Errorf("%x: no error", bad)
		}
	}
}

func TestV1Fragment(t *testing.T) {
	body := []byte{
		0x00, 0x07, // ID
		0x02, // fragment 2
		0x01, // the last one
		0xaa, // data
	}
	f := must[V1Fragment](t)(ParseV1Fragment(body))
	if d := cmp.Diff(V1Fragment{7, 2, true, []byte{0xaa}}, f); d != "" {
		t.Error(d)
	}
	prefixesFail(t, body, 4, ParseV1Fragment)
}

func TestPayloadsWithoutAllocations(t *testing.T) {
	b := []byte{0, 1, 0, 1, 0, 0, 0, 0, 1, 1}
	noAllocs(t, "payload parsers", func() {
		_, _ = ParseKE(b)
		_, _ = ParseNonce(b)
		_, _ = ParseNotify(b)
		_, _ = ParseV1Notify(b)
		_, _ = ParseFragment(b)
		_, _ = ParseV1Fragment(b)
		_, _ = ParseVendorID(b)
	})
}

func FuzzNotify(f *testing.F) {
	f.Add([]byte{3, 4, 0x40, 9, 1, 2, 3, 4, 5})
	f.Add([]byte{0, 0, 0, 1, 1, 2, 0x8d, 0x28, 0x11, 0x22, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if n, err := ParseNotify(b); err == nil && !bytes.Equal(n.Append(nil), b) {
			t.Errorf("%x comes back as %x", b, n.Append(nil))
		}
		if n, err := ParseV1Notify(b); err == nil && !bytes.Equal(n.Append(nil), b) {
			t.Errorf("IKEv1: %x comes back as %x", b, n.Append(nil))
		}
	})
}

func FuzzPayloads(f *testing.F) {
	f.Add([]byte{0, 2, 0, 3, 0xaa})
	f.Add([]byte{3, 4, 0, 1, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, err := ParseDelete(b); err == nil && !bytes.Equal(d.Append(nil), b) {
			t.Errorf("delete %x comes back as %x", b, d.Append(nil))
		}
		if d, err := ParseV1Delete(b); err == nil && !bytes.Equal(d.Append(nil), b) {
			t.Errorf("IKEv1 delete %x comes back as %x", b, d.Append(nil))
		}
		if s, err := ParseFragment(b); err == nil && !bytes.Equal(s.Append(nil), b) {
			t.Errorf("fragment %x comes back as %x", b, s.Append(nil))
		}
		if k, err := ParseKE(b); err == nil && len(k.Append(nil)) != len(b) {
			t.Errorf("key exchange %x comes back as %x", b, k.Append(nil))
		}
		_, _ = ParseV1Fragment(b)
		_ = VendorName(b)
	})
}
