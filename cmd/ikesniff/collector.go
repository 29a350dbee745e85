package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// spareHeap is by how many bytes the heap may always grow before memory is
	// collected. Go's collector waits until the heap has doubled, and begins at
	// 4 MiB. Reading a capture of a hundred tunnels makes 20 MiB that way in
	// four to eight collections, a tenth of all CPU time, to keep 4 MiB: as
	// much as the program itself takes.
	spareHeap = 24 << 20
	// mostPercent lets the first collection wait for spareHeap, as 100, which is
	// Go's default, does for 4 MiB.
	mostPercent = 100 * spareHeap / (4 << 20)
	// leastPercent is by how much larger heaps may grow, from 68 MiB on. They are
	// those of very many tunnels, which do not go away again: what is collected
	// is what reports are made of, so that twice the memory buys little time.
	leastPercent = 35
)

// easeCollector makes small heaps be collected less often than Go does, and large
// ones more often. What the user set (GOGC, GOMEMLIMIT) is left as it is; false
// says so.
func easeCollector() bool {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return false
	}
	debug.SetGCPercent(mostPercent)
	afterCollection(adjust{percent: mostPercent})
	return true
}

// adjust is called after each collection, and sets when the next one is due.
// Where somebody else has set that since, it leaves off.
type adjust struct{ percent int }

// afterCollection calls a once the next collection has found that nobody
// holds what is allocated here.
func afterCollection(a adjust) {
	runtime.AddCleanup(new(*adjust), adjust.call, a)
}

func (a adjust) call() {
	now := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(now)
	if now[0].Value.Uint64() != uint64(a.percent) {
		return
	}
	if p := collectAt(now[1].Value.Uint64()); p != a.percent {
		a.percent = p
		debug.SetGCPercent(p) // stops the world for a moment
	}
	afterCollection(a)
}

// collectAt is the growth in percent after which a heap of live bytes is to be
// collected.
func collectAt(live uint64) int {
	return int(min(max(100*spareHeap/max(live, 1), leastPercent), mostPercent))
}
