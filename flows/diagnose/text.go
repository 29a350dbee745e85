package diagnose

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// grouped writes a number with commas between thousands: 1,068.
func grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count writes a number with its noun: "1 packet", "2 packets".
func count(n uint64, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y"):
		noun = strings.TrimSuffix(noun, "y") + "ies"
	case strings.HasSuffix(noun, "s"):
		noun += "es"
	default:
		noun += "s"
	}
	return grouped(n) + " " + noun
}

// times writes how often: "once", "twice", "5 times".
func times(n uint64) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return grouped(n) + " times"
}

// span writes a duration as people say it: "38 ms", "338.8 s", "2 h 5 min".
func span(d time.Duration) string {
	switch {
	case d < 0:
		return "0 s"
	case d < time.Second:
		return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 0, 64) + " ms"
	case d < 10*time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int64(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int64(d/time.Hour), int64(d%time.Hour/time.Minute))
	}
	return fmt.Sprintf("%d days", int64(d/(24*time.Hour)))
}

// seconds is a duration as evidence shows it, to the microsecond.
func seconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Second)
}

// gapList writes waits in seconds: "3.0, 6.0, 12.0 s", at most eight of them.
func gapList(gaps []float64) string {
	var b strings.Builder
	for i, g := range gaps {
		if i == 8 {
			b.WriteString(", ...")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.FormatFloat(g, 'f', 1, 64))
	}
	return b.String() + " s"
}

// percent writes a share of 0 to 1: "12 %", "0.31 %", "less than 0.01 %".
func percent(share float64) string {
	p := share * 100
	switch {
	case p <= 0:
		return "0 %"
	case p < 0.01:
		return "less than 0.01 %"
	case p < 1:
		return strconv.FormatFloat(p, 'f', 2, 64) + " %"
	case p < 10:
		return strconv.FormatFloat(p, 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + " %"
}

// upTo joins at most n of a list with commas and says how many are left out.
func upTo(n int, list []string) string {
	if len(list) <= n {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %s more", strings.Join(list[:n], ", "), grouped(uint64(len(list)-n)))
}

// verb picks a verb by number.
func verb(n uint64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// clock writes times of day in UTC, with the date where the tunnel's packets
// are not all of one day.
type clock struct{ dated bool }

func newClock(moments ...time.Time) clock {
	year, day := 0, 0
	for _, t := range moments {
		if t.IsZero() {
			continue
		}
		t = t.UTC()
		if day != 0 && (t.Year() != year || t.YearDay() != day) {
			return clock{dated: true}
		}
		year, day = t.Year(), t.YearDay()
	}
	return clock{}
}

func (c clock) at(t time.Time) string {
	if c.dated {
		return t.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return t.UTC().Format("15:04:05 UTC")
}

// orWord returns s, or a word in its place.
func orWord(s, word string) string {
	if s == "" {
		return word
	}
	return s
}

// capital begins a sentence: ASCII only.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
