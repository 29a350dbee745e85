package capture

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"unicode/utf8"
)

// identify tells the format of in.win by its first bytes, and sets the reader
// of its records. The error is a sentence's second half, or a *flaw.
func (in *input) identify() error {
	b := in.win.peek(4)
	if suffix := compression(b); suffix != "" {
		plain, err := decompress(suffix, in.win, in.size)
		if err != nil {
			return err
		}
		in.closer = plain
		in.win = newWindow(plain, in.win.size)
		if err := in.identifyPlain(); err != nil {
			return err
		}
		in.info.Format += suffix
		return nil
	}
	return in.identifyPlain()
}

func (in *input) identifyPlain() error {
	b := in.win.peek(4)
	if len(b) < 4 {
		return in.tooShort(b)
	}
	if _, _, ok := pcapMagic(b); ok {
		in.info.Format = "pcap"
		r, err := newPcapReader(in)
		if err != nil {
			return err
		}
		in.records = r
		return nil
	}
	if littleEndian.u32(b) == blockSection {
		in.info.Format = "pcapng"
		if b := in.win.peek(minBlock); len(b) < minBlock {
			return shortHeader(in.win, len(b), minBlock)
		}
		in.records = newNgReader(in)
		return nil
	}
	return foreign(in.win.peek(windowStart))
}

// tooShort is the error of a stream with less than four bytes.
func (in *input) tooShort(b []byte) error {
	if err := in.win.err; err != io.EOF {
		return err
	}
	if len(b) == 0 {
		return fmt.Errorf("it is empty")
	}
	return foreign(b)
}

// shortHeader is the error of a file that ends, or breaks, within its header.
func shortHeader(w *window, have, want int) error {
	f := ended(w, 0, int64(have), int64(want)).(*flaw)
	if f.cut {
		return flawf(0, "it ends within its file header, of which %d of %d bytes are there", have, want)
	}
	return f
}

// known are formats that can be told by their first bytes and are not read.
var known = []struct {
	magic, what string
}{
	{"\x04\x22\x4d\x18", "compressed with lz4; decompress it first (lz4 -d)"},
	{"\xfd7zXZ\x00", "compressed with xz; decompress it first (xz -d)"},
	{"BZh", "compressed with bzip2; decompress it first (bzip2 -d)"},
	{"\x1f\x9d", "compressed with compress; decompress it first (uncompress)"},
	{"\x1f\x8b", "compressed twice with gzip; decompress it first (gzip -d)"},
	{"\x28\xb5\x2f\xfd", "compressed twice with zstd; decompress it first (zstd -d)"},
	{"PK\x03\x04", "a zip archive; unpack it first"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"},
	{"snoop\x00\x00\x00", "a snoop capture; convert it first (editcap -F pcap)"},
	{"GMBU", "a Microsoft Network Monitor capture; convert it first (editcap -F pcap)"},
	{"RTSS", "a Microsoft Network Monitor capture; convert it first (editcap -F pcap)"},
	{"TRSNIFF data", "a Network General Sniffer capture; convert it first (editcap -F pcap)"},
	{"XCP\x00", "a NetXray capture; convert it first (editcap -F pcap)"},
	{"\x1c\x00\x01\xac", "an Ixia variant of pcap; convert it first (editcap -F pcap)"},
	{"\xac\x01\x00\x1c", "an Ixia variant of pcap; convert it first (editcap -F pcap)"},
	{"\x1c\x00\x01\xab", "an Ixia variant of pcap; convert it first (editcap -F pcap)"},
	{"\xab\x01\x00\x1c", "an Ixia variant of pcap; convert it first (editcap -F pcap)"},
}

// Lines that only a FortiGate prints: those of its sniffer, with or without
// the interface, and those of its IKE daemon.
var (
	snifferLine = regexp.MustCompile(`(?m)^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d+)\.\d{6} (?:\S+ (?:in|out|--) )?\S+ -> \S+`)
	snifferCall = regexp.MustCompile(`\bdi\w* +sni\w* +pa|(?m:^interfaces=\[.*\]\s*$)`)
	ikeLine     = regexp.MustCompile(`(?m)^(?:\S+ \S+ )?ike (?:V=\S+?:)?\d+:`)
)

// foreign says what a stream is that is no capture. It ends a sentence that
// begins with the name and "cannot be read".
func foreign(b []byte) error {
	for _, k := range known {
		if bytes.HasPrefix(b, []byte(k.magic)) {
			return fmt.Errorf("it is %s", k.what)
		}
	}
	switch {
	case snifferLine.Match(b), snifferCall.Match(b):
		return fmt.Errorf("it looks like the text of a FortiGate's sniffer, which this version does not read yet; convert it to pcap first")
	case ikeLine.Match(b):
		return fmt.Errorf("it looks like a FortiGate's IKE debug text, which this version does not read yet")
	case isText(b):
		line, _, _ := bytes.Cut(b, []byte("\n"))
		return fmt.Errorf("it is no capture file: it begins with the text %q", clip(bytes.TrimSpace(line), 40))
	}
	return fmt.Errorf("it is no capture file: it begins with the bytes % x", b[:min(len(b), 8)])
}

// isText tells whether b is UTF-8 without control characters but white space
// and the escape sequences of a terminal's log.
func isText(b []byte) bool {
	b = clip(b, 512)
	for _, c := range b {
		if c < 0x20 && !bytes.ContainsRune([]byte("\t\n\v\f\r\b\a\x1b"), rune(c)) || c == 0x7f {
			return false
		}
	}
	return utf8.Valid(b)
}

// clip shortens b to at most n bytes, at the start of a character.
func clip(b []byte, n int) []byte {
	if len(b) <= n {
		return b
	}
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}
