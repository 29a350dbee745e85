package diagnose

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// Tunnel judges a finished tunnel: its verdict, and its anomalies in the order
// of Number. Facts may be incomplete in any way; what is not there is not
// judged.
func Tunnel(f *Facts) (verdict string, anomalies []report.Anomaly) {
	l := newLook(f)
	found := findings(l)
	anomalies = number(found)
	explainOutside(anomalies, f.Outages)
	if slices.ContainsFunc(l.t.Transports, func(name string) bool { return strings.HasPrefix(name, "tcp-") }) {
		for i := range anomalies {
			anomalies[i].WiresharkFilter = inTCP(anomalies[i].WiresharkFilter)
		}
	}
	return l.verdict(found) + l.together(), anomalies
}

// findings applies every rule and links what one finding explains of others.
func findings(l *look) []*finding {
	unanswered := noAnswers(l)
	all := slices.Concat(
		unanswered,
		retransmissions(l, unanswered),
		noProposal(l), dhGroups(l), cookies(l), aggressiveMode(l), weakChoices(l),
		nats(l), moves(l),
		oneWay(l), losses(l), duplicates(l), reorderings(l), resets(l),
		copies(l),
		tcpFindings(l, unanswered),
		negotiations(l), authentications(l), dataPlanes(l), lives(l),
	)
	for _, r := range rejections(l) {
		for _, f := range all {
			if f.cause != nil || !r.explains(f) {
				continue
			}
			f.cause = r.finding
			// What explains a fault is not less grave than the fault, or folding
			// the fault under it would hide how grave things are.
			if f.Severity.Rank() > r.Severity.Rank() {
				r.Severity = f.Severity
			}
		}
		all = append(all, r.finding)
	}
	if len(all) > 1 {
		link(l, all)
	}
	for _, f := range all {
		f.finish(l)
	}
	return all
}

// number gives the findings their IDs and turns them into anomalies.
func number(found []*finding) []report.Anomaly {
	list := make([]report.Anomaly, len(found))
	for i, f := range found {
		// Provisional IDs, so that links survive the sorting.
		f.ID = strconv.Itoa(i)
		list[i] = f.Anomaly
	}
	for i, f := range found {
		if f.cause != nil {
			list[i].ConsequenceOf = f.cause.ID
		}
	}
	Number(list)
	return list
}

// Number gives each anomaly of a list its ID and sorts them as they are shown.
//
// An ID is the code and a number from 1, which counts the anomalies of that
// code in canonical order: by first_seen, then by last_seen, observation and
// the place in the list. So an ID depends neither on severity nor on what else
// was found. They are shown by falling severity, then by first_seen, then by
// code and number. Links in ConsequenceOf follow the IDs.
func Number(list []report.Anomaly) {
	if len(list) == 0 {
		return
	}
	slices.SortStableFunc(list, func(a, b report.Anomaly) int {
		return cmp.Or(a.FirstSeen.Compare(b.FirstSeen), a.LastSeen.Compare(b.LastSeen), cmp.Compare(a.Observation, b.Observation))
	})
	counts := map[string]int{}
	ids := map[string]string{}
	for i := range list {
		a := &list[i]
		counts[a.Code]++
		id := a.Code + "-" + strconv.Itoa(counts[a.Code])
		if a.ID != "" {
			ids[a.ID] = id
		}
		a.ID = id
	}
	for i := range list {
		if c := list[i].ConsequenceOf; c != "" {
			list[i].ConsequenceOf = ids[c]
		}
	}
	slices.SortStableFunc(list, func(a, b report.Anomaly) int {
		return cmp.Or(cmp.Compare(b.Severity.Rank(), a.Severity.Rank()), a.FirstSeen.Compare(b.FirstSeen), cmp.Compare(a.Code, b.Code))
	})
}

// Worst returns the gravest severity of a list, consequences left out: what is
// explained by another anomaly does not count again. Empty if nothing counts.
func Worst(anomalies []report.Anomaly) report.Severity {
	var worst report.Severity
	for i := range anomalies {
		a := &anomalies[i]
		if a.ConsequenceOf == "" && a.Severity.Rank() > worst.Rank() {
			worst = a.Severity
		}
	}
	return worst
}
