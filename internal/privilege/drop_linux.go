package privilege

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"kernel.org/pub/linux/libs/security/libcap/cap"
	"kernel.org/pub/linux/libs/security/libcap/psx"

	"golang.org/x/sys/unix"
)

// Drop gives up every capability, of all threads and for good, and becomes the
// named user if the process is root's; "" stands for the one that sudo was
// called by, if any. A process that has nothing to give up is left as it is.
func Drop(name string) error {
	if os.Geteuid() == 0 {
		if err := become(name); err != nil {
			return err
		}
	} else if name != "" {
		return fmt.Errorf("only root can become user %q; leave out --user", name)
	}
	if err := cap.NewSet().SetProc(); err != nil {
		return fmt.Errorf("cannot give up capabilities: %w", err)
	}
	// No program that is run from here on can have more.
	if _, _, errno := psx.Syscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); errno != 0 {
		return fmt.Errorf("cannot set no_new_privs: %w", errno)
	}
	return nil
}

// become changes to another user than root.
func become(name string) error {
	uid, gid, err := target(name)
	if err != nil || uid == 0 {
		return err
	}
	if err := syscall.Setgroups([]int{gid}); err != nil {
		return fmt.Errorf("cannot give up groups: %w", err)
	}
	if err := syscall.Setresgid(gid, gid, gid); err != nil {
		return fmt.Errorf("cannot change to group %d: %w", gid, err)
	}
	if err := syscall.Setresuid(uid, uid, uid); err != nil {
		return fmt.Errorf("cannot change to user %d: %w", uid, err)
	}
	return nil
}

// target is who to become: 0 for staying root.
func target(name string) (uid, gid int, err error) {
	if name == "" {
		uid, errUID := strconv.Atoi(os.Getenv("SUDO_UID"))
		gid, errGID := strconv.Atoi(os.Getenv("SUDO_GID"))
		if errUID != nil || errGID != nil || uid < 0 || gid < 0 {
			return 0, 0, nil
		}
		return uid, gid, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return 0, 0, fmt.Errorf("there is no user %q to become; choose another with --user", name)
	}
	if uid, err = strconv.Atoi(u.Uid); err == nil {
		gid, err = strconv.Atoi(u.Gid)
	}
	return uid, gid, err
}
