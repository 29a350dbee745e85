package live

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"
)

// watched is an interface that was asked for.
type watched struct {
	name  string
	index int // 0 while it is gone
	up    bool
}

// watch follows the interfaces of a capture; without any, all of them are meant.
type watch struct {
	list []watched
	next time.Time
}

// lookEvery is how often the interfaces are looked at.
const lookEvery = time.Second

// find looks the interfaces up.
func (w *watch) find(names []string) error {
	if len(names) == 0 {
		return fmt.Errorf("live: no interface is given")
	}
	for _, name := range names {
		if name == "any" {
			if len(names) > 1 {
				return fmt.Errorf(`live: "any" stands for all interfaces and goes with no other`)
			}
			return nil
		}
		i, err := lookUp(name)
		if err != nil {
			return fmt.Errorf("live: no interface %q (ikesniff interfaces lists them)", name)
		}
		if !slices.ContainsFunc(w.list, func(x watched) bool { return x.index == i.Index }) {
			w.list = append(w.list, watched{i.Name, i.Index, i.Flags&net.FlagUp != 0})
		}
	}
	return nil
}

func lookUp(name string) (*net.Interface, error) {
	i, err := net.InterfaceByName(name)
	if err == nil {
		return i, nil
	}
	if n, e := strconv.Atoi(name); e == nil {
		return net.InterfaceByIndex(n)
	}
	return nil, err
}

func (w *watch) any() bool     { return len(w.list) == 0 }
func (w *watch) several() bool { return len(w.list) > 1 }

// look tells what changed; rebind where an interface has another index than
// before.
func (w *watch) look(now time.Time) (changes []Change, rebind bool) {
	if now.Before(w.next) {
		return nil, false
	}
	w.next = now.Add(lookEvery)
	for n := range w.list {
		x := &w.list[n]
		i, err := net.InterfaceByName(x.name)
		was := *x
		if err != nil {
			x.index, x.up = 0, false
			if was.index != 0 {
				changes = append(changes, Change{x.name, now, "gone"})
			}
			continue
		}
		if i.Index != was.index {
			if was.index != 0 { // another one of that name, between two looks
				changes = append(changes, Change{x.name, now, "gone"})
			}
			x.index, rebind = i.Index, true
		}
		x.up = i.Flags&net.FlagUp != 0
		if x.up != was.up || i.Index != was.index {
			state := "down"
			if x.up {
				state = "up"
			}
			changes = append(changes, Change{x.name, now, state})
		}
	}
	return changes, rebind
}

func nameOf(index int) string {
	if i, err := net.InterfaceByIndex(index); err == nil {
		return i.Name
	}
	return "#" + strconv.Itoa(index)
}
