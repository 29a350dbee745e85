package message

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/pipeline"
	"github.com/ikesniff/ikesniff/reassembly"
)

func TestParseMoment(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	begin := time.Date(2026, 3, 14, 23, 9, 0, 5e8, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-03-14T23:10:00Z":         time.Date(2026, 3, 14, 23, 10, 0, 0, time.UTC),
		"2026-03-14T23:10:00.25+02:00": time.Date(2026, 3, 14, 21, 10, 0, 25e7, time.UTC),
		"2026-03-15 00:10:00":          time.Date(2026, 3, 14, 23, 10, 0, 0, time.UTC),
		"2026-03-15T00:10:00.5":        time.Date(2026, 3, 14, 23, 10, 0, 5e8, time.UTC),
		"2026-03-15 00:10":             time.Date(2026, 3, 14, 23, 10, 0, 0, time.UTC),
		"2026-03-15":                   time.Date(2026, 3, 14, 23, 0, 0, 0, time.UTC),
		// In the zone of Berlin the capture begins on the 15th, at 00:09.
		"00:10:00.75": time.Date(2026, 3, 14, 23, 10, 0, 75e7, time.UTC),
		"13:30":       time.Date(2026, 3, 15, 12, 30, 0, 0, time.UTC),
		"+90s":        begin.Add(90 * time.Second),
		"+1h0.5s":     begin.Add(time.Hour + 500*time.Millisecond),
	} {
		m, err := ParseMoment(text, berlin)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := m.Resolve(begin.UnixNano()); got != want.UnixNano() {
			t.Errorf("%s: %s, want %s", text, time.Unix(0, got).UTC(), want)
		}
	}
	for _, text := range []string{"", "yesterday", "+", "+5", "+-5s", "-5s", "25:00", "2026-13-01", "90"} {
		if _, err := ParseMoment(text, time.UTC); err == nil {
			t.Errorf("%q is taken for a time", text)
		}
	}
}

// TestMomentAfter: only moments of one form can be told apart.
func TestMomentAfter(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"+10s", "+5s", true}, {"+5s", "+5s", false}, {"23:09", "23:08:59", true}, {"23:08", "23:09", false},
		{"2026-03-15", "2026-03-14T23:09:00Z", true}, {"2026-03-14", "2026-03-15", false},
		{"+10s", "23:09", false}, {"23:09", "2026-03-14", false},
	} {
		var m [2]Moment
		for i, text := range []string{tt.a, tt.b} {
			var err error
			if m[i], err = ParseMoment(text, time.UTC); err != nil {
				t.Fatal(err)
			}
		}
		if got := m[0].After(m[1]); got != tt.want {
			t.Errorf("%s after %s: %v", tt.a, tt.b, got)
		}
	}
}

// TestDailyMomentOnLongDay: the clock on the wall counts, not the hours since
// midnight.
func TestDailyMomentOnLongDay(t *testing.T) {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skipf("no zone data here: %v", err)
	}
	m, err := ParseMoment("12:00", loc)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Date(2026, 3, 29, 0, 30, 0, 0, loc) // clocks go forward at 02:00
	if got, want := m.Resolve(begin.UnixNano()), time.Date(2026, 3, 29, 12, 0, 0, 0, loc).UnixNano(); got != want {
		t.Errorf("%s", time.Unix(0, got).In(loc))
	}
}

func TestParseExchange(t *testing.T) {
	for text, want := range map[string][]ike.ExchangeType{
		"IKE_AUTH":            {ike.ExchangeAuth},
		"ike_auth":            {ike.ExchangeAuth},
		"ike-sa-init":         {ike.ExchangeSAInit},
		"main":                {ike.ExchangeV1Main},
		"Main Mode":           {ike.ExchangeV1Main},
		"identity protection": {ike.ExchangeV1Main},
		"aggressive":          {ike.ExchangeV1Aggressive},
		"quick":               {ike.ExchangeV1Quick},
		"informational":       {ike.ExchangeV1Informational, ike.ExchangeInformational},
		"35":                  {ike.ExchangeAuth},
		"99":                  {99},
		"auth":                {ike.ExchangeAuth},
		"sa_init":             {ike.ExchangeSAInit},
	} {
		if got, err := ParseExchange(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "AUTHENTICATE", "256", "-1"} {
		if got, err := ParseExchange(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestParseNotify(t *testing.T) {
	for text, want := range map[string][]Notify{
		"NO_PROPOSAL_CHOSEN": {{2, 14}, {1, 14}},
		"no-proposal-chosen": {{2, 14}, {1, 14}},
		"COOKIE":             {{2, 16390}},
		"R-U-THERE":          {{1, 36136}},
		"16390":              {{1, 16390}, {2, 16390}},
	} {
		got, err := ParseNotify(text)
		for _, n := range want {
			if !slices.Contains(got, n) || len(got) != len(want) {
				t.Errorf("%s: %v, %v", text, got, err)
			}
		}
	}
	for _, text := range []string{"", "COOKIES", "65536"} {
		if got, err := ParseNotify(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestParseTransport(t *testing.T) {
	for text, want := range map[string][]reassembly.Transport{
		"udp":         {reassembly.TransportUDP},
		"UDP-NAT-T":   {reassembly.TransportUDPNATT},
		"tcp-rfc8229": {reassembly.TransportTCP},
		"NAT-T":       {reassembly.TransportUDPNATT}, // as lines have them
		"IP":          {reassembly.TransportIP},
		"ftcp":        {reassembly.TransportFortinetESP},
		"tcp":         {reassembly.TransportTCP, reassembly.TransportFortinetESP, reassembly.TransportCisco},
	} {
		if got, err := ParseTransport(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "sctp", "udp-"} {
		if got, err := ParseTransport(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestFilter(t *testing.T) {
	h := ike.Header{InitiatorSPI: 1, ResponderSPI: 2, Version: ike.Version{Major: 2}, ExchangeType: ike.ExchangeInformational}
	cookie := h
	cookie.ExchangeType = ike.ExchangeSAInit
	keepalive := espEvent(6, 0, 0)
	keepalive.Message = reassembly.MessageKeepalive
	events := []*reassembly.Event{
		ikeEvent(1, message(cookie, payload{ike.PayloadNotify, []byte{0, 0, 0x40, 0x06}})),
		ikeEvent(2, message(h)),
		espEvent(3, 0xaa, 1), espEvent(4, 0xbb, 1), espEvent(5, 0xaa, 2), keepalive,
	}
	moment := func(s string) *Moment {
		m, err := ParseMoment(s, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		return &m
	}
	for name, tt := range map[string]struct {
		f    Filter
		want string // frames
	}{
		"all":         {Filter{}, "1 2 3 4 5 6"},
		"SPI of IKE":  {Filter{SPIs: []uint64{2}}, "1 2"},
		"SPI of ESP":  {Filter{SPIs: []uint64{0xaa}}, "3 5"},
		"exchange":    {Filter{Exchanges: []ike.ExchangeType{ike.ExchangeInformational}}, "2"},
		"notify":      {Filter{Notifies: []Notify{{2, 16390}}}, "1"},
		"notify v1":   {Filter{Notifies: []Notify{{1, 16390}}}, ""},
		"transport":   {Filter{Transports: []reassembly.Transport{reassembly.TransportUDPNATT}}, "3 4 5 6"},
		"since":       {Filter{Since: moment("+4s")}, "4 5 6"},
		"until":       {Filter{Until: moment("23:09:04")}, "1 2 3 4"},
		"both":        {Filter{Since: moment("+2s"), Until: moment("+3s")}, "2 3"},
		"two kinds":   {Filter{SPIs: []uint64{0xaa}, Since: moment("+4s")}, "5"},
		"contradicts": {Filter{SPIs: []uint64{0xaa}, Exchanges: []ike.ExchangeType{ike.ExchangeInformational}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			l := New(&out, Options{Each: true, Filter: tt.f, Start: func() int64 { return start }})
			for _, e := range events {
				if err := l.Event(e); err != nil {
					t.Fatal(err)
				}
			}
			l.flush()
			var frames []string
			for line := range strings.Lines(out.String()) {
				if f := strings.Fields(line); len(f) > 2 {
					frames = append(frames, f[0])
				}
			}
			if got := strings.Join(frames, " "); got != tt.want {
				t.Errorf("frames %s, want %s", got, tt.want)
			}
			if tt.f.Empty() != (name == "all") {
				t.Error("Empty is wrong")
			}
		})
	}
}

// TestTunnelFilter: the tunnels of a capture share its messages out among
// them; nothing is in two, and only what no tunnel has is in none.
func TestTunnelFilter(t *testing.T) {
	for _, file := range []string{"two-clients-one-nat.pcap", "ah-and-esp.pcap", "ike-rekey.pcap", "one-way-esp.pcap"} {
		file = "../../testdata/pcaps/" + file
		src, err := capture.Open([]string{file})
		if err != nil {
			t.Fatal(err)
		}
		s, err := pipeline.Run(t.Context(), src, pipeline.Options{})
		if err != nil {
			t.Fatal(err)
		}
		src.Close()
		count := func(f *TunnelFilter) int {
			text, _ := list(t, file, Options{Each: true, Format: FormatNDJSON, Filter: Filter{Tunnel: f}})
			return strings.Count(text, "\n") - 1
		}
		sum, tunnels := 0, 0
		for x := range s.Tunnels {
			f := new(TunnelFilter)
			f.Add(x)
			n := count(f)
			if n == 0 {
				t.Errorf("%s: nothing of tunnel %s", file, x.ID)
			}
			sum += n
			tunnels++
		}
		if all := count(nil); tunnels == 0 || sum != all {
			t.Errorf("%s: %d messages in %d tunnels, %d in all", file, sum, tunnels, all)
		}
	}
}
