package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ikesniff/ikesniff/flows/diagnose"
)

func newExplain(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [CODE]",
		Short: "Explain an anomaly code, or list all of them",
		Example: `  ikesniff explain
  ikesniff explain no-answer`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return codes(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			code := ""
			if len(args) == 1 {
				code = args[0]
				if !slices.Contains(codes(), code) {
					return fmt.Errorf("there is no anomaly code %q%s", code, nearest(code))
				}
			}
			return writeStdout(e.stdout, func(w io.Writer) error {
				_, err := io.WriteString(w, diagnose.Explain(code))
				return err
			})
		},
	}
}

// codes lists all codes in alphabetical order.
func codes() []string {
	var out []string
	for _, e := range diagnose.Catalogue() {
		out = append(out, e.Code)
	}
	slices.Sort(out)
	return out
}

// nearest proposes the codes that share a word with the given one.
func nearest(code string) string {
	words := strings.FieldsFunc(strings.ToLower(code), func(r rune) bool { return r < 'a' || r > 'z' })
	var near []string
	for _, c := range codes() {
		for _, part := range strings.Split(c, "-") {
			if slices.Contains(words, part) {
				near = append(near, c)
				break
			}
		}
	}
	if len(near) == 0 {
		return ""
	}
	return " (near it: " + strings.Join(near, ", ") + ")"
}
