package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

const completionExample = `  bash   source <(ikesniff completion bash)
  zsh    ikesniff completion zsh > "${fpath[1]}/_ikesniff"
  fish   ikesniff completion fish > ~/.config/fish/completions/ikesniff.fish
  pwsh   ikesniff completion powershell | Out-String | Invoke-Expression`

func newCompletion(e *env) *cobra.Command {
	return &cobra.Command{
		Use:       "completion bash|zsh|fish|powershell",
		Short:     "Print a completion script for a shell",
		Example:   completionExample,
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(cmd.ValidArgs, args[0]) {
				return fmt.Errorf("completion takes one shell: %s", strings.Join(cmd.ValidArgs, ", "))
			}
			return nil
		},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			var err error
			switch args[0] {
			case "bash":
				err = root.GenBashCompletionV2(e.stdout, true)
			case "zsh":
				err = root.GenZshCompletion(e.stdout)
			case "fish":
				err = root.GenFishCompletion(e.stdout, true)
			case "powershell":
				err = root.GenPowerShellCompletionWithDesc(e.stdout)
			}
			return outputError(err)
		},
	}
}
