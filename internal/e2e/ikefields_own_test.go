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
	f.notifyParts(uint64(n.Protocol), uint64(n.Type), n.SPI, n.Data)
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

// notifyParts writes what notifies of both versions have.
func (f *fieldLines) notifyParts(protocol, kind uint64, spi, data []byte) {
	f.number("notify.protoid", protocol)
	f.number("spisize", uint64(len(spi)))
	f.number("notify.msgtype", kind)
	f.some("spi", spi)
	f.bytes("notify.data", data)
}

func (f *fieldLines) sa(sa ike.SA) {
	proposals := sa.Proposals()
	eachAndLast(proposals.Next, proposals.Proposal, func(p ike.Proposal, last bool) {
		transforms := p.Transforms()
		count := eachAndLast(transforms.Next, transforms.Transform, func(ike.Transform, bool) {})
		f.proposal(last, p.Append(nil, last), uint64(p.Number), uint64(p.Protocol), p.SPI, count)
		transforms = p.Transforms()
		eachAndLast(transforms.Next, transforms.Transform, func(x ike.Transform, last bool) {
			f.part(3, last, x.Append(nil, last))
			f.number("tf.type", uint64(x.Type))
			f.number("tf.id", uint64(x.ID))
			f.attributes("ike2.attr", x.Attributes(), func(a ike.Attribute) {
				if a.Type == 14 { // RFC 7296 3.3.5
					f.number("ike2.attr.key_length", uint64(x.KeyLength()))
				}
			})
		})
	})
}

// eachAndLast goes over a row of either version, tells do which is the last, and
// counts them.
func eachAndLast[T any](next func() bool, get func() T, do func(x T, last bool)) (count int) {
	var row []T
	for next() {
		row = append(row, get())
	}
	for i, x := range row {
		do(x, i == len(row)-1)
	}
	return len(row)
}

// part writes the head of a proposal (2) or a transform (3) of the given bytes.
func (f *fieldLines) part(typ uint64, last bool, b []byte) {
	f.number("typepayload", typ)
	if last {
		f.number("nextpayload", 0)
	} else {
		f.number("nextpayload", typ)
	}
	f.number("payloadlength", uint64(len(b)))
}

func (f *fieldLines) proposal(last bool, b []byte, number, protocol uint64, spi []byte, transforms int) {
	f.part(2, last, b)
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
