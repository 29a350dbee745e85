package live

import (
	"math"
	"testing"
	"time"
)

func TestHuman(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0", -1: "0", 0.04: "<0.1", 0.1: "0.1", 1: "1.0", 9.94: "9.9", 9.96: "10", 99.6: "100", 999.4: "999", 999.6: "1.0k",
		1240: "1.2k", 9960: "10k", 123_456: "123k", 999_600: "1.0M", 8_900_000: "8.9M", 40e9: "40G", 1e12: "1.0T", 1e15: "1.0P",
		9e20: "900E", 1e30: "huge", math.Inf(1): "huge",
	} {
		if got := human(f); got != want {
			t.Errorf("human(%g) = %s, want %s", f, got, want)
		}
	}
	if got := human(math.NaN()); got != "0" {
		t.Errorf("no number is %s", got)
	}
	for f := 1e-3; f < 1e25; f *= 1.01 {
		if got := human(f); len(got) > 4 {
			t.Fatalf("human(%g) = %s", f, got)
		}
	}
}

func TestPercent(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0%", -1: "0%", 1e-9: "<.1%", 0.001: "0.1%", 0.0994: "9.9%", 0.0996: "10%", 0.13: "13%", 0.99: "99%",
		0.9999: ">99%", 1: "100%", 1.5: "100%",
	} {
		if got := percent(f); got != want {
			t.Errorf("percent(%g) = %s, want %s", f, got, want)
		}
	}
	if got := percent(math.NaN()); got != "0%" {
		t.Errorf("no number is %s", got)
	}
}

func TestAgo(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour: "0s", 0: "0s", 999 * time.Millisecond: "0s", time.Second: "1s", 59 * time.Second: "59s", time.Minute: "1m",
		59 * time.Minute: "59m", 90 * time.Minute: "1h", 23 * time.Hour: "23h", 24 * time.Hour: "1d", 99 * 24 * time.Hour: "99d",
	} {
		if got := ago(d); got != want {
			t.Errorf("ago(%v) = %s, want %s", d, got, want)
		}
	}
}
