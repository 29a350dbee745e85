package live

import (
	"strconv"
	"time"
)

// human writes a number of things per second in at most four characters.
func human(f float64) string {
	switch {
	case !(f > 0): // NaN too
		return "0"
	case f < 0.1:
		return "<0.1"
	case f < 9.95:
		return strconv.FormatFloat(f, 'f', 1, 64)
	case f < 999.5:
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	const units = "kMGTPE"
	for i := range len(units) {
		f /= 1000
		switch {
		case f < 9.95:
			return strconv.FormatFloat(f, 'f', 1, 64) + units[i:i+1]
		case f < 999.5:
			return strconv.FormatFloat(f, 'f', 0, 64) + units[i:i+1]
		}
	}
	return "huge"
}

// percent writes a share in at most four characters. Neither the least share
// reads as none, nor nearly all as all.
func percent(f float64) string {
	p := f * 100
	switch {
	case !(p > 0):
		return "0%"
	case p < 0.1:
		return "<.1%"
	case p < 9.95:
		return strconv.FormatFloat(p, 'f', 1, 64) + "%"
	case p < 99.5:
		return strconv.FormatFloat(p, 'f', 0, 64) + "%"
	case p < 100:
		return ">99%"
	}
	return "100%"
}

// ago writes a duration by its largest unit, in three characters while it is
// less than 100 days; what lies ahead is now.
func ago(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Second:
		return "0s"
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + "s"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	case d < day:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	}
	return strconv.Itoa(int(d/day)) + "d"
}
