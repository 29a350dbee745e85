package report

import "time"

// Severity of an anomaly, in growing order.
type Severity string

const (
	SeverityInfo     Severity = "info"
	SeverityNotice   Severity = "notice"
	SeverityWarning  Severity = "warning"
	SeverityCritical Severity = "critical"
)

// Rank orders severities: 0 for info to 3 for critical, -1 for none of these.
func (s Severity) Rank() int {
	switch s {
	case SeverityInfo:
		return 0
	case SeverityNotice:
		return 1
	case SeverityWarning:
		return 2
	case SeverityCritical:
		return 3
	}
	return -1
}

// Confidence says how sure a statement is.
type Confidence string

const (
	ConfidenceLow    Confidence = "low"
	ConfidenceMedium Confidence = "medium"
	ConfidenceHigh   Confidence = "high"
)

// Anomaly is one coded observation with evidence and advice.
type Anomaly struct {
	ID              string            `json:"id"`
	Code            string            `json:"code"`
	Severity        Severity          `json:"severity"`
	Confidence      AnomalyConfidence `json:"confidence"`
	Title           string            `json:"title"`
	Observation     string            `json:"observation"`
	Interpretation  string            `json:"interpretation"`
	Alternatives    []string          `json:"alternatives"`
	Unknown         []string          `json:"unknown"`
	Advice          []string          `json:"advice"`
	Commands        []string          `json:"commands"`
	ConsequenceOf   string            `json:"consequence_of,omitempty"`
	Count           uint64            `json:"count"`
	FirstSeen       time.Time         `json:"first_seen"`
	LastSeen        time.Time         `json:"last_seen"`
	Refs            []RoleRef         `json:"refs"`
	WiresharkFilter string            `json:"wireshark_filter"`
	Evidence        map[string]any    `json:"evidence"`
}

// AnomalyConfidence keeps apart how sure the observation is and how sure the
// cause.
type AnomalyConfidence struct {
	Fact  Confidence `json:"fact"`
	Cause Confidence `json:"cause"`
}

// RoleRef is a place in a source and the part it plays in an anomaly.
type RoleRef struct {
	Ref
	Role string `json:"role"`
}
