package write

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/ikesniff/ikesniff/capture"
)

// Options of a Writer.
type Options struct {
	// Name of the file. With a Rotation, number and time of the first packet are
	// put in front of its extension.
	Name     string
	Rotation Rotation
	// Program is named in the files.
	Program string
	// Snaplen of the capture.
	Snaplen uint32
}

// Writer writes packets. It belongs to one goroutine.
//
// A write that fails takes nothing back that was written before: the file is cut
// to its last whole block, packets that were not in it are lost and counted, and
// the next packet begins a new section of the same file, so that a full disk may
// be emptied meanwhile.
type Writer struct {
	o       Options
	out     *blocks          // nil before the file is made
	ng      *pcapgo.NgWriter // nil before the section begins
	ids     map[key]int      // interfaces of this section
	counts  []uint64         // packets of each of them
	packets uint64           // of this file
	pending uint64           // of them, not yet handed to the system
	began   int64            // time of the first packet
	last    int64            // of the last
	number  int
	names   []string // of the files there are, oldest first
	lost    uint64
	written uint64
}

type key struct {
	name string
	link capture.LinkType
}

// New returns a Writer. Files are made when there is something to put into them,
// but a first one that cannot be made is told now.
func New(o Options) (*Writer, error) {
	w := &Writer{o: o}
	if !o.Rotation.Any() {
		f, err := os.Create(o.Name)
		if err != nil {
			return nil, err
		}
		w.out = &blocks{file: f}
		return w, nil
	}
	dir, err := os.Stat(filepath.Dir(o.Name))
	if err == nil && !dir.IsDir() {
		err = &fs.PathError{Op: "open", Path: o.Name, Err: errors.New("its folder is none")}
	}
	return w, err
}

// Packet writes a packet with comments, and the name of its interface. After an
// error the packet is lost, and maybe some before it: Lost tells.
func (w *Writer) Packet(p *capture.Packet, name string, comments []string) error {
	if w.full(p.Time) {
		if err := w.finish(p.Time); err != nil {
			return w.fail(err, 1)
		}
	}
	if w.ng == nil {
		if err := w.begin(p, name); err != nil {
			return w.fail(err, 1)
		}
	}
	w.packets++
	w.pending++
	w.last = p.Time
	err := w.write(p, key{name, p.LinkType}, comments)
	if err == nil && len(w.out.buf) >= writeSize {
		err = w.Flush()
	} else if err != nil {
		err = w.fail(err, 0)
	}
	return err
}

func (w *Writer) write(p *capture.Packet, k key, comments []string) error {
	id, ok := w.ids[k]
	if !ok {
		var err error
		if id, err = w.ng.AddInterface(w.describe(k)); err != nil {
			return err
		}
		w.ids[k] = id
		w.counts = append(w.counts, 0)
	}
	o := pcapgo.NgPacketOptions{Comments: comments}
	if p.Direction != capture.DirectionUnknown {
		o.Flags = &pcapgo.NgEpbFlags{Direction: pcapgo.NgEpbFlagDirectionInbound}
		if p.Direction == capture.DirectionOut {
			o.Flags.Direction = pcapgo.NgEpbFlagDirectionOutbound
		}
	}
	if p.DropsBefore > 0 {
		o.DropCount = &p.DropsBefore
	}
	err := w.ng.WritePacketWithOptions(gopacket.CaptureInfo{
		Timestamp: time.Unix(0, p.Time).UTC(), CaptureLength: len(p.Data), Length: max(p.OrigLen, len(p.Data)), InterfaceIndex: id,
	}, p.Data, o)
	w.counts[id]++
	return errors.Join(err, w.ng.Flush()) // into out.buf: whole blocks
}

// fail gives up the section, with what of it was not handed to the system and
// more packets.
func (w *Writer) fail(err error, more uint64) error {
	w.lost += w.pending + more
	w.pending, w.ng = 0, nil
	if w.out != nil {
		w.out.buf = w.out.buf[:0]
	}
	return err
}

// Lost counts packets that could not be written.
func (w *Writer) Lost() uint64 { return w.lost }

// Written counts packets that were handed to the system. Those that were given to
// Packet are written, lost, or wait for the next Flush.
func (w *Writer) Written() uint64 { return w.written }

// full tells whether a packet of this time belongs into another file.
func (w *Writer) full(now int64) bool {
	r := w.o.Rotation
	return w.packets > 0 && (r.Bytes > 0 && w.out.size() >= r.Bytes || r.Packets > 0 && w.packets >= r.Packets ||
		r.Duration > 0 && now-w.began >= int64(r.Duration))
}

// begin begins a section, in a new file if there is none.
func (w *Writer) begin(p *capture.Packet, name string) (err error) {
	if w.out == nil {
		path, flag := w.next(p.Time), os.O_CREATE|os.O_WRONLY
		if w.o.Rotation.Any() {
			flag |= os.O_TRUNC
		}
		if err := w.open(flag, path); err != nil {
			return err
		}
		w.names = append(w.names, path)
		if n := w.o.Rotation.Files; n > 0 && len(w.names) > n {
			if err := os.Remove(w.names[0]); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			w.names = w.names[1:]
		}
	}
	if w.packets == 0 {
		w.began = p.Time
	}
	k := key{name, p.LinkType}
	options := pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: w.o.Program}}
	if w.ng, err = pcapgo.NewNgWriterInterface(w.out, w.describe(k), options); err != nil {
		return err
	}
	w.ids, w.counts = map[key]int{k: 0}, []uint64{0}
	return nil
}

func (w *Writer) describe(k key) pcapgo.NgInterface {
	return pcapgo.NgInterface{
		Name: k.name, LinkType: layers.LinkType(k.link), SnapLength: w.o.Snaplen, TimestampResolution: 9,
	}
}

// next names the next file of a rotation as dumpcap does: name_00001_20261122051433.pcapng.
func (w *Writer) next(now int64) string {
	if !w.o.Rotation.Any() {
		return w.o.Name
	}
	w.number++
	ext := filepath.Ext(w.o.Name)
	return fmt.Sprintf("%s_%05d_%s%s", strings.TrimSuffix(w.o.Name, ext), w.number, time.Unix(0, now).UTC().Format("20060102150405"), ext)
}

// Flush hands to the system what was written so far.
func (w *Writer) Flush() error {
	if w.out == nil {
		return nil
	}
	if err := w.out.flush(); err != nil {
		return w.fail(err, 0)
	}
	w.written += w.pending
	w.pending = 0
	return nil
}

// finish ends the current file at time now, in nanoseconds since the Unix epoch:
// the silence at the end of a capture tells something, too.
func (w *Writer) finish(now int64) error {
	var err error
	if w.ng != nil {
		err = w.stats(time.Unix(0, max(now, w.last)).UTC())
	}
	err = errors.Join(err, w.Flush())
	w.ng = nil
	if w.out != nil {
		err = errors.Join(err, w.out.file.Close())
		w.out, w.packets = nil, 0
	}
	return err
}

// stats ends a section.
func (w *Writer) stats(end time.Time) error {
	for id := range len(w.ids) {
		s := pcapgo.NgInterfaceStatistics{LastUpdate: end, EndTime: end, PacketsReceived: w.counts[id], PacketsDropped: pcapgo.NgNoValue64}
		if err := w.ng.WriteInterfaceStats(id, s); err != nil {
			return err
		}
	}
	return w.ng.Flush()
}

// Reopen ends the current file and opens its name anew: one that was moved away
// is complete, one that was not goes on with another section. In a rotation the
// next one begins. Whatever Reopen returns, the Writer can be used.
func (w *Writer) Reopen() error {
	err := w.finish(w.last)
	if err != nil {
		err = w.fail(err, 0)
	}
	if w.o.Rotation.Any() {
		return err
	}
	return errors.Join(err, w.open(os.O_CREATE|os.O_WRONLY, w.o.Name))
}

// open opens a file, behind what it has.
func (w *Writer) open(flag int, path string) error {
	f, err := os.OpenFile(path, flag, 0o666)
	if err != nil {
		return err
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		end = 0 // a pipe or device
	}
	w.out, w.packets = &blocks{file: f, n: end}, 0
	return nil
}

// Close ends the last file: the capture ended at time end. A file without packets
// is a capture all the same.
func (w *Writer) Close(end time.Time) error {
	if w.out != nil && w.packets == 0 && w.out.size() == 0 && w.ng == nil {
		if err := w.begin(&capture.Packet{Time: end.UnixNano(), LinkType: capture.LinkEthernet}, ""); err != nil {
			return err
		}
	}
	return w.finish(end.UnixNano())
}

// Files are the files there are, oldest first.
func (w *Writer) Files() []string {
	if !w.o.Rotation.Any() {
		return []string{w.o.Name}
	}
	return w.names
}
