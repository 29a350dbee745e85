package live

import (
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/ikesniff/ikesniff/capture/filter"
)

const (
	// blockSize holds several of the largest frames that offloading makes
	// (64 KiB), and is read while still in the cache.
	blockSize = 512 << 10
	frameSize = 2048
	// retire is after how many milliseconds the kernel hands over a block that is
	// not full.
	retire = 60
)

// ring is a socket with its blocks.
type ring struct {
	file   *os.File
	conn   syscall.RawConn
	fd     int
	memory []byte
	blocks int
	cur    int
	held   bool // the current block is ours
	virtio bool
	stats  Stats
}

// openRing makes a socket that receives nothing yet, with filter and ring in
// place: bind begins, so that no packet escapes the filter.
func openRing(buffer int, program filter.Program) (r *ring, err error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, &PermissionError{err}
	}
	defer func() {
		if err != nil {
			unix.Close(fd)
		}
	}()
	r = &ring{fd: fd, blocks: max(2, buffer/blockSize)}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return nil, fmt.Errorf("live: this kernel has no TPACKET_V3: %w", err)
	}
	// Old kernels do not have it; then merged frames stay merged.
	r.virtio = unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR_SZ, virtioHeader) == nil
	_ = unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_RESERVE, 4) // room for a VLAN tag
	if err := r.setFilter(program); err != nil {
		return nil, err
	}
	req := unix.TpacketReq3{
		Block_size: blockSize, Block_nr: uint32(r.blocks), Frame_size: frameSize,
		Frame_nr: uint32(blockSize / frameSize * r.blocks), Retire_blk_tov: retire,
	}
	if err := unix.SetsockoptTpacketReq3(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return nil, fmt.Errorf("live: no ring of %d bytes: %w", r.blocks*blockSize, err)
	}
	if r.memory, err = unix.Mmap(fd, 0, r.blocks*blockSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return nil, fmt.Errorf("live: ring of %d bytes: %w", r.blocks*blockSize, err)
	}
	return r, nil
}

// setFilter replaces the filter.
func (r *ring) setFilter(program filter.Program) error {
	if len(program) == 0 {
		return nil
	}
	list := make([]unix.SockFilter, len(program))
	for i, in := range program {
		list[i] = unix.SockFilter{Code: in.Code, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	prog := unix.SockFprog{Len: uint16(len(list)), Filter: &list[0]}
	if err := unix.SetsockoptSockFprog(r.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &prog); err != nil {
		return fmt.Errorf("live: the kernel refuses the filter: %w", err)
	}
	return nil
}

// bind begins to receive from one interface, or from all with index 0.
func (r *ring) bind(index int) error {
	all := uint16(unix.ETH_P_ALL<<8&0xff00 | unix.ETH_P_ALL>>8)
	if err := unix.Bind(r.fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: index}); err != nil {
		return fmt.Errorf("live: bind: %w", err)
	}
	if r.file == nil {
		r.file = os.NewFile(uintptr(r.fd), "packet ring") // non-blocking: the runtime polls it
		conn, err := r.file.SyscallConn()
		if err != nil {
			return fmt.Errorf("live: %w", err)
		}
		r.conn = conn
	}
	return nil
}

func (r *ring) promiscuous(index int) error {
	m := unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC}
	return unix.SetsockoptPacketMreq(r.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &m)
}

// status is the word by which kernel and program hand the current block over.
func (r *ring) status() *uint32 {
	return (*uint32)(unsafe.Pointer(&r.memory[r.cur*blockSize+8]))
}

// next returns the next filled block, and gives the one before back. It is
// false if none came until the deadline.
func (r *ring) next(tick time.Duration) ([]byte, bool, error) {
	if r.held {
		atomic.StoreUint32(r.status(), unix.TP_STATUS_KERNEL)
		r.cur = (r.cur + 1) % r.blocks
		r.held = false
	}
	if atomic.LoadUint32(r.status())&unix.TP_STATUS_USER == 0 {
		if err := r.file.SetReadDeadline(time.Now().Add(tick)); err != nil {
			return nil, false, err
		}
		// The runtime's poller is edge-triggered: an interface that is down wakes
		// us once, not over and over.
		err := r.conn.Read(func(uintptr) bool { return atomic.LoadUint32(r.status())&unix.TP_STATUS_USER != 0 })
		if atomic.LoadUint32(r.status())&unix.TP_STATUS_USER == 0 {
			if os.IsTimeout(err) {
				err = nil
			}
			return nil, false, err
		}
	}
	r.held = true
	return r.memory[r.cur*blockSize : (r.cur+1)*blockSize], true, nil
}

// count adds what the kernel has counted since the last call.
func (r *ring) count() {
	if s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
		r.stats.Received += uint64(s.Packets)
		r.stats.Dropped += uint64(s.Drops)
		r.stats.Freezes += uint64(s.Freeze_q_cnt)
	}
}

// takeError reads, and so clears, the error that an interface going down left.
func (r *ring) takeError() {
	_, _ = unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR)
}

func (r *ring) close() error {
	err := unix.Munmap(r.memory)
	if r.file != nil {
		return r.file.Close()
	}
	unix.Close(r.fd)
	return err
}
