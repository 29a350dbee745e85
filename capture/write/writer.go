package write

import (
	"errors"
	"fmt"
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
type Writer struct {
	o       Options
	file    *os.File
	ng      *pcapgo.NgWriter
	ids     map[key]int // interfaces of this file
	size    *counter
	packets uint64
	began   int64 // time of the first packet
	number  int
	names   []string // of the files there are, oldest first
}

type key struct {
	name string
	link capture.LinkType
}

// counter counts what is written.
type counter struct {
	f *os.File
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.f.Write(b)
	c.n += int64(n)
	return n, err
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
		w.file = f
		return w, nil
	}
	dir, err := os.Stat(filepath.Dir(o.Name))
	if err == nil && !dir.IsDir() {
		err = &fs.PathError{Op: "open", Path: o.Name, Err: errors.New("its folder is none")}
	}
	return w, err
}

// Packet writes a packet with comments, and the name of its interface.
func (w *Writer) Packet(p *capture.Packet, name string, comments []string) error {
	if w.full(p.Time) {
		if err := w.finish(); err != nil {
			return err
		}
	}
	if w.ng == nil {
		if err := w.begin(p, name); err != nil {
			return err
		}
	}
	k := key{name, p.LinkType}
	id, ok := w.ids[k]
	if !ok {
		var err error
		if id, err = w.ng.AddInterface(w.describe(k)); err != nil {
			return err
		}
		w.ids[k] = id
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
	w.packets++
	return w.ng.WritePacketWithOptions(gopacket.CaptureInfo{
		Timestamp: time.Unix(0, p.Time).UTC(), CaptureLength: len(p.Data), Length: max(p.OrigLen, len(p.Data)), InterfaceIndex: id,
	}, p.Data, o)
}

// full tells whether a packet of this time belongs into another file.
func (w *Writer) full(now int64) bool {
	r := w.o.Rotation
	return w.ng != nil && (r.Bytes > 0 && w.size.n >= r.Bytes || r.Packets > 0 && w.packets >= r.Packets ||
		r.Duration > 0 && now-w.began >= int64(r.Duration))
}

// begin begins a file.
func (w *Writer) begin(p *capture.Packet, name string) (err error) {
	if w.file == nil {
		path := w.next(p.Time)
		if w.file, err = os.Create(path); err != nil {
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
	w.size = &counter{f: w.file}
	w.packets, w.began = 0, p.Time
	k := key{name, p.LinkType}
	options := pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: w.o.Program}}
	if w.ng, err = pcapgo.NewNgWriterInterface(w.size, w.describe(k), options); err != nil {
		return err
	}
	w.ids = map[key]int{k: 0}
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
	if w.ng == nil {
		return nil
	}
	return w.ng.Flush()
}

// finish ends the current file.
func (w *Writer) finish() error {
	err := w.Flush()
	w.ng = nil
	if w.file != nil {
		err = errors.Join(err, w.file.Close())
		w.file = nil
	}
	return err
}

// Reopen ends the current file and begins it anew, as after it was moved away.
// In a rotation the next one begins.
func (w *Writer) Reopen() error {
	err := w.finish()
	if !w.o.Rotation.Any() {
		f, e := os.OpenFile(w.o.Name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o666)
		w.file, err = f, errors.Join(err, e)
	}
	return err
}

// Close ends the last file.
func (w *Writer) Close() error { return w.finish() }

// Files are the files there are, oldest first.
func (w *Writer) Files() []string {
	if !w.o.Rotation.Any() {
		return []string{w.o.Name}
	}
	return w.names
}
