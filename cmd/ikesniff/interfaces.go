package main

import (
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ikesniff/ikesniff/output"
)

func newInterfaces(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "interfaces",
		Short:   "List the network interfaces",
		Long:    "Interfaces lists those that sniff -i takes, with index, state and addresses.",
		Example: "  ikesniff interfaces",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			list, err := net.Interfaces()
			if err != nil {
				return failf("cannot list the interfaces: %w", err)
			}
			return writeStdout(e.stdout, func(w io.Writer) error { return listInterfaces(w, list) })
		},
	}
}

func listInterfaces(w io.Writer, list []net.Interface) error {
	width := len("NAME")
	for _, i := range list {
		width = max(width, len(output.Safe(i.Name)))
	}
	fmt.Fprintf(w, "%5s  %-*s  %-5s  %5s  %-17s  %s\n", "INDEX", width, "NAME", "STATE", "MTU", "LINK", "ADDRESSES")
	for _, i := range list {
		state := "down"
		if i.Flags&net.FlagUp != 0 {
			state = "up"
		}
		link := i.HardwareAddr.String()
		switch {
		case i.Flags&net.FlagLoopback != 0:
			link = "loopback"
		case link == "":
			link = "-"
		}
		var addresses []string
		if l, err := i.Addrs(); err == nil {
			for _, a := range l {
				addresses = append(addresses, a.String())
			}
		}
		line := fmt.Sprintf("%5d  %-*s  %-5s  %5d  %-17s  %s", i.Index, width, output.Safe(i.Name), state, i.MTU, link, strings.Join(addresses, " "))
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}
