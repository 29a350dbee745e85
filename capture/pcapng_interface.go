package capture

import (
	"math"
	"strconv"
)

const (
	optInterfaceName       = 2
	optInterfaceResolution = 9
	optInterfaceOffset     = 14

	optStatsEndTime        = 3
	optStatsReceived       = 4
	optStatsInterfaceDrops = 5
	optStatsSystemDrops    = 7
	optStatsDelivered      = 8

	// maxInterfaces bounds those of one section.
	maxInterfaces = 1 << 16

	// unknownCount is what writers put where they do not know a count.
	unknownCount = math.MaxUint64
)

// ngInterface is an interface of the current section.
type ngInterface struct {
	clock   clock
	snaplen uint32
	link    LinkType
	name    uint16 // index into the run's table
	packets uint64
	losses  losses
}

// losses adds up what one interface lost. Packets tell what was lost in front
// of each of them, statistics tell the sum so far: two accounts of the same
// losses, of which the higher one counts.
type losses struct {
	byPackets, byStatistics uint64
}

// packet books n packets lost in front of a packet and returns how many of them
// were not known before.
func (l *losses) packet(n uint64) uint64 {
	before := max(l.byPackets, l.byStatistics)
	l.byPackets = addUp(l.byPackets, n)
	return max(l.byPackets, l.byStatistics) - before
}

// statistics books that the sum of losses so far is n and returns how many of
// them were not known before.
func (l *losses) statistics(n uint64) uint64 {
	before := max(l.byPackets, l.byStatistics)
	l.byStatistics = max(l.byStatistics, n)
	return max(l.byPackets, l.byStatistics) - before
}

// addUp adds without running over.
func addUp(a, b uint64) uint64 {
	if b > math.MaxUint64-a {
		return math.MaxUint64
	}
	return a + b
}

// interfaceBlock reads an interface description block.
//
//	+-------------------------------+-------------------------------+
//	|           link type           |           reserved            |
//	+-------------------------------+-------------------------------+
//	|                        snapshot length                        |
//	+---------------------------------------------------------------+
func (r *ngReader) interfaceBlock(body []byte, at int64) *flaw {
	if len(body) < 8 {
		return flawf(at, "its interface description is %d bytes long, and %d are needed", len(body)+minBlock, 8+minBlock)
	}
	if len(r.interfaces) == maxInterfaces {
		return flawf(at, "it declares more than %d interfaces", maxInterfaces)
	}
	i := ngInterface{link: LinkType(r.order.u16(body)), snaplen: r.order.u32(body[4:])}
	name, resolution, offset := "", byte(6), int64(0)
	for o := (options{order: r.order, rest: body[8:]}); o.next(); {
		switch o.code {
		case optInterfaceName:
			name = interfaceName(o.value)
		case optInterfaceResolution:
			if len(o.value) == 1 {
				resolution = o.value[0]
			}
		case optInterfaceOffset:
			if v, ok := o.u64(); ok {
				offset = int64(v)
			}
		}
	}
	i.clock = newClock(resolution, offset)
	label := name
	if name == "" {
		label = "#" + strconv.Itoa(len(r.interfaces))
	}
	i.name = r.in.names.id(label)
	r.in.declare(name, i.name)
	r.in.snaplen(i.snaplen)
	r.interfaces = append(r.interfaces, i)
	return nil
}

// statistics reads an interface statistics block: an interface number, a time,
// and as options counts since the capture began, and when it ended. What the
// interface dropped and what the system dropped are different packets.
//
// The end is believed where the block tells of as many packets as there are. A
// file that holds a part of a capture, as programs write it that select packets,
// still has the statistics of the whole: then the end says nothing about the part.
func (r *ngReader) statistics(body []byte, at int64) *flaw {
	if len(body) < 12 {
		return flawf(at, "its interface statistics are %d bytes long, and %d are needed", len(body)+minBlock, 12+minBlock)
	}
	id := r.order.u32(body)
	if uint64(id) >= uint64(len(r.interfaces)) {
		return r.noInterface(at, id)
	}
	iface := &r.interfaces[id]
	sum, known := uint64(0), false
	end, whole := int64(0), false
	for o := (options{order: r.order, rest: body[12:]}); o.next(); {
		switch o.code {
		case optStatsEndTime:
			end = r.endTime(iface, o.value)
		case optStatsReceived, optStatsDelivered:
			v, ok := o.u64()
			whole = whole || ok && v == iface.packets && v > 0
		case optStatsInterfaceDrops, optStatsSystemDrops:
			if v, ok := o.u64(); ok && v != unknownCount {
				sum, known = addUp(sum, v), true
			}
		}
	}
	if whole {
		r.in.info.EndTime = max(r.in.info.EndTime, end)
	}
	if known {
		r.lost(iface.losses.statistics(sum))
	}
	return nil
}

// endTime reads a time of the statistics, high word first; 0 if it is none.
func (r *ngReader) endTime(iface *ngInterface, b []byte) int64 {
	if len(b) != 8 {
		return 0
	}
	ns, ok := iface.clock.nanoseconds(uint64(r.order.u32(b))<<32 | uint64(r.order.u32(b[4:])))
	if !ok {
		return 0
	}
	return ns
}

// lost books n losses that were not known before.
func (r *ngReader) lost(n uint64) {
	r.drops = addUp(r.drops, n)
	r.in.info.Dropped = addUp(r.in.info.Dropped, n)
	r.in.info.DroppedKnown = true
}

func (r *ngReader) noInterface(at int64, id uint32) *flaw {
	return flawf(at, "it names interface %d, and the section has declared %d", id, len(r.interfaces))
}
