package report_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/internal/schematest"
	"github.com/ikesniff/ikesniff/report"
)

var evidence = map[string][]string{
	"esp-loss":     {"missing", "packets"},
	"nat-detected": {},
}

// fill sets every field of v to something that the schema allows.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 3, 2, 8, 0, 0, 123456789, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(1)
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(1)
	case reflect.Float64:
		v.SetFloat(0.5)
	}
}

// full is a report with every field there.
func full() *report.Report {
	r := new(report.Report)
	fill(reflect.ValueOf(r).Elem())
	r.Sources[0].Vantage.Confidence = report.ConfidenceHigh
	r.Totals.Encapsulations = map[string]uint64{"vlan": 3}
	t := r.Tunnels[0]
	t.ID, t.IKEVersion = "0123456789ab", 2
	t.Status, t.Phase1, t.Phase2, t.Data = report.StatusUp, report.PhaseUp, report.PhaseDown, report.DataBoth
	t.Transports = []string{"udp", "udp-nat-t"}
	t.Events[0].Direction, t.Events[0].Ref.Line = "to-responder", 0
	t.Links[0].By, t.Links[0].Confidence = "ike-spi", report.ConfidenceHigh
	p := &t.Paths[0]
	p.Transport, p.State = "udp", report.PathInUse
	for _, x := range []*report.PathTraffic{&p.Traffic.ToResponder, &p.Traffic.ToInitiator} {
		x.FirstRef.Line, x.LastRef.Frame = 0, 0
	}
	sa := &t.IKESAs[0]
	sa.InitiatorSPI, sa.ResponderSPI = "0123456789abcdef", "0000000000000000"
	sa.Mode, sa.Status = "main", report.StatusUp
	sa.Exchanges[0].From, sa.Exchanges[0].Request.Line, sa.Exchanges[0].Response.Line = "initiator", 0, 0
	g := &r.Gateways[0]
	g.Role, g.Peers[0].Role = report.RoleHub, report.RoleSpoke
	g.Transports[0].Transport, g.Shared[0].Severity = "ip", report.SeverityNotice
	c := &t.ChildSAs[0]
	c.SPI, c.Protocol, c.Mode, c.IKESABy = "c16ed423", "esp", "tunnel", "inferred"
	for _, a := range []*report.Anomaly{&t.Anomalies[0], &r.Anomalies[0]} {
		a.Code, a.Severity = "esp-loss", report.SeverityInfo
		a.Confidence = report.AnomalyConfidence{Fact: report.ConfidenceHigh, Cause: report.ConfidenceLow}
		a.Refs[0].Line = 0
		a.Evidence = map[string]any{"missing": 3}
	}
	return r
}

func TestSchemaAcceptsFullAndEmptyReports(t *testing.T) {
	empty := report.Report{
		SchemaVersion: 1, IncompleteBecause: []string{}, Sources: []report.Source{},
		Totals: report.Totals{Encapsulations: map[string]uint64{}}, Tunnels: []*report.Tunnel{}, Gateways: []report.Gateway{},
		Anomalies: []report.Anomaly{},
	}
	for name, r := range map[string]any{"full": full(), "empty": empty} {
		doc, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, keys := range []map[string][]string{nil, evidence} {
			if err := schematest.Validate(report.Schema(keys), doc); err != nil {
				t.Errorf("%s report: %v", name, err)
			}
		}
	}
}

// TestSchemaRefuses changes one thing of a valid report at a time.
func TestSchemaRefuses(t *testing.T) {
	tests := map[string]struct {
		change func(*report.Report)
		fault  string
	}{
		"nil list":         {func(r *report.Report) { r.Tunnels[0].Paths = nil }, "/tunnels/0/paths: is null"},
		"tunnel id":        {func(r *report.Report) { r.Tunnels[0].ID = "XYZ" }, "/tunnels/0/id"},
		"spi with 0x":      {func(r *report.Report) { r.Tunnels[0].ChildSAs[0].SPI = "0xc16ed4" }, "/tunnels/0/child_sas/0/spi"},
		"status":           {func(r *report.Report) { r.Tunnels[0].Status = "great" }, "/tunnels/0/status"},
		"transport":        {func(r *report.Report) { r.Tunnels[0].Transports = []string{"quic"} }, "/tunnels/0/transports/0"},
		"severity":         {func(r *report.Report) { r.Anomalies[0].Severity = "" }, "/anomalies/0/severity"},
		"code":             {func(r *report.Report) { r.Anomalies[0].Code = "new-code" }, "/anomalies/0/code"},
		"evidence key":     {func(r *report.Report) { r.Anomalies[0].Evidence["other"] = 1 }, `/anomalies/0/evidence: "other"`},
		"evidence of code": {func(r *report.Report) { r.Anomalies[0].Code = "nat-detected" }, `/anomalies/0/evidence: "missing"`},
		"ref of both":      {func(r *report.Report) { r.Anomalies[0].Refs[0].Line = 3 }, "/anomalies/0/refs/0: matches 2"},
		"ref of nothing":   {func(r *report.Report) { r.Tunnels[0].Events[0].Ref.Frame = 0 }, "/tunnels/0/events/0/ref: matches 0"},
		"version":          {func(r *report.Report) { r.SchemaVersion = 2 }, "/schema_version"},
		"zone": {func(r *report.Report) {
			r.Tunnels[0].FirstSeen = r.Tunnels[0].FirstSeen.In(time.FixedZone("x", 3600))
		}, "/tunnels/0/first_seen"},
		"negative": {func(r *report.Report) { r.Tunnels[0].EventsTotal = -1 }, "/tunnels/0/events_total"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := full()
			tt.change(r)
			doc, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			err = schematest.Validate(report.Schema(evidence), doc)
			if err == nil || !strings.Contains(err.Error(), tt.fault) {
				t.Errorf("error %v, want one with %q", err, tt.fault)
			}
		})
	}
}

// TestSchemaIsComplete goes through the schema: every object is closed and every
// field described; only fields that may be absent are not required.
func TestSchemaIsComplete(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(report.Schema(evidence), &schema); err != nil {
		t.Fatal(err)
	}
	structs := map[string]any{"Report": schema}
	for name, def := range schema["$defs"].(map[string]any) {
		structs[name] = def
	}
	if len(structs) < 20 {
		t.Fatalf("only %d structures in the schema", len(structs))
	}
	for name, def := range structs {
		s := def.(map[string]any)
		if s["additionalProperties"] != false {
			t.Errorf("%s is open", name)
		}
		for field, p := range s["properties"].(map[string]any) {
			if text, _ := p.(map[string]any)["description"].(string); !strings.HasSuffix(text, ".") {
				t.Errorf("%s.%s has no description", name, field)
			}
		}
	}
}

// TestOptionalFieldsAreScalars holds the rule that lists and counts are always
// there: what may be absent is a pointer, a string, a bounded number, or the
// list of additional key exchanges of a proposal.
func TestOptionalFieldsAreScalars(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(t *testing.T, x reflect.Type)
	walk = func(t *testing.T, x reflect.Type) {
		switch x.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(t, x.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		if seen[x] || x == reflect.TypeFor[time.Time]() {
			return
		}
		seen[x] = true
		for i := range x.NumField() {
			f := x.Field(i)
			walk(t, f.Type)
			name, flags, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.Anonymous && name == "" {
				t.Errorf("%s.%s has no JSON name", x.Name(), f.Name)
			}
			optional := flags == "omitempty"
			list := f.Type.Kind() == reflect.Slice || f.Type.Kind() == reflect.Map
			if optional && list && name != "additional_key_exchanges" {
				t.Errorf("%s.%s is a list that may be absent", x.Name(), f.Name)
			}
			if !optional && f.Type.Kind() == reflect.Pointer {
				t.Errorf("%s.%s may be null", x.Name(), f.Name)
			}
		}
	}
	walk(t, reflect.TypeFor[report.Report]())
	if len(seen) < 20 {
		t.Errorf("only %d types seen", len(seen))
	}
}

func TestSchemaIsDeterministic(t *testing.T) {
	a := report.Schema(evidence)
	for range 5 {
		if !slices.Equal(a, report.Schema(evidence)) {
			t.Fatal("two schemas differ")
		}
	}
}
