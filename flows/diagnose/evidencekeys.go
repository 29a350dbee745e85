package diagnose

// EvidenceKeys lists the keys that the evidence of each code may have, for the
// JSON Schema of the report.
func EvidenceKeys() map[string][]string {
	keys := make(map[string][]string, len(catalogue))
	for _, e := range catalogue {
		list := []string{}
		for _, k := range e.Evidence {
			list = append(list, k.Name)
		}
		keys[e.Code] = list
	}
	return keys
}
