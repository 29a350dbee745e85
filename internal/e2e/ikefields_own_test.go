package e2e

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// ourFields reads a capture the way the program does.
func ourFields(t *testing.T, file string) messageFields {
	t.Helper()
	messages := messageFields{}
	ikeEvents(t, file, func(e *reassembly.Event) {
		frame := int(e.Ref.Number())
		m, err := ike.Parse(e.Data, e.Length)
		var f fieldLines
		f.message(&m)
		f.failed(err)
		messages[frame] = append(messages[frame], f.lines...)
	})
	return messages
}

// fieldLines writes what dissect/ike reads in tshark's words. An error is a
// line as well, behind what could be read.
type fieldLines struct{ lines []string }

func (f *fieldLines) failed(err error) {
	if err != nil {
		f.lines = append(f.lines, "error "+err.Error())
	}
}

func (f *fieldLines) number(name string, n uint64) {
	f.lines = append(f.lines, line(name, strconv.FormatUint(n, 10)))
}

func (f *fieldLines) text(name, s string) { f.lines = append(f.lines, line(name, s)) }

func (f *fieldLines) bytes(name string, b []byte) { f.text(name, hex.EncodeToString(b)) }

// some writes bytes where there are any.
func (f *fieldLines) some(name string, b []byte) {
	if len(b) > 0 {
		f.bytes(name, b)
	}
}

func (f *fieldLines) message(m *ike.Message) {
	f.text("ispi", m.InitiatorSPI.String())
	f.text("rspi", m.ResponderSPI.String())
	f.number("nextpayload", uint64(m.NextPayload))
	f.text("version", fmt.Sprintf("0x%x%x", m.Version.Major, m.Version.Minor))
	f.number("exchangetype", uint64(m.ExchangeType))
	f.text("flags", fmt.Sprintf("0x%02x", uint8(m.Flags)))
	f.text("messageid", fmt.Sprintf("0x%08x", m.MessageID))
	f.number("length", uint64(m.Length))
	var errs []error
	w := m.Walk()
	for w.Next() {
		p := w.Payload()
		f.number("typepayload", uint64(p.Type))
		f.number("nextpayload", uint64(p.Next))
		if m.V1() {
			f.number("payloadlength", uint64(p.Length))
			errs = append(errs, f.v1(p))
			continue
		}
		critical := uint64(0)
		if p.Critical {
			critical = 1
		}
		f.number("criticalpayload", critical)
		f.number("payloadlength", uint64(p.Length))
		errs = append(errs, f.v2(p))
	}
	for _, err := range append(errs, w.Err()) {
		f.failed(err)
	}
}

// v2 writes the body of a payload of IKEv2. Only payloads that the captures
// have in clear are here; of any other it returns an error.
func (f *fieldLines) v2(p ike.Payload) error {
	switch p.Type {
	case ike.PayloadSA:
		sa, err := ike.ParseSA(p.Body)
		f.sa(sa)
		return err
	case ike.PayloadKE:
		k, err := ike.ParseKE(p.Body)
		f.number("key_exchange.dh_group", uint64(k.Group))
		f.bytes("key_exchange.data", k.Data)
		return err
	case ike.PayloadNonce:
		n, err := ike.ParseNonce(p.Body)
		f.bytes("nonce", n.Data)
		return err
	case ike.PayloadNotify:
		return f.notify(p)
	case ike.PayloadVendorID:
		v, err := ike.ParseVendorID(p.Body)
		f.bytes("vid_bytes", v.Data)
		return err
	case ike.PayloadCertificate:
		c, err := ike.ParseCert(p.Body)
		f.number("cert.encoding", uint64(c.Encoding))
		return err
	case ike.PayloadCertRequest:
		c, err := ike.ParseCertReq(p.Body)
		f.number("certreq.type", uint64(c.Encoding))
		for i := 0; c.Hash(i) != nil; i++ {
			f.bytes("ike.certreq.authority", c.Hash(i))
		}
		return err
	case ike.PayloadSKF:
		s, err := ike.ParseFragment(p.Body)
		f.number("frag.number", uint64(s.Number))
		f.number("frag.total", uint64(s.Total))
		return err
	case ike.PayloadSK:
		return nil
	}
	return fmt.Errorf("payload type %d is not compared", p.Type)
}

func (f *fieldLines) notify(p ike.Payload) error {
	n, err := ike.ParseNotify(p.Body)
	f.number("notify.protoid", uint64(n.Protocol))
	f.number("spisize", uint64(len(n.SPI)))
	f.number("notify.msgtype", uint64(n.Type))
	f.some("spi", n.SPI)
	f.bytes("notify.data", n.Data)
	if group, ok := n.RequestedGroup(); ok {
		f.number("notify.data.accepted_dh_group", uint64(group))
	}
	if n.Type == 16431 { // SIGNATURE_HASH_ALGORITHMS (RFC 7427 4)
		for b := n.Data; len(b) >= 2; b = b[2:] {
			f.number("notify.data.signature_hash_algorithms", uint64(binary.BigEndian.Uint16(b)))
		}
	}
	return err
}

func (f *fieldLines) sa(sa ike.SA) {
	var proposals []ike.Proposal
	for all := sa.Proposals(); all.Next(); {
		proposals = append(proposals, all.Proposal())
	}
	for i, p := range proposals {
		last := i == len(proposals)-1
		f.part(2, last, len(p.Append(nil, last)))
		var transforms []ike.Transform
		for all := p.Transforms(); all.Next(); {
			transforms = append(transforms, all.Transform())
		}
		f.proposal(uint64(p.Number), uint64(p.Protocol), p.SPI, len(transforms))
		for i, x := range transforms {
			last := i == len(transforms)-1
			f.part(3, last, len(x.Append(nil, last)))
			f.number("tf.type", uint64(x.Type))
			f.number("tf.id", uint64(x.ID))
			f.attributes("ike2.attr", x.Attributes(), func(a ike.Attribute) {
				if a.Type == 14 { // RFC 7296 3.3.5
					f.number("ike2.attr.key_length", uint64(x.KeyLength()))
				}
			})
		}
	}
}

// part writes the head of a proposal (2) or a transform (3).
func (f *fieldLines) part(typ uint64, last bool, length int) {
	f.number("typepayload", typ)
	if last {
		f.number("nextpayload", 0)
	} else {
		f.number("nextpayload", typ)
	}
	f.number("payloadlength", uint64(length))
}

func (f *fieldLines) proposal(number, protocol uint64, spi []byte, transforms int) {
	f.number("prop.number", number)
	f.number("prop.protoid", protocol)
	f.number("spisize", uint64(len(spi)))
	f.number("prop.transforms", uint64(transforms))
	f.some("spi", spi)
}

// attributes writes attributes, each with its meaning behind it.
func (f *fieldLines) attributes(name string, all ike.Attributes, meaning func(ike.Attribute)) {
	for all.Next() {
		a := all.Attribute()
		if a.Short {
			f.number(name+".format", 1)
			f.number(name+".type", uint64(a.Type))
		} else {
			f.number(name+".format", 0)
			f.number(name+".type", uint64(a.Type))
			f.number(name+".length", uint64(len(a.Value)))
		}
		f.bytes(name+".value", a.Value)
		meaning(a)
	}
}
