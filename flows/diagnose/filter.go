package diagnose

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// maxTerms bounds how many SPIs one filter names.
const maxTerms = 8

// filter writes a display filter for Wireshark: the frames, if they all lie in
// one source, since frame numbers mean nothing in another file; else the
// terms, which hold in any file. Empty if neither says anything.
func filter(refs []report.RoleRef, terms []string) string {
	frames := make([]uint64, 0, len(refs))
	for _, r := range refs {
		if r.Frame == 0 || r.Source != refs[0].Source {
			frames = frames[:0]
			break
		}
		frames = append(frames, r.Frame)
	}
	if len(frames) > 0 {
		return frameFilter(frames)
	}
	if len(terms) > maxTerms {
		terms = terms[:maxTerms]
	}
	return strings.Join(terms, " || ")
}

// frameFilter names frames, runs of three and more as a range.
func frameFilter(frames []uint64) string {
	slices.Sort(frames)
	frames = slices.Compact(frames)
	if len(frames) == 1 {
		return "frame.number == " + strconv.FormatUint(frames[0], 10)
	}
	var b strings.Builder
	for i := 0; i < len(frames); {
		j := i
		for j+1 < len(frames) && frames[j+1] == frames[j]+1 {
			j++
		}
		if j == i+1 { // two in a row are no range
			j = i
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.FormatUint(frames[i], 10))
		if j > i {
			b.WriteString("..")
			b.WriteString(strconv.FormatUint(frames[j], 10))
		}
		i = j + 1
	}
	return "frame.number in {" + b.String() + "}"
}

// childTerm matches the packets of a child SA; "" if the SPI is not one.
func childTerm(protocol, spi string) string {
	if !isHex(spi, 8) {
		return ""
	}
	if protocol == "ah" {
		return "ah.spi == 0x" + spi
	}
	return "esp.spi == 0x" + spi
}

// ikeTerm matches the messages of an IKE SA, known by its initiator's SPI.
func ikeTerm(spi string) string {
	if !isHex(spi, 16) {
		return ""
	}
	var b strings.Builder
	b.WriteString("isakmp.ispi == ")
	for i := 0; i < 16; i += 2 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(spi[i : i+2])
	}
	return b.String()
}

func isHex(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdef") == ""
}

// term adds one term to the filter for several sources.
func (f *finding) term(s string) {
	if s != "" && !slices.Contains(f.spis, s) {
		f.spis = append(f.spis, s)
	}
}

// inTCP makes a filter by SPI one that also matches what travels in TCP, where
// Wireshark finds no ESP and no IKE: by the bytes of the SPI, wherever they are.
func inTCP(filter string) string {
	terms := strings.Split(filter, " || ")
	for i, t := range terms {
		field, value, ok := strings.Cut(t, " == ")
		switch {
		case !ok:
		case field == "isakmp.ispi":
			terms[i] = "frame contains " + value
		case field == "esp.spi" && len(value) == 10:
			terms[i] = "frame contains " + value[2:4] + ":" + value[4:6] + ":" + value[6:8] + ":" + value[8:10]
		}
	}
	return strings.Join(terms, " || ")
}
