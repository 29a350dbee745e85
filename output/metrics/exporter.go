package metrics

import (
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/ikesniff/ikesniff/report"
)

// Options of an Exporter.
type Options struct {
	// Codes are all codes of anomalies there are. Each has its counter from the
	// start: rate and increase see nothing of a counter that begins at 1.
	Codes []string
	// Version and Revision are those of the program.
	Version, Revision string
	// Fresh is how old the latest snapshot may be for a run that is ready; 0
	// stands for 15 s.
	Fresh time.Duration
}

const defaultFresh = 15 * time.Second

// Exporter makes metrics of the latest snapshot. It is a prometheus.Collector;
// its methods may be called from any goroutine.
type Exporter struct {
	options  Options
	families []family
	latest   atomic.Pointer[published]
}

// published is a snapshot and when it came, by the clock of this machine. Its
// own time is that of the capture, which may be another.
type published struct {
	*report.Snapshot
	at time.Time
}

// New returns an Exporter that has no snapshot yet.
func New(o Options) *Exporter {
	if o.Fresh <= 0 {
		o.Fresh = defaultFresh
	}
	return &Exporter{options: o, families: families()}
}

// Set makes s the latest snapshot. Nobody may change it afterwards. Set waits
// for nothing.
func (e *Exporter) Set(s *report.Snapshot) { e.latest.Store(&published{s, time.Now()}) }

// Registry returns a registry of the Exporter's metrics and those of the Go
// runtime and the process, among them their memory.
func (e *Exporter) Registry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(e, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Describe implements prometheus.Collector.
func (e *Exporter) Describe(out chan<- *prometheus.Desc) {
	for i := range e.families {
		out <- e.families[i].desc
	}
}

// Collect implements prometheus.Collector.
func (e *Exporter) Collect(out chan<- prometheus.Metric) {
	latest := e.latest.Load()
	v := view{options: &e.options, published: latest}
	if latest != nil {
		v.tally = tallyRows(latest.Rows)
	}
	for i := range e.families {
		f := &e.families[i]
		if latest == nil && !f.always {
			continue
		}
		var samples samples
		f.values(&v, &samples)
		for _, s := range samples {
			out <- prometheus.MustNewConstMetric(f.desc, f.kind, s.value, s.labels...)
		}
	}
}

// view is what the values of one scrape are made of.
type view struct {
	options *Options
	*published
	tally tally
}

// samples are the values of one metric.
type samples []sample

type sample struct {
	value  float64
	labels []string
}

// add adds a value. Labels that are no text, as names of interfaces may be, are
// made text; values whose labels are the same then are added up, for Prometheus
// refuses two of them.
func (s *samples) add(value float64, labels ...string) {
	for i := range labels {
		labels[i] = strings.ToValidUTF8(labels[i], "\uFFFD")
	}
search:
	for i := range *s {
		for k, l := range (*s)[i].labels {
			if l != labels[k] {
				continue search
			}
		}
		(*s)[i].value += value
		return
	}
	*s = append(*s, sample{value, labels})
}

// is adds 1 for what is true and 0 for what is not.
func (s *samples) is(yes bool, labels ...string) {
	value := 0.0
	if yes {
		value = 1
	}
	s.add(value, labels...)
}

// count adds a counter.
func (s *samples) count(n uint64, labels ...string) { s.add(float64(n), labels...) }
