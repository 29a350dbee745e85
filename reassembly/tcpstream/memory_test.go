package tcpstream

import (
	"runtime"
	"testing"
)

// Lengths that a packet only declares, and streams that are never completed,
// cost no more memory than the limits allow.
func TestHostileSegmentsTakeNoMemory(t *testing.T) {
	payload := make([]byte, 1400)
	for name, push := range map[string]func(s *Stream, i uint32, sink Sink){
		"declared lengths in order": func(s *Stream, i uint32, sink Sink) {
			s.Push(Segment{Seq: s.Next(), Payload: payload[:10], WireLen: maxWire}, sink)
		},
		"declared lengths behind holes": func(s *Stream, i uint32, sink Sink) {
			s.Push(Segment{Seq: 200 + i*(maxWire+10), Payload: payload[:10], WireLen: maxWire}, sink)
		},
		"holes of one byte": func(s *Stream, i uint32, sink Sink) {
			s.Push(Segment{Seq: 200 + i*1401, Payload: payload}, sink)
		},
		"pieces of two bytes, then all between": func(s *Stream, i uint32, sink Sink) {
			if i%300 < 250 {
				s.Push(Segment{Seq: 200 + i%300*4, Payload: payload[:2]}, sink)
			} else {
				s.Push(Segment{Seq: 150 + i%300, Payload: payload}, sink)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			var s Stream
			var sink count
			s.Push(Segment{Seq: 99, SYN: true}, &sink)
			s.Ack(100, &sink)
			start := heap()
			for i := range uint32(20_000) {
				push(&s, i, &sink)
			}
			if grown := heap() - start; grown > 4<<20 {
				t.Errorf("%d bytes of memory are held", grown)
			}
			runtime.KeepAlive(&s)
		})
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
