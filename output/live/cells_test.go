package live

import (
	"fmt"
	"testing"
)

func TestCrop(t *testing.T) {
	for _, tt := range []struct {
		in   string
		n    int
		want string
	}{
		{"plain", 9, "plain"},
		{"plain", 5, "plain"},
		{"plain", 3, "pla"},
		{"plain", 0, ""},
		{"漢字x", 4, "漢字"},
		{"漢字x", 3, "漢"},
		{"漢字x", 5, "漢字x"},
		{"a" + sgrBad + "red" + sgrReset + " b", 3, "a" + sgrBad + "re" + sgrReset},
		{"a" + sgrBad + "red" + sgrReset + " b", 4, "a" + sgrBad + "red" + sgrReset + sgrReset},
		{"a" + sgrBad + "red" + sgrReset + " b", 6, "a" + sgrBad + "red" + sgrReset + " b"},
		{"\x1b[2Jab", 3, "\x1b[2"}, // no colour: it counts, so no such thing passes as one
	} {
		if got := crop(tt.in, tt.n); got != tt.want {
			t.Errorf("crop(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.want)
		}
	}
}

func TestFlow(t *testing.T) {
	fields := []field{{"first", ""}, {"second", sgrBad}, {"a third one", ""}, {"4", ""}}
	for _, tt := range []struct {
		n, most int
		want    string
	}{
		{100, 3, `["first  \x1b[1;31msecond\x1b[0m  a third one  4"]`},
		{13, 3, `["first  \x1b[1;31msecond\x1b[0m" "a third one" "4"]`},
		{13, 2, `["first  \x1b[1;31msecond\x1b[0m" "a third one"]`},
		{17, 1, `["first  \x1b[1;31msecond\x1b[0m  4"]`}, // what is short still finds room
		{3, 1, `["first"]`},
	} {
		if got := fmt.Sprintf("%q", flow(fields, tt.n, tt.most)); got != tt.want {
			t.Errorf("%d cells, %d lines: %s, want %s", tt.n, tt.most, got, tt.want)
		}
	}
}
